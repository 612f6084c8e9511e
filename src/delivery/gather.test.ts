import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#base';
import type { JournalEntry, ReadResult } from '#journal';
import { gatherBatch } from './gather.ts';
import type { BatchEntry } from './types.ts';

const ENTRIES = [1, 2].map((sequence): JournalEntry => {
  const payload = Buffer.from(`entry ${sequence}`);
  return { sequence, writtenMs: 0, kind: 1, routes: [], attachments: [], payload };
});

/** Gathers two entries and counts how often their memory was given back. */
async function gathered(condense?: (entry: JournalEntry) => BatchEntry) {
  const given = { back: 0 };
  const read = (): Promise<ReadResult> =>
    Promise.resolve({ entries: ENTRIES, nextAfter: 2, lost: [], release: () => (given.back += 1) });
  const batch = await gatherBatch(
    {
      journal: { read, head: 2 } as unknown as Parameters<typeof gatherBatch>[0]['journal'],
      clock: systemClock,
      filter: { kinds: [1] },
      limits: { entriesMax: 2, bytesMax: 1024, waitMs: 0 },
      condense,
      onFirst: () => undefined,
      onLost: () => undefined,
    },
    0,
    new AbortController().signal,
  );
  return { batch, given };
}

test('what a batch is lent is given back once, when it is delivered', async () => {
  const { batch, given } = await gathered();
  assert.deepEqual([batch.entries.length, given.back], [2, 0]);
  batch.release();
  batch.release();
  assert.equal(given.back, 1);
});

test('condensed entries hold nothing of what was lent', async () => {
  const { batch, given } = await gathered((entry) => ({
    ...entry,
    payload: Buffer.alloc(0),
    condensed: { failure: '' },
  }));
  assert.deepEqual([batch.entries.length, given.back], [2, 1]);
});
