import assert from 'node:assert/strict';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { OperationalError } from '#base';
import { FaultyFileSystem, gate } from './testing/faulty-file-system.ts';
import { append, openScratch, readAll, scratchDirectory, texts } from './testing/scratch.ts';

test('entries come back in the order of their appends, with routes, attachments, kind and payload', async (context) => {
  const journal = await openScratch(await scratchDirectory(context));
  const sequences = await Promise.all([
    journal.append({
      kind: 7,
      routes: ['s3-1', 'logs'],
      attachments: ['a'.repeat(32)],
      payload: [Buffer.from('one ')],
    }),
    journal.append({ kind: 255, payload: [Buffer.from('two'), Buffer.from(' pieces'), Buffer.alloc(0)] }),
    journal.append({ kind: 0, payload: [] }),
  ]);
  assert.deepEqual(sequences, [1, 2, 3]);
  assert.equal(journal.head, 3);
  const [first, second, third] = await readAll(journal);
  assert.deepEqual(first?.routes, ['s3-1', 'logs']);
  assert.deepEqual(first?.attachments, ['a'.repeat(32)]);
  assert.equal(second?.kind, 255);
  assert.equal(second?.payload.toString(), 'two pieces');
  assert.equal(third?.payload.length, 0);
  await journal.close();
});

test('a journal that was closed goes on with its sequence and its node id', async (context) => {
  const dir = await scratchDirectory(context);
  const before = await openScratch(dir);
  await append(before, 'first');
  await before.close();
  const after = await openScratch(dir);
  assert.equal(after.nodeId, before.nodeId);
  assert.match(after.nodeId, /^[0-9a-f]{8}$/);
  assert.equal(await append(after, 'second'), 2);
  assert.deepEqual(texts(await readAll(after)), ['first', 'second']);
  assert.deepEqual(after.recovery.lost, []);
  await after.close();
});

test('an append resolves only after fdatasync has returned', async (context) => {
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem });
  const sync = gate();
  const began = gate();
  fileSystem.before = async (call) => {
    if (call.name !== 'datasync') return;
    began.open();
    await sync.opened;
  };
  let acknowledged = false;
  const appended = append(journal, 'precious').finally(() => {
    acknowledged = true;
  });
  await began.opened;
  await new Promise(setImmediate);
  assert.equal(acknowledged, false);
  assert.equal(journal.head, 0, 'readers do not see what is not durable');
  sync.open();
  await appended;
  assert.equal(journal.head, 1);
  await journal.close();
});

test('until: written resolves before fdatasync, and the entry is seen after it', async (context) => {
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem });
  const sync = gate();
  fileSystem.before = (call) => (call.name === 'datasync' ? sync.opened : undefined);
  const written = await journal.append({ kind: 1, payload: [Buffer.from('begin')] }, { until: 'written' });
  assert.equal(written, 1);
  assert.equal(journal.head, 0);
  sync.open();
  const { entries } = await journal.read({ after: 0, maxBytes: 1024 });
  assert.deepEqual(texts(entries), ['begin']);
  await journal.close();
});

test('an entry that is only to be written shares the fdatasync of the next one that is to be durable', async (context) => {
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem });
  fileSystem.calls.length = 0;
  // However slow the machine: its own time does not come.
  context.mock.timers.enable({ apis: ['setTimeout'] });
  await journal.append({ kind: 1, payload: [Buffer.from('begin')] }, { until: 'written' });
  await append(journal, 'end');
  assert.equal(journal.head, 2);
  // The next segment is prepared meanwhile.
  const segment = fileSystem.calls.find(({ name }) => name === 'write')?.path;
  const calls = fileSystem.calls.filter(({ path }) => path === segment).map(({ name }) => name);
  assert.deepEqual(calls, ['write', 'write', 'datasync']);
});

test('a journal that is closed makes durable what nobody waits for', async (context) => {
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem });
  fileSystem.calls.length = 0;
  await journal.append({ kind: 1, payload: [Buffer.from('begin')] }, { until: 'written' });
  const segment = fileSystem.calls.find(({ name }) => name === 'write')?.path;
  fileSystem.calls.length = 0;
  await journal.close();
  // The next segment may still be being prepared.
  assert.equal(fileSystem.calls.find(({ path }) => path === segment)?.name, 'datasync');
  assert.equal(journal.head, 1);
});

test('appends of one turn share one write, and writing goes on while fdatasync runs', async (context) => {
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem });
  const sync = gate();
  const secondWrite = gate();
  let writes = 0;
  fileSystem.before = (call) => {
    if (call.name === 'datasync') return sync.opened;
    if (call.name === 'write' && call.bytes < 4096 && ++writes === 2) secondWrite.open();
    return undefined;
  };
  const early = Array.from({ length: 50 }, (_, index) => append(journal, `early ${index}`));
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  const late = append(journal, 'late');
  await secondWrite.opened;
  assert.equal(writes, 2, 'fifty appends in one write, the late one in another, no fdatasync between');
  sync.open();
  assert.deepEqual(
    await Promise.all([...early, late]),
    Array.from({ length: 51 }, (_, index) => index + 1),
  );
  await journal.close();
});

test('under os durability nothing waits for fdatasync', async (context) => {
  const fileSystem = new FaultyFileSystem();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem, durability: 'os' });
  fileSystem.calls.length = 0;
  await append(journal, 'quick');
  assert.equal(fileSystem.calls.filter((call) => call.name === 'datasync').length, 0);
  await journal.close();
});

test('the segment being written is allocated ahead: appending does not change its size', async (context) => {
  const dir = await scratchDirectory(context);
  const journal = await openScratch(dir);
  const [name] = (await readdir(dir)).filter((file) => file.endsWith('.segment')).sort();
  const before = await stat(join(dir, name ?? ''));
  await append(journal, 'x'.repeat(10_000));
  const after = await stat(join(dir, name ?? ''));
  assert.equal(after.size, before.size);
  assert.equal(after.blocks, before.blocks);
  assert.equal(after.mode & 0o777, 0o600);
  await journal.close();
});

test('entries larger than a segment get one of their own size', async (context) => {
  const journal = await openScratch(await scratchDirectory(context));
  const large = Buffer.alloc(300_000, 'L');
  await append(journal, 'small');
  await journal.append({ kind: 2, payload: [large] });
  await append(journal, 'small again');
  const entries = await readAll(journal);
  assert.equal(entries.length, 3);
  assert.ok(entries[1]?.payload.equals(large));
  await journal.close();
});

test('a directory that is open already is refused', async (context) => {
  const dir = await scratchDirectory(context);
  const journal = await openScratch(dir);
  await assert.rejects(
    openScratch(dir),
    (error) => error instanceof OperationalError && error.reason === 'journal-open',
  );
  await journal.close();
  await (await openScratch(dir)).close();
});

test('a closed journal refuses appends and has written all that came before', async (context) => {
  const dir = await scratchDirectory(context);
  const journal = await openScratch(dir);
  const appended = Promise.all(Array.from({ length: 100 }, (_, index) => append(journal, `${index}`)));
  await journal.close();
  await appended;
  await assert.rejects(append(journal, 'too late'), { reason: 'journal-closed' });
  const again = await openScratch(dir);
  assert.equal((await readAll(again)).length, 100);
  await again.close();
});
