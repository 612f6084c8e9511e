/** Model calls as the invocation room makes them. */
import { MemoryBody } from '#base';
import type { ModelCall, StreamFrame, UpstreamAnswer } from '../types.ts';

export function modelCall(
  operation: ModelCall['operation'],
  modelId: string,
  body: unknown,
  more: Partial<ModelCall> = {},
): ModelCall {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return {
    operation,
    modelId,
    region: 'us-east-1',
    accountId: '123456789012',
    body: new MemoryBody(bytes),
    contentType: 'application/json',
    accept: 'application/json',
    bedrockHeaders: {},
    requestId: '0b4f6f63-6f3c-4f27-9f0c-52d1fe0c3c40',
    signal: new AbortController().signal,
    ...more,
  };
}

export async function wholeOf(answer: Promise<UpstreamAnswer>): Promise<Extract<UpstreamAnswer, { kind: 'whole' }>> {
  const given = await answer;
  if (given.kind !== 'whole') throw new Error('the answer is a stream');
  return given;
}

export async function streamOf(answer: Promise<UpstreamAnswer>): Promise<Extract<UpstreamAnswer, { kind: 'stream' }>> {
  const given = await answer;
  if (given.kind !== 'stream') throw new Error('the answer is whole');
  return given;
}

export async function allFrames(frames: AsyncIterable<readonly StreamFrame[]>): Promise<StreamFrame[]> {
  const all: StreamFrame[] = [];
  for await (const together of frames) all.push(...together);
  return all;
}
