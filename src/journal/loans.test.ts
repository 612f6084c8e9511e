import assert from 'node:assert/strict';
import { test } from 'node:test';
import { append, openScratch, scratchDirectory } from './testing/scratch.ts';

const KIB = 1024;
/** Of the chunks that entries live in. */
const CHUNK_BYTES = 1024 * KIB;

test('entries that fill most of a chunk are lent until they are given back', async (context) => {
  const options = { tailBytesMax: 600 * KIB, segmentBytes: 8 * CHUNK_BYTES, durability: 'os' } as const;
  const journal = await openScratch(await scratchDirectory(context), options);
  const text = (index: number): string => `${index} `.padEnd(50 * KIB, String.fromCharCode(97 + (index % 26)));
  const fill = async (from: number, count: number): Promise<void> => {
    for (let index = from; index < from + count; index += 1) await append(journal, text(index));
  };
  await fill(0, 11);
  const lent = await journal.read({ after: 0, maxBytes: 8 * CHUNK_BYTES });
  const [first] = lent.entries;
  assert.equal(lent.entries.length, 11);
  assert.equal(first?.payload.buffer.byteLength, CHUNK_BYTES, 'a view into the chunk');
  // The tail lets go of them, and others would be laid out in their place.
  await fill(11, 100);
  for (const [index, { payload }] of lent.entries.entries()) assert.equal(payload.toString(), text(index));
  lent.release();
  lent.release();
  await fill(111, 200);
  assert.notEqual(first.payload.toString(), text(0), 'the chunk is used again');
});

test('of few entries in a chunk there are copies, which hold nothing else', async (context) => {
  const journal = await openScratch(await scratchDirectory(context), {
    segmentBytes: 8 * CHUNK_BYTES,
    durability: 'os',
  });
  for (let index = 0; index < 20; index += 1) {
    await append(journal, 'x'.repeat(40 * KIB), index % 4 === 0 ? ['rare'] : []);
  }
  const { entries } = await journal.read({ after: 0, maxBytes: 8 * CHUNK_BYTES, route: 'rare' });
  assert.equal(entries.length, 5);
  for (const { payload } of entries) assert.ok(payload.buffer.byteLength < 50 * KIB);
});
