import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../errors.ts';
import {
  decodeFrame,
  encodeFrame,
  encodeHeaders,
  type EventFrame,
  type SignedEnvelope,
  textHeader,
  unwrapSigned,
} from './index.ts';

const DATE = new Date('2026-01-02T03:04:05.000Z');
const INNER = encodeFrame(
  [
    [':message-type', textHeader('event')],
    [':event-type', textHeader('chunk')],
  ],
  'inside',
);

function envelope(payload: Uint8Array, signature = 1): EventFrame {
  return decodeFrame(
    encodeFrame(
      [
        [':date', { type: 'timestamp', value: DATE }],
        [':chunk-signature', { type: 'blob', value: Buffer.alloc(32, signature) }],
      ],
      payload,
    ),
  );
}

async function* streamOf(...frames: EventFrame[]): AsyncGenerator<EventFrame> {
  yield* frames;
}

test('inner frames come out after their envelope was verified, and the empty envelope ends the stream', async () => {
  const seen: SignedEnvelope[] = [];
  const frames = await Array.fromAsync(
    unwrapSigned(streamOf(envelope(INNER), envelope(INNER, 2), envelope(Buffer.alloc(0), 3)), (each) => {
      seen.push(each);
    }),
  );
  assert.deepEqual(
    frames.map((frame) => frame.raw),
    [INNER, INNER],
  );
  assert.deepEqual(
    seen.map((each) => each.signature[0]),
    [1, 2, 3],
  );
  assert.deepEqual(seen[0]?.date, DATE);
  assert.deepEqual(seen[0]?.headerBytes, encodeHeaders([[':date', { type: 'timestamp', value: DATE }]]));
});

test('a frame whose signature is wrong is never handed on', async () => {
  const frames = unwrapSigned(streamOf(envelope(INNER)), () => {
    throw new ApiError('InvalidSignatureException', 'no');
  });
  await assert.rejects(frames.next(), { code: 'InvalidSignatureException' });
});

test('an unsigned frame, a broken inner frame and a missing end are refused', async () => {
  const trusting = (): void => undefined;
  await assert.rejects(Array.fromAsync(unwrapSigned(streamOf(decodeFrame(INNER)), trusting)), {
    code: 'SerializationException',
  });
  await assert.rejects(Array.fromAsync(unwrapSigned(streamOf(envelope(INNER.subarray(1))), trusting)), {
    code: 'SerializationException',
  });
  await assert.rejects(Array.fromAsync(unwrapSigned(streamOf(envelope(INNER)), trusting)), {
    code: 'IncompleteSignatureException',
  });
});
