/**
 * Mutated requests over kept connections: whatever comes, the server answers in HTTP or closes the socket, reports no fault
 * of its own, and is well afterwards. `VARVE_FUZZ_REQUESTS` and `VARVE_FUZZ_SEED` repeat or prolong a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer, type TestServer } from './in-process.ts';
import { assertWell, converseBody, converseTarget, exchange, open, signedMessage } from './support.ts';

const REQUESTS = Number(process.env['VARVE_FUZZ_REQUESTS'] ?? 20_000);
const SEED = Number(process.env['VARVE_FUZZ_SEED'] ?? 20_261_121);
const CONNECTIONS = 16;
const REPLY_MS_MAX = 10_000;

/** mulberry32 */
class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }
  of<T>(list: readonly T[]): T {
    const chosen = list[this.below(list.length)];
    if (chosen === undefined) throw new Error('an empty list');
    return chosen;
  }
}

const SPLINTERS = [
  '',
  '%',
  '%00',
  '%ff',
  '/',
  '//',
  '..',
  '?',
  '&',
  '=',
  ';',
  '\u0000',
  '\u00ff',
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  '\\u',
  '\\ud800',
  ',',
  ':',
  'null',
  '1e999',
  '-0',
  '9007199254740993',
  '<',
  '&amp;',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '</a>',
  '__proto__',
  'constructor',
  '\r\n',
  '\n',
  ' ',
  '\t',
  '{}',
  '[]',
  'true',
  'AAAA',
  '=',
  'aws-chunked',
  'X-Amz-Signature=1',
  'a'.repeat(300),
];

