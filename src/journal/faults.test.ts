import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperationalError, sleep } from '#base';
import { FaultyFileSystem, gate, systemError } from './testing/faulty-file-system.ts';
import { append, openScratch, readAll, scratchDirectory, texts } from './testing/scratch.ts';

function isUnwritable(error: unknown): boolean {
  return error instanceof OperationalError && error.reason === 'journal-unwritable' && error.remedy.length > 0;
}

for (const code of ['ENOSPC', 'EIO', 'EACCES']) {
  test(`a write that fails with ${code} refuses its appends; the journal heals by itself`, async (context) => {
    const dir = await scratchDirectory(context);
    const fileSystem = new FaultyFileSystem();
    const journal = await openScratch(dir, { fileSystem });
    await append(journal, 'before');
    fileSystem.before = (call) => {
      if (call.name === 'write') throw systemError(code);
    };
    const refused = await Promise.allSettled([append(journal, 'lost 1'), append(journal, 'lost 2')]);
    assert.ok(refused.every((result) => result.status === 'rejected' && isUnwritable(result.reason)));
    assert.match(journal.failure ?? '', new RegExp(code));
    fileSystem.before = () => undefined;
    // The probe heals it without any append.
    while (journal.failure !== undefined) await sleep(20);
    assert.equal(await append(journal, 'after'), 2, 'refused appends use no sequence');
    assert.deepEqual(texts(await readAll(journal)), ['before', 'after']);
    await journal.close();
    const again = await openScratch(dir);
    assert.deepEqual(texts(await readAll(again)), ['before', 'after']);
    await again.close();
  });
}

test('bytes of a refused write never come back as an entry, however they lie', async (context) => {
  const dir = await scratchDirectory(context);
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(dir, { fileSystem });
  await append(journal, 'aaaa');
  // All of the batch reaches the file, and then the call fails: the worst case for recovery.
  let failing = true;
  fileSystem.after = (call) => {
    if (failing && call.name === 'write') throw systemError('EIO');
  };
  const refused = await Promise.allSettled([append(journal, 'bbbb'), append(journal, 'cccc')]);
  assert.ok(refused.every((result) => result.status === 'rejected'));
  failing = false;
  assert.equal(await append(journal, 'dddd'), 2);
  await journal.close();
  const again = await openScratch(dir);
  assert.deepEqual(texts(await readAll(again)), ['aaaa', 'dddd']);
  await again.close();
});

test('after a failed fdatasync the entries are written again into a new segment and acknowledged from there', async (context) => {
  const dir = await scratchDirectory(context);
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(dir, { fileSystem });
  await append(journal, 'before');
  const failedOn: string[] = [];
  fileSystem.before = (call) => {
    if (call.name !== 'datasync' || failedOn.length > 0) return;
    failedOn.push(call.path);
    throw systemError('EIO');
  };
  fileSystem.calls.length = 0;
  assert.deepEqual(await Promise.all([append(journal, 'one'), append(journal, 'two')]), [2, 3]);
  const synced = fileSystem.calls.filter((call) => call.name === 'datasync' && call.path.endsWith('.segment'));
  const writes = fileSystem.calls.filter(
    (call) => call.name === 'write' && call.bytes < 1024 && call.path.endsWith('.segment'),
  );
  assert.equal(writes.length, 2, 'written twice');
  assert.notEqual(writes[0]?.path, writes[1]?.path);
  assert.ok(
    synced.some((call) => call.path === writes[1]?.path),
    'the new segment was synced',
  );
  assert.equal(journal.failure, undefined);
  assert.deepEqual(texts(await readAll(journal)), ['before', 'one', 'two']);
  await journal.close();
  const again = await openScratch(dir);
  assert.deepEqual(texts(await readAll(again)), ['before', 'one', 'two']);
  await again.close();
});

