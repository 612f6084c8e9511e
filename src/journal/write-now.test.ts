import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultyFileSystem, gate, systemError } from './testing/faulty-file-system.ts';
import { append, openScratch, readAll, scratchDirectory, texts } from './testing/scratch.ts';

/** A file layer that lets the event loop write, and what it did to the first segment: `w` a thread's write, `W` one of the event loop's, `s` fdatasync. */
function willing(): { readonly fileSystem: FaultyFileSystem; readonly done: () => string } {
  const fileSystem = new FaultyFileSystem();
  fileSystem.writesNow = true;
  const done = (): string =>
    fileSystem.calls
      .filter(({ name, path }) => path.endsWith('0000000001.segment') && /write|datasync/.test(name))
      .map(({ name, now }) => (name === 'datasync' ? 's' : now ? 'W' : 'w'))
      .join('');
  return { fileSystem, done };
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

test('what comes alone is written by the event loop, made durable, and there after a start', async (context) => {
  const dir = await scratchDirectory(context);
  const { fileSystem, done } = willing();
  const journal = await openScratch(dir, { fileSystem });
  const before = done().length;
  assert.equal(await append(journal, 'one'), 1);
  await turn();
  assert.equal(await append(journal, 'two'), 2);
  assert.equal(done().slice(before), 'WsWs');
  await journal.close();
  assert.deepEqual(texts(await readAll(await openScratch(dir))), ['one', 'two']);
});

test('what comes in one turn is one write and one fdatasync; a begin shares that of its end', async (context) => {
  const { fileSystem, done } = willing();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem });
  const before = done().length;
  await Promise.all(['a', 'b', 'c', 'd'].map((text) => append(journal, text)));
  assert.equal(done().slice(before), 'Ws');
  await turn();
  await journal.append({ kind: 1, payload: [Buffer.from('begin')] }, { until: 'written' });
  await append(journal, 'end');
  assert.equal(done().slice(before), 'WsWWs');
});

test('while an fdatasync runs, as it does while a disk hangs, the event loop writes nothing', async (context) => {
  const { fileSystem, done } = willing();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem });
  const held = gate();
  const reached = gate();
  fileSystem.before = ({ name }) => {
    if (name !== 'datasync') return undefined;
    reached.open();
    return held.opened;
  };
  const before = done().length;
  const first = append(journal, 'first');
  await reached.opened;
  const second = append(journal, 'second');
  while (!done().includes('w', before)) await turn();
  assert.equal(done().slice(before), 'Ww');
  held.open();
  assert.deepEqual(await Promise.all([first, second]), [1, 2]);
});

test('a write of the event loop that fails refuses its batch, though its bytes are in the file', async (context) => {
  const dir = await scratchDirectory(context);
  const { fileSystem } = willing();
  const journal = await openScratch(dir, { fileSystem });
  await append(journal, 'before');
  await turn();
  fileSystem.after = ({ now }) => {
    if (now) throw systemError('EIO');
  };
  await assert.rejects(append(journal, 'refused'), { reason: 'journal-unwritable' });
  fileSystem.after = () => undefined;
  assert.equal(await append(journal, 'after'), 2);
  await journal.close();
  assert.deepEqual(texts(await readAll(await openScratch(dir))), ['before', 'after']);
});

test('after a slow one the event loop writes nothing for a while', async (context) => {
  let nowMs = 1_000;
  const { fileSystem, done } = willing();
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const journal = await openScratch(await scratchDirectory(context), { fileSystem, clock });
  const before = done().length;
  fileSystem.before = ({ now }) => {
    if (now) nowMs += 100;
  };
  await append(journal, 'slow');
  await turn();
  await append(journal, 'by a thread');
  nowMs += 60_000;
  await turn();
  await append(journal, 'later');
  assert.equal(done().slice(before), 'WswsWs');
});

test('more than a few kilobytes are left to the threads', async (context) => {
  const { fileSystem, done } = willing();
  const journal = await openScratch(await scratchDirectory(context), { fileSystem, segmentBytes: 1024 * 1024 });
  const before = done().length;
  await append(journal, 'x'.repeat(100 * 1024));
  assert.equal(done().slice(before), 'ws');
});
