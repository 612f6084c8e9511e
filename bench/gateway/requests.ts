/** The requests of the load, signed beforehand: good for the five minutes that a signature lives. */
import { hash } from 'node:crypto';
import { signRequest } from '#wire';

/** Given to SDK clients as a copy: they write into the object. */
export const BENCH_KEY = {
  accessKeyId: 'AKIAVARVEBENCHROOTKY',
  secretAccessKey: 'varve-bench-secret-varve-bench-secret-01',
} as const;
export const REGION = 'us-east-1';
const VARIANTS = 64;
const PROMPT = 'Tell me what lies at the bottom of the lake, layer by layer, and how old it is. '.repeat(12);

export type Kind = 'converse' | 'invoke-stream';

/** Bodies of about 1 KB. */
export function makeRequests(kind: Kind, port: number): Buffer[] {
  return Array.from({ length: VARIANTS }, (_, at) => {
    const text = `${at}: ${PROMPT}`;
    const body =
      kind === 'converse'
        ? JSON.stringify({ messages: [{ role: 'user', content: [{ text }] }], inferenceConfig: { maxTokens: 200 } })
        : JSON.stringify({
            anthropic_version: 'bedrock-2023-05-31',
            max_tokens: 200,
            messages: [{ role: 'user', content: text }],
          });
    const target = `/model/anthropic.claude-3-haiku-20240307-v1%3A0/${kind === 'converse' ? 'converse' : 'invoke-with-response-stream'}`;
    return signed(target, port, body);
  });
}

function signed(target: string, port: number, body: string): Buffer {
  const headers = signRequest({
    method: 'POST',
    target,
    headers: { host: `127.0.0.1:${port}`, 'content-type': 'application/json' },
    service: 'bedrock',
    region: REGION,
    credentials: BENCH_KEY,
    bodySha256Hex: hash('sha256', body, 'hex'),
    nowMs: Date.now(),
  });
  const lines = Object.entries({
    ...headers,
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}`);
  return Buffer.from(`POST ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
