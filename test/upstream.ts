/** Servers that answer a Varve's calls: one of the test's own that answers as the test says, and the configuration for it. */
import { encodeFrame, textHeader } from '#wire';

export { type MockUpstream, startMockUpstream } from '../src/upstreams/testing/mock-upstream.ts';

export const UPSTREAM_KEY = { accessKeyId: 'AKIAUPSTREAM00000000', secretAccessKey: 'upstream-secret-upstream-secret' };
export const EVENT_STREAM = 'application/vnd.amazon.eventstream';

/** Every model but Varve's own is answered by the endpoint. */
export function forwardedTo(endpoint: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    localModels: false,
    upstreams: { aws: { kind: 'bedrock', endpoint, credentials: UPSTREAM_KEY, ...more } },
    models: [{ models: ['*'], upstream: 'aws' }],
  };
}

/** A frame of an event stream, as Bedrock writes it. */
export function frame(type: string, payload: unknown, messageType: 'event' | 'exception' = 'event'): Buffer {
  return encodeFrame(
    [
      [`:${messageType}-type`, textHeader(type)],
      [':content-type', textHeader('application/json')],
      [':message-type', textHeader(messageType)],
    ],
    JSON.stringify(payload),
  );
}

export function chunkFrame(chunk: unknown): Buffer {
  return frame('chunk', { bytes: Buffer.from(JSON.stringify(chunk)).toString('base64'), p: 'abc' });
}

export function textDelta(text: string): Buffer {
  return frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text }, p: 'abcdef' });
}