interface Seed {
  readonly service: string;
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

const json11 = { 'content-type': 'application/x-amz-json-1.1' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const SEEDS: readonly Seed[] = [
  { service: 'bedrock', method: 'POST', target: converseTarget(), body: converseBody('hello') },
  {
    service: 'bedrock',
    method: 'POST',
    target: converseTarget('varve.echo-v1', 'converse-stream'),
    body: converseBody('hello'),
  },
  {
    service: 'bedrock',
    method: 'POST',
    target: converseTarget('varve.echo-v1', 'invoke'),
    body: '{"prompt":"hello","max_tokens":5}',
  },
  {
    service: 'bedrock',
    method: 'POST',
    target: converseTarget('anthropic.claude-3-haiku-20240307-v1:0', 'invoke'),
    body: '{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}',
  },
  {
    service: 'bedrock',
    method: 'POST',
    target: converseTarget('varve.echo-v1', 'count-tokens'),
    body: '{"input":{"converse":{"messages":[{"role":"user","content":[{"text":"a"}]}]}}}',
  },
  { service: 'bedrock', method: 'GET', target: '/foundation-models?byProvider=amazon', body: '' },
  { service: 'bedrock', method: 'GET', target: '/inference-profiles?maxResults=5', body: '' },
  {
    service: 'bedrock',
    method: 'PUT',
    target: '/logging/modelinvocations',
    body: '{"loggingConfig":{"s3Config":{"bucketName":"nowhere-at-all"}}}',
  },
  { service: 's3', method: 'PUT', target: '/fuzz-bucket', body: '' },
  { service: 's3', method: 'PUT', target: '/fuzz-bucket/a%20key/b', body: 'content', headers: { 'x-amz-meta-a': 'b' } },
  {
    service: 's3',
    method: 'GET',
    target: '/fuzz-bucket/a%20key/b?response-content-type=text%2Fplain',
    body: '',
    headers: { range: 'bytes=0-3' },
  },
  {
    service: 's3',
    method: 'GET',
    target: '/fuzz-bucket?list-type=2&prefix=a&delimiter=%2F&max-keys=3&encoding-type=url',
    body: '',
  },
  {
    service: 's3',
    method: 'POST',
    target: '/fuzz-bucket?delete',
    body: '<Delete><Object><Key>x</Key></Object></Delete>',
    headers: { 'content-type': 'application/xml' },
  },
  {
    service: 's3',
    method: 'PUT',
    target: '/fuzz-bucket?policy',
    body: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::fuzz-bucket/*"}]}',
  },
  { service: 's3', method: 'POST', target: '/fuzz-bucket/multi?uploads', body: '' },
  {
    service: 'logs',
    method: 'POST',
    target: '/',
    body: '{"logGroupName":"fuzz"}',
    headers: { ...json11, 'x-amz-target': 'Logs_20140328.CreateLogGroup' },
  },
  {
    service: 'logs',
    method: 'POST',
    target: '/',
    body: '{"logGroupName":"fuzz","logStreamName":"s","logEvents":[{"timestamp":1,"message":"m"}]}',
    headers: { ...json11, 'x-amz-target': 'Logs_20140328.PutLogEvents' },
  },
  {
    service: 'logs',
    method: 'POST',
    target: '/',
    body: '{"logGroupNamePrefix":"f","limit":5}',
    headers: { ...json11, 'x-amz-target': 'Logs_20140328.DescribeLogGroups' },
  },
  {
    service: 'iam',
    method: 'POST',
    target: '/',
    body: 'Action=CreateRole&Version=2010-05-08&RoleName=fuzz&AssumeRolePolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D',
    headers: form,
  },
  { service: 'sts', method: 'POST', target: '/', body: 'Action=GetCallerIdentity&Version=2011-06-15', headers: form },
];

function mutated(text: string, random: Random): string {
  let result = text;
  for (let left = random.below(4); left > 0; left -= 1) {
    const at = random.below(result.length + 1);
    const length = random.below(12);
    const kind = random.below(4);
    if (kind === 0) result = result.slice(0, at) + random.of(SPLINTERS) + result.slice(at);
    else if (kind === 1) result = result.slice(0, at) + random.of(SPLINTERS) + result.slice(at + length);
    else if (kind === 2) result = result.slice(0, at) + String.fromCharCode(random.below(256)) + result.slice(at + 1);
    else result = result.slice(0, at) + result.slice(at + length) + result.slice(at, at + length);
  }
  return result;
}

/** Most are mutated before they are signed, so that they get past the signature; some after, as bytes. */
function makeRequest(endpoint: string, random: Random): Buffer {
  const seed = random.of(SEEDS);
  const body = Buffer.from(random.below(3) > 0 ? mutated(seed.body, random) : seed.body, 'latin1');
  const target =
    random.below(3) === 0 ? mutated(seed.target, random).replaceAll(/[^\u0021-\u00ff]/g, '+') : seed.target;
  const headers: Record<string, string> = { ...seed.headers };
  for (const name of Object.keys(headers)) {
    if (random.below(6) === 0) headers[name] = mutated(headers[name] ?? '', random).replaceAll(/[^\u0020-\u00ff]/g, '');
  }
  const message = signedMessage(endpoint, { ...seed, target, body, headers });
  if (random.below(5) > 0) return message;
  return Buffer.from(mutated(message.toString('latin1'), random), 'latin1');
}

/** Sends request after request on one connection, and on a new one when the server has closed it. */
async function drive(server: TestServer, random: Random, count: number, seen: Map<number, number>): Promise<void> {
  let socket = await open(server.endpoint);
  for (let left = count; left > 0; left -= 1) {
    const request = makeRequest(server.endpoint, random);
    const status = await statusOf(socket, request);
    seen.set(status, (seen.get(status) ?? 0) + 1);
    // What is left of an odd request must not be taken for the next one.
    if (status === 0 || status >= 400 || random.below(50) === 0) {
      socket.destroy();
      socket = await open(server.endpoint);
    }
  }
  socket.destroy();
}

/** The status; 0 when the connection was closed without an answer, or when the mutation has left the request unfinished. */
function statusOf(socket: Awaited<ReturnType<typeof open>>, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (status: number): void => {
      clearTimeout(quiet);
      clearTimeout(late);
      socket.removeAllListeners('data');
      socket.off('close', closed);
      socket.off('end', closed);
      resolve(status);
    };
    const closed = (): void => settle(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0));
    // An unfinished request gets no answer: its end is told to the server, which must close then.
    const quiet = setTimeout(() => socket.end(), 300);
    const late = setTimeout(
      () => reject(new Error(`neither answered nor closed: ${request.toString('latin1').slice(0, 2_000)}`)),
      REPLY_MS_MAX,
    );
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2));
      const isWhole = length
        ? text.length >= end + 4 + Number(length[1])
        : text.endsWith('0\r\n\r\n') || /^HTTP\/1\.1 (?:204|304|100)/.test(text);
      if (isWhole) closed();
    });
    socket.once('close', closed);
    socket.once('end', closed);
    socket.write(request);
  });
}

test(`${REQUESTS} mutated requests (seed ${SEED}) are answered or cut off, and the server is well afterwards`, async () => {
  const server = await startTestServer({ limits: { requestTimeout: '3s' } });
  const seen = new Map<number, number>();
  const insides: string[] = [];
  try {
    await exchange(
      server.endpoint,
      signedMessage(server.endpoint, { service: 's3', method: 'PUT', target: '/fuzz-bucket' }),
    );
    const share = Math.ceil(REQUESTS / CONNECTIONS);
    await Promise.all(
      Array.from({ length: CONNECTIONS }, (_, at) => drive(server, new Random(SEED + at), share, seen)),
    );
    await assertWell(server.endpoint);
    const metrics = await (await fetch(`${server.endpoint}/_varve/metrics`)).text();
    insides.push(...metrics.split('\n').filter((line) => /handler-failed|code="InternalFailure"/.test(line)));
  } finally {
    await server.stop();
  }
  assert.deepEqual(insides, [], 'requests that failed inside of Varve');
  assert.ok((seen.get(200) ?? 0) > REQUESTS / 20, `too few got through: ${JSON.stringify([...seen])}`);
  assert.ok((seen.get(400) ?? 0) > REQUESTS / 20, `too few were malformed: ${JSON.stringify([...seen])}`);
});
