import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../errors.ts';
import {
  createFrameSplitter,
  decodeFrame,
  describeFrame,
  encodeFrame,
  type EventFrame,
  FRAME_BYTES_MAX,
  type HeaderValue,
  readFrames,
  textHeader,
} from './index.ts';

const EVENT = encodeFrame(
  [
    [':event-type', textHeader('chunk')],
    [':content-type', textHeader('application/json')],
    [':message-type', textHeader('event')],
  ],
  '{"bytes":"aGVsbG8="}',
);
const ALL_TYPES: [string, HeaderValue][] = [
  ['yes', { type: 'boolean', value: true }],
  ['no', { type: 'boolean', value: false }],
  ['byte', { type: 'byte', value: -128 }],
  ['short', { type: 'short', value: 32_767 }],
  ['integer', { type: 'integer', value: -2_147_483_648 }],
  ['long', { type: 'long', value: 9_223_372_036_854_775_807n }],
  ['blob', { type: 'blob', value: Buffer.from([0, 255, 1]) }],
  ['string', textHeader('naïve ✓')],
  ['timestamp', { type: 'timestamp', value: new Date('2026-01-02T03:04:05.678Z') }],
  ['uuid', { type: 'uuid', value: '01234567-89ab-cdef-0123-456789abcdef' }],
];

/** A small deterministic generator: the same cases in every run. */
function randoms(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function isMalformed(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'SerializationException' && error.status === 400;
}

function split(chunks: readonly Uint8Array[]): EventFrame[] {
  const splitter = createFrameSplitter();
  const frames = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
  splitter.end();
  return frames;
}

test('every type of header survives the way out and in', () => {
  const frame = decodeFrame(encodeFrame(ALL_TYPES, 'payload'));
  assert.deepEqual([...frame.headers], ALL_TYPES);
  assert.equal(frame.payload.toString(), 'payload');
});

test('frames come out byte for byte however the stream is cut', () => {
  const frames = [EVENT, encodeFrame([]), encodeFrame(ALL_TYPES, Buffer.alloc(5_000, 7)), EVENT];
  const stream = Buffer.concat(frames);
  const random = randoms(1);
  for (const largest of [1, 2, 13, 100, 4_000, stream.length]) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length;) {
      const size = 1 + random(largest);
      chunks.push(stream.subarray(at, at + size));
      at += size;
    }
    assert.deepEqual(
      split(chunks).map((frame) => frame.raw),
      frames,
      `chunks up to ${largest} bytes`,
    );
  }
});

test('a frame within one chunk is a view of it, not a copy', () => {
  const [frame] = split([EVENT]);
  assert.equal(frame?.raw.buffer, EVENT.buffer);
});

test('a frame tells its message type, its event and its payload', () => {
  const { raw, messageType, type, payload } = describeFrame(decodeFrame(EVENT));
  assert.deepEqual(
    { messageType, type, payload: payload.toString() },
    {
      messageType: 'event',
      type: 'chunk',
      payload: '{"bytes":"aGVsbG8="}',
    },
  );
  assert.equal(raw, EVENT);
});

test('any single corrupted byte is refused', () => {
  for (let at = 0; at < EVENT.length; at += 1) {
    const corrupted = Buffer.from(EVENT);
    corrupted[at] = (corrupted[at] ?? 0) ^ 0x20;
    assert.throws(() => split([corrupted]), isMalformed, `byte ${at}`);
  }
});

test('a stream that ends anywhere within a frame is refused', () => {
  for (let length = 1; length < EVENT.length; length += 1) {
    assert.throws(() => split([EVENT.subarray(0, length)]), isMalformed, `${length} bytes`);
  }
});

test('frames before a corrupted one are still given', () => {
  const broken = Buffer.from(EVENT);
  broken[20] = 0;
  const splitter = createFrameSplitter();
  const frames: EventFrame[] = [];
  assert.throws(() => {
    for (const frame of splitter.push(Buffer.concat([EVENT, broken]))) frames.push(frame);
  }, isMalformed);
  assert.equal(frames.length, 1);
});

test('a prelude that claims too much is refused before anything is gathered', async () => {
  const { crc32 } = await import('node:zlib');
  const claims: [total: number, headers: number][] = [
    [FRAME_BYTES_MAX + 1, 0],
    [0xffffffff, 0xffffffff],
    [200_000, 131_073],
    [15, 0],
    [100, 90],
  ];
  for (const [total, headers] of claims) {
    const prelude = Buffer.alloc(12);
    prelude.writeUInt32BE(total, 0);
    prelude.writeUInt32BE(headers, 4);
    prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
    assert.throws(() => split([prelude]), isMalformed, `${total} bytes, ${headers} of headers`);
  }
});

test('a frame that claims 24 MB and sends 1 KB costs what it sent', async () => {
  const { crc32 } = await import('node:zlib');
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(24 * 1024 * 1024, 0);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const before = process.memoryUsage().arrayBuffers;
  const splitters = Array.from({ length: 50 }, () => createFrameSplitter());
  for (const splitter of splitters) {
    assert.deepEqual([...splitter.push(prelude), ...splitter.push(Buffer.alloc(1024))], []);
  }
  assert.ok(process.memoryUsage().arrayBuffers - before < 5 * 1024 * 1024);
});

test('random bytes behind a valid prelude never do worse than a refusal', async () => {
  const { crc32 } = await import('node:zlib');
  const random = randoms(7);
  for (let round = 0; round < 3_000; round += 1) {
    const size = 16 + random(80);
    const bytes = Buffer.from(Array.from({ length: size }, () => random(256)));
    bytes.writeUInt32BE(size, 0);
    bytes.writeUInt32BE(random(size - 15), 4);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, size - 4)), size - 4);
    try {
      describeFrame(decodeFrame(bytes));
    } catch (error) {
      assert.ok(isMalformed(error), String(error));
    }
  }
});

test('an async source of chunks becomes frames', async () => {
  async function* source(): AsyncGenerator<Uint8Array> {
    yield EVENT.subarray(0, 30);
    yield Buffer.concat([EVENT.subarray(30), EVENT]);
  }
  const frames = await Array.fromAsync(readFrames(source()));
  assert.deepEqual(
    frames.map((frame) => frame.raw),
    [EVENT, EVENT],
  );
});
