import assert from 'node:assert/strict';
import { copyFile, mkdir, open, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { append, openScratch, readAll, scratchDirectory, texts } from './testing/scratch.ts';

async function segments(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => name.endsWith('.segment')).sort();
}

/** A folder with the same segments, as a power cut or a kill would leave them. */
async function copyOf(dir: string, copy: string): Promise<void> {
  await mkdir(copy, { recursive: true });
  for (const name of await segments(dir)) await copyFile(join(dir, name), join(copy, name));
}

/** A journal whose process died: the files as they were, nothing closed. */
async function abandoned(dir: string, fill: (journal: Awaited<ReturnType<typeof openScratch>>) => Promise<void>) {
  const journal = await openScratch(join(dir, 'live'));
  await fill(journal);
  await copyOf(join(dir, 'live'), join(dir, 'dead'));
  await journal.close();
  return join(dir, 'dead');
}

test('a journal that was not closed is recovered whole', async (context) => {
  const dead = await abandoned(await scratchDirectory(context), async (journal) => {
    for (let index = 0; index < 500; index += 1) await append(journal, `${index} ${'x'.repeat(400)}`);
  });
  const journal = await openScratch(dead);
  assert.equal(journal.head, 500);
  assert.deepEqual(journal.recovery.lost, []);
  assert.equal((await readAll(journal)).length, 500);
  assert.equal(await append(journal, 'next'), 501);
  await journal.close();
});

test('whichever byte of the last entry is torn, the entries before it are kept and writing goes on', async (context) => {
  const scratch = await scratchDirectory(context);
  const dead = await abandoned(scratch, async (journal) => {
    await append(journal, 'one', ['r']);
    await append(journal, 'two', ['r']);
  });
  const [name] = await segments(dead);
  const whole = await readFile(join(dead, name ?? ''));
  const start = whole.indexOf('two') - 36;
  const end = whole.indexOf('two') + 3;
  for (let at = start; at < end; at += 1) {
    const torn = join(scratch, `torn-${at}`);
    await mkdir(torn);
    const bytes = Buffer.from(whole);
    // Half of the cases lose the rest of the file, the others the rest of the entry's bytes.
    bytes.fill(0, at);
    await writeFile(join(torn, name ?? ''), at % 2 === 0 ? bytes.subarray(0, at) : bytes);
    const journal = await openScratch(torn, { durability: 'os' });
    assert.deepEqual(texts(await readAll(journal)), ['one'], `torn at ${at}`);
    assert.deepEqual(journal.recovery.lost, []);
    assert.equal(await append(journal, 'again'), 2);
    await journal.close();
    const reopened = await openScratch(torn, { durability: 'os' });
    assert.deepEqual(texts(await readAll(reopened)), ['one', 'again'], `torn at ${at}, reopened`);
    await reopened.close();
  }
});

test('a flipped byte in any part of the last entry drops that entry only', async (context) => {
  const scratch = await scratchDirectory(context);
  const dead = await abandoned(scratch, async (journal) => {
    await append(journal, 'one');
    await append(journal, 'two');
  });
  const [name] = await segments(dead);
  const whole = await readFile(join(dead, name ?? ''));
  for (let at = whole.indexOf('two') - 34; at < whole.indexOf('two') + 3; at += 1) {
    const flipped = join(scratch, `flipped-${at}`);
    await mkdir(flipped);
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x41;
    await writeFile(join(flipped, name ?? ''), bytes);
    const journal = await openScratch(flipped, { durability: 'os' });
    assert.deepEqual(texts(await readAll(journal)), ['one'], `flipped at ${at}`);
    await journal.close();
  }
});

test('damage in the middle is reported with the exact sequences, at opening and to each reader', async (context) => {
  const dead = await abandoned(await scratchDirectory(context), async (journal) => {
    for (const text of ['one', 'two', 'three', 'four', 'five']) await append(journal, text);
  });
  const [name] = await segments(dead);
  const file = await open(join(dead, name ?? ''), 'r+');
  const bytes = await file.readFile();
  await file.write(Buffer.from('XX'), 0, 2, bytes.indexOf('two'));
  await file.write(Buffer.from('XX'), 0, 2, bytes.indexOf('three') - 30);
  await file.close();
  const journal = await openScratch(dead);
  const lost = [{ firstSequence: 2, lastSequence: 3, reason: 'damaged' }];
  assert.deepEqual(journal.recovery.lost, lost);
  const read = await journal.read({ after: 0, maxBytes: 1024 });
  assert.deepEqual(texts(read.entries), ['one', 'four', 'five']);
  assert.deepEqual(read.lost, lost);
  assert.equal(await append(journal, 'six'), 6);
  await journal.close();
});

test('a segment cut short in the middle of the journal is reported, and what follows is kept', async (context) => {
  const dead = await abandoned(await scratchDirectory(context), async (journal) => {
    for (let index = 1; index <= 40; index += 1) await append(journal, `${index} ${'x'.repeat(4000)}`);
  });
  const [first] = await segments(dead);
  await truncate(join(dead, first ?? ''), 20_000);
  const journal = await openScratch(dead);
  assert.equal(journal.recovery.lost.length, 1);
  const [gap] = journal.recovery.lost;
  assert.equal(gap?.firstSequence, 5);
  const read = await journal.read({ after: 0, maxBytes: 1024 * 1024 });
  assert.equal(read.entries.length, 40 - ((gap?.lastSequence ?? 0) - (gap?.firstSequence ?? 0) + 1));
  assert.deepEqual(read.lost, journal.recovery.lost);
  assert.equal(journal.head, 40);
  await journal.close();
});

test('unacknowledged entries behind a torn one are dropped, as after a power cut that wrote pages out of order', async (context) => {
  const dead = await abandoned(await scratchDirectory(context), async (journal) => {
    await append(journal, 'durable');
    // One write, one fdatasync: none of the three knows another as acknowledged.
    await Promise.all([append(journal, 'lost page'), append(journal, 'behind it'), append(journal, 'and this')]);
  });
  const [name] = await segments(dead);
  const bytes = await readFile(join(dead, name ?? ''));
  bytes.fill(0, bytes.indexOf('lost page'), bytes.indexOf('lost page') + 9);
  await writeFile(join(dead, name ?? ''), bytes);
  const journal = await openScratch(dead);
  assert.deepEqual(texts(await readAll(journal)), ['durable']);
  assert.deepEqual(journal.recovery.lost, [], 'nothing acknowledged is missing');
  assert.equal(await append(journal, 'next'), 2);
  await journal.close();
  const again = await openScratch(dead);
  assert.deepEqual(texts(await readAll(again)), ['durable', 'next']);
  await again.close();
});

test('a damaged segment header stops the start, since nothing behind it can be told from garbage', async (context) => {
  const dead = await abandoned(await scratchDirectory(context), async (journal) => {
    await append(journal, 'one');
  });
  const [name] = await segments(dead);
  const bytes = await readFile(join(dead, name ?? ''));
  bytes[20] = 0xff;
  await writeFile(join(dead, name ?? ''), bytes);
  await assert.rejects(openScratch(dead), { reason: 'journal-damaged' });
});
