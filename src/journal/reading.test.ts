import assert from 'node:assert/strict';
import { test } from 'node:test';
import { append, openScratch, readAll, scratchDirectory, texts } from './testing/scratch.ts';

test('a reader far behind and one at the tail see the same entries', async (context) => {
  const journal = await openScratch(await scratchDirectory(context), { tailBytesMax: 8 * 1024 });
  const seen: string[] = [];
  const count = 300;
  const atTail = (async () => {
    let after = 0;
    while (seen.length < count) {
      const read = await journal.read({ after, maxBytes: 4096 });
      seen.push(...texts(read.entries));
      after = read.nextAfter;
    }
  })();
  for (let index = 0; index < count; index += 1) await append(journal, `${index} ${'x'.repeat(index * 7)}`);
  await atTail;
  const behind = texts(await readAll(journal, 0, 1000));
  assert.deepEqual(behind, seen);
  assert.equal(behind.length, count);
  await journal.close();
});

test('a route filter gives only its entries and moves past the others, in memory and on disk', async (context) => {
  for (const tailBytesMax of [1024 * 1024, 0]) {
    const journal = await openScratch(await scratchDirectory(context), { tailBytesMax });
    for (let index = 1; index <= 30; index += 1) {
      await append(journal, `${index}`, index % 10 === 0 ? ['a', 'b'] : index % 3 === 0 ? ['b'] : ['ab']);
    }
    const a = await journal.read({ after: 0, maxBytes: 1024, route: 'a' });
    assert.deepEqual(texts(a.entries), ['10', '20', '30']);
    const b = await journal.read({ after: 10, maxBytes: 1024, route: 'b' });
    assert.deepEqual(texts(b.entries), ['12', '15', '18', '20', '21', '24', '27', '30']);
    const none = await journal.read({ after: 0, maxBytes: 1024, route: 'nobody', waitMs: 0 });
    const { release: _, ...found } = none;
    assert.deepEqual(found, { entries: [], nextAfter: 30, lost: [] });
    const kinds = await journal.read({ after: 0, maxBytes: 1024, kinds: [9], waitMs: 0 });
    assert.deepEqual(kinds.entries, []);
    await journal.close();
  }
});

test('a read stops at its bounds and gives at least one entry', async (context) => {
  const journal = await openScratch(await scratchDirectory(context));
  for (let index = 0; index < 10; index += 1) await append(journal, 'x'.repeat(100));
  assert.equal((await journal.read({ after: 0, maxBytes: 250 })).entries.length, 3);
  assert.equal((await journal.read({ after: 0, maxBytes: 1 })).entries.length, 1);
  assert.equal((await journal.read({ after: 0, maxBytes: 10_000, maxEntries: 4 })).nextAfter, 4);
  await journal.close();
});

test('a waiting read is woken by an append, by its signal, by its time and by closing', async (context) => {
  const journal = await openScratch(await scratchDirectory(context));
  const woken = journal.read({ after: 0, maxBytes: 1024 });
  await append(journal, 'here');
  assert.deepEqual(texts((await woken).entries), ['here']);
  const abort = new AbortController();
  const aborted = journal.read({ after: 1, maxBytes: 1024, signal: abort.signal });
  abort.abort();
  const { release: _, ...stopped } = await aborted;
  assert.deepEqual(stopped, { entries: [], nextAfter: 1, lost: [] });
  assert.deepEqual((await journal.read({ after: 1, maxBytes: 1024, waitMs: 1 })).entries, []);
  const closing = journal.read({ after: 1, maxBytes: 1024 });
  await journal.close();
  assert.deepEqual((await closing).entries, []);
});

test('a gathering read waits for its number of entries or bytes', async (context) => {
  const journal = await openScratch(await scratchDirectory(context));
  const byCount = journal.read({ after: 0, maxBytes: 10_000, gather: { entries: 3, bytes: 1_000_000 } });
  const byBytes = journal.read({ after: 0, maxBytes: 10_000, gather: { entries: 1000, bytes: 200 } });
  const byTime = journal.read({ after: 0, maxBytes: 10_000, gather: { entries: 1000 }, waitMs: 1 });
  assert.deepEqual((await byTime).entries, []);
  await append(journal, 'a');
  await append(journal, 'b');
  await append(journal, 'c');
  assert.deepEqual(texts((await byCount).entries), ['a', 'b', 'c']);
  await append(journal, 'd'.repeat(150));
  assert.equal((await byBytes).entries.length, 4);
  await journal.close();
});

test('bytes after a position are told, in memory and on disk', async (context) => {
  const journal = await openScratch(await scratchDirectory(context), { tailBytesMax: 3 * 1024 });
  for (let index = 0; index < 20; index += 1) await append(journal, 'x'.repeat(966));
  assert.equal(journal.bytesAfter(20), 0);
  assert.equal(journal.bytesAfter(19), 1000);
  assert.equal(journal.bytesAfter(0), 20_000);
  await journal.close();
});
