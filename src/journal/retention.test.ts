import assert from 'node:assert/strict';
import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { sleep } from '#base';
import { append, openScratch, readAll, scratchDirectory } from './testing/scratch.ts';
import type { Journal } from './types.ts';

async function countSegments(dir: string): Promise<number> {
  return (await readdir(dir)).filter((name) => name.endsWith('.segment')).length;
}

async function fill(journal: Journal, count: number): Promise<number> {
  let last = 0;
  for (let index = 0; index < count; index += 1) last = await append(journal, `${index} ${'x'.repeat(8_000)}`);
  return last;
}

/** Deletion runs in the background; what is awaited here is its effect. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}

test('a segment is kept until the slowest reader has passed it', async (context) => {
  const dir = await scratchDirectory(context);
  const journal = await openScratch(dir);
  journal.holdFrom('slow', 0);
  journal.holdFrom('fast', 0);
  const last = await fill(journal, 60);
  const before = await countSegments(dir);
  assert.ok(before > 5);
  journal.holdFrom('fast', last);
  const size = journal.sizeBytes;
  assert.equal((await readAll(journal)).length, 60, 'the slow reader still finds everything');
  journal.holdFrom('slow', 30);
  await until(async () => (await countSegments(dir)) < before);
  assert.equal((await readAll(journal, 30)).length, 30);
  await until(() => Promise.resolve(journal.sizeBytes < size));
  journal.releaseReader('slow');
  await until(async () => (await countSegments(dir)) <= 3);
  await journal.close();
});

test('without a registered reader nothing is deleted, and positions never go back', async (context) => {
  const dir = await scratchDirectory(context);
  const journal = await openScratch(dir);
  await fill(journal, 30);
  const before = await countSegments(dir);
  journal.holdFrom('only', 20);
  journal.holdFrom('only', 3);
  assert.equal(journal.readers.get('only'), 20);
  await until(async () => (await countSegments(dir)) < before);
  await journal.close();
});

test('readers of an earlier run hold their segments before they have registered again', async (context) => {
  const dir = await scratchDirectory(context);
  const first = await openScratch(dir);
  first.holdFrom('a', 0);
  first.holdFrom('b', 0);
  const last = await fill(first, 40);
  await first.close();
  const second = await openScratch(dir);
  second.holdFrom('b', last);
  await fill(second, 10);
  assert.deepEqual([...second.readers.keys()].sort(), ['a', 'b']);
  assert.equal((await readAll(second)).length, 50);
  await second.close();
});

test('a sequence is never given twice, even when all entries have been released', async (context) => {
  const dir = await scratchDirectory(context);
  const first = await openScratch(dir);
  const last = await fill(first, 20);
  await first.close();
  const second = await openScratch(dir);
  second.holdFrom('all', last);
  await until(async () => (await countSegments(dir)) <= 2);
  await second.close();
  const third = await openScratch(dir);
  assert.equal(third.head, last);
  assert.equal(await append(third, 'next'), last + 1);
  const read = await third.read({ after: 0, maxBytes: 100 });
  assert.deepEqual(read.lost, [{ firstSequence: 1, lastSequence: last, reason: 'released' }]);
  await third.close();
});

test('a sealed segment is known by its index, and scanned when the index is gone or does not fit', async (context) => {
  const dir = await scratchDirectory(context);
  const first = await openScratch(dir);
  const body = await first.spool.create();
  await body.commit();
  await first.append({ kind: 1, attachments: [body.id], payload: [Buffer.alloc(8_000)] });
  await fill(first, 30);
  await first.close();
  const spoil = [
    async (_path: string): Promise<void> => undefined,
    (path: string) => rm(path),
    (path: string) => writeFile(path, 'garbage'),
    async (path: string) => writeFile(path, (await readFile(path)).subarray(0, -3)),
  ];
  for (const change of spoil) {
    for (const name of await readdir(dir)) if (name.endsWith('.index')) await change(`${dir}/${name}`);
    const journal = await openScratch(dir);
    assert.equal(journal.recovery.entries, 31);
    assert.equal(journal.recovery.spoolFilesRemoved, 0);
    assert.equal((await readAll(journal)).length, 31);
    assert.equal((await readAll(journal, 17)).length, 14);
    await journal.close();
  }
});

test('a spilled body lives as long as its entry, over a restart', async (context) => {
  const dir = await scratchDirectory(context);
  const first = await openScratch(dir);
  first.holdFrom('reader', 0);
  const body = await first.spool.create();
  await body.write(Buffer.from('large '));
  await body.write(Buffer.from('body'));
  await body.commit();
  assert.equal(body.sizeBytes, 10);
  await first.append({ kind: 2, attachments: [body.id], payload: [Buffer.from('entry')] });
  await first.close();

  const second = await openScratch(dir);
  assert.equal(second.recovery.spoolFilesRemoved, 0);
  const path = second.spool.path(body.id);
  assert.equal(await readFile(path, 'utf8'), 'large body');
  const last = await fill(second, 30);
  second.holdFrom('reader', last);
  await until(() =>
    access(path).then(
      () => false,
      () => true,
    ),
  );
  await second.close();
});

test('a body that two entries name lives as long as the later one', async (context) => {
  const dir = await scratchDirectory(context);
  const journal = await openScratch(dir);
  const body = await journal.spool.create();
  await body.write(Buffer.from('shared'));
  await body.commit();
  const attachments = [body.id];
  await journal.append({ kind: 1, attachments, payload: [] });
  const passed = await fill(journal, 20);
  const later = await journal.append({ kind: 2, attachments, payload: [] });
  const last = await fill(journal, 20);
  const before = await countSegments(dir);
  journal.holdFrom('reader', passed);
  await until(async () => (await countSegments(dir)) < before);
  assert.equal(await readFile(journal.spool.path(body.id), 'utf8'), 'shared');
  assert.ok(later < last);
  journal.holdFrom('reader', last);
  await until(async () => (await readdir(`${dir}/spool`)).length === 0);
  await journal.close();
});

test('bodies that no entry names are removed at the next start, and discarded ones at once', async (context) => {
  const dir = await scratchDirectory(context);
  const first = await openScratch(dir);
  const orphan = await first.spool.create();
  await orphan.write(Buffer.alloc(100));
  await orphan.commit();
  const discarded = await first.spool.create();
  await discarded.write(Buffer.alloc(100));
  await discarded.discard();
  await discarded.discard();
  assert.deepEqual(await readdir(`${dir}/spool`), [orphan.id]);
  await first.close();
  const second = await openScratch(dir);
  assert.equal(second.recovery.spoolFilesRemoved, 1);
  assert.deepEqual(await readdir(`${dir}/spool`), []);
  await second.close();
});

test('a body that an entry names stays, though whoever made it discards it afterwards', async (context) => {
  const dir = await scratchDirectory(context);
  const journal = await openScratch(dir);
  const body = await journal.spool.create();
  await body.write(Buffer.from('kept'));
  await body.commit();
  await journal.append({ kind: 1, payload: [], attachments: [body.id] });
  await body.discard();
  assert.equal(await readFile(journal.spool.path(body.id), 'utf8'), 'kept');
  await journal.close();
});