test('when fdatasync keeps failing the appends are refused, and what callers were told of keeps its sequence', async (context) => {
  const dir = await scratchDirectory(context);
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(dir, { fileSystem });
  await append(journal, 'before');
  let failing = true;
  const hold = gate();
  fileSystem.before = async (call) => {
    if (call.name !== 'datasync' || !failing) return;
    await hold.opened;
    throw systemError('EIO');
  };
  const refused = append(journal, 'refused');
  const told = await journal.append({ kind: 1, payload: [Buffer.from('told')] }, { until: 'written' });
  assert.equal(told, 3);
  hold.open();
  await assert.rejects(refused, isUnwritable);
  failing = false;
  const { entries, nextAfter } = await journal.read({ after: 1, maxBytes: 1024 });
  assert.deepEqual(texts(entries), ['told']);
  assert.equal(nextAfter, 3);
  assert.equal(await append(journal, 'after'), 4);
  await journal.close();
  const again = await openScratch(dir);
  assert.deepEqual(texts(await readAll(again)), ['before', 'told', 'after']);
  assert.deepEqual(again.recovery.lost, []);
  await again.close();
});

test('too little free disk refuses appends in words before the disk is full, and heals when space is there', async (context) => {
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem, minFreeBytes: 1_000_000 });
  fileSystem.free = 1_000_100;
  const results = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => append(journal, `${index} ${'x'.repeat(6_000)}`)),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  assert.ok(refused.length > 0 && refused.length < 40, 'what was prepared could still be used');
  assert.ok(refused.every((result) => isUnwritable(result.reason)));
  assert.match(journal.failure ?? '', /must stay free/);
  fileSystem.free = Number.MAX_SAFE_INTEGER;
  while (journal.failure !== undefined) await sleep(20);
  await append(journal, 'y'.repeat(6_000));
  assert.equal((await readAll(journal)).length, 40 - refused.length + 1);
  await journal.close();
});

test('a journal at its largest size refuses appends until a reader lets go of segments', async (context) => {
  const journal = await openScratch(await scratchDirectory(context), { sizeBytesMax: 256 * 1024 });
  journal.holdFrom('slow', 0);
  let last = 0;
  const fill = async (): Promise<void> => {
    for (;;) last = await append(journal, 'x'.repeat(8_000));
  };
  await assert.rejects(fill(), isUnwritable);
  assert.ok(journal.sizeBytes <= 256 * 1024);
  journal.holdFrom('slow', last);
  while (journal.failure !== undefined) await sleep(20);
  assert.equal(await append(journal, 'goes on'), last + 1);
  await journal.close();
});

test('an end that was reserved is written when the disk has no space for anything else', async (context) => {
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem });
  const reservations = await Promise.all(Array.from({ length: 20 }, () => journal.reserve(5_000)));
  // From now on the disk is full: nothing can be allocated.
  fileSystem.free = 0;
  const prepared = new Set(fileSystem.calls.map((call) => call.path));
  fileSystem.before = (call) => {
    if (call.name === 'open' && !prepared.has(call.path)) throw systemError('ENOSPC');
  };
  const begins = await Promise.allSettled(Array.from({ length: 60 }, () => append(journal, 'b'.repeat(3_000))));
  assert.ok(begins.some((result) => result.status === 'rejected'));
  const ends = await Promise.all(
    reservations.map((reservation, index) =>
      journal.append({ kind: 2, payload: [Buffer.alloc(5_000, index)] }, { reservation }),
    ),
  );
  assert.equal(ends.length, 20);
  await assert.rejects(journal.reserve(200_000), isUnwritable);
  await journal.close();
});

test('a released reservation gives its space back', async (context) => {
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem });
  const first = await journal.reserve(20_000);
  first.release();
  first.release();
  fileSystem.free = 0;
  const second = await journal.reserve(20_000);
  second.release();
  await journal.close();
});

test('a disk that is full at the start is a failure that heals, not the end of the server', async (context) => {
  const dir = await scratchDirectory(context);
  const first = await openScratch(dir);
  await append(first, 'kept');
  await first.close();
  const fileSystem = new FaultyFileSystem();
  fileSystem.free = 0;
  const journal = await openScratch(dir, { fileSystem, minFreeBytes: 1 });
  assert.match(journal.failure ?? '', /free/);
  assert.deepEqual(texts(await readAll(journal)), ['kept'], 'what is there can be read');
  await assert.rejects(append(journal, 'no'), isUnwritable);
  fileSystem.free = Number.MAX_SAFE_INTEGER;
  while (journal.failure !== undefined) await sleep(20);
  assert.equal(await append(journal, 'yes'), 2);
  await journal.close();
});
