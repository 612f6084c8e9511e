import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultyFileSystem, gate, systemError } from './testing/faulty-file-system.ts';
import { append, openScratch, readAll, scratchDirectory, texts } from './testing/scratch.ts';
import type { Journal } from './types.ts';

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A file layer that lets the event loop write, and what was done to the first segment: `w` a thread's write, `W` one of the event loop's, `s` fdatasync. */
class Willing extends FaultyFileSystem {
  #from = 0;

  constructor() {
    super();
    this.writesNow = true;
  }

  get #all(): string {
    return this.calls
      .filter(({ name, path }) => path.endsWith('0000000001.segment') && /write|datasync/.test(name))
      .map(({ name, now }) => (name === 'datasync' ? 's' : now ? 'W' : 'w'))
      .join('');
  }

  get done(): string {
    return this.#all.slice(this.#from);
  }

  /** Appends, waits until a thread has read ahead, and forgets what was done. */
  async warm(journal: Journal, text = 'warm'): Promise<void> {
    const { reads } = this;
    await append(journal, text);
    while (this.reads === reads) await turn();
    await turn();
    this.#from = this.#all.length;
  }
}

async function warmed(dir: string, options: Parameters<typeof openScratch>[1] = {}) {
  const fileSystem = new Willing();
  const journal = await openScratch(dir, { fileSystem, segmentBytes: 1024 * 1024, ...options });
  await fileSystem.warm(journal);
  return { fileSystem, journal };
}

test('what comes alone is written by the event loop, made durable, and there after a start', async (context) => {
  const dir = await scratchDirectory(context);
  const { fileSystem, journal } = await warmed(dir);
  assert.equal(await append(journal, 'one'), 2);
  await turn();
  assert.equal(await append(journal, 'two'), 3);
  assert.equal(fileSystem.done, 'WsWs');
  await journal.close();
  assert.deepEqual(texts(await readAll(await openScratch(dir))), ['warm', 'one', 'two']);
});

test('what comes in one turn is one write and one fdatasync; a begin shares that of its end', async (context) => {
  const { fileSystem, journal } = await warmed(await scratchDirectory(context));
  await Promise.all(['a', 'b', 'c', 'd'].map((text) => append(journal, text)));
  assert.equal(fileSystem.done, 'Ws');
  await turn();
  await journal.append({ kind: 1, payload: [Buffer.from('begin')] }, { until: 'written' });
  await append(journal, 'end');
  assert.equal(fileSystem.done, 'WsWWs');
});

test('while an fdatasync runs, as it does while a disk hangs, the event loop writes nothing', async (context) => {
  const { fileSystem, journal } = await warmed(await scratchDirectory(context));
  const held = gate();
  const reached = gate();
  fileSystem.before = ({ name }) => {
    if (name !== 'datasync') return undefined;
    reached.open();
    return held.opened;
  };
  const first = append(journal, 'first');
  await reached.opened;
  const second = append(journal, 'second');
  while (!fileSystem.done.includes('w')) await turn();
  assert.equal(fileSystem.done, 'Ww');
  held.open();
  assert.deepEqual(await Promise.all([first, second]), [2, 3]);
});

test('a write of the event loop that fails refuses its batch, though its bytes are in the file', async (context) => {
  const dir = await scratchDirectory(context);
  const { fileSystem, journal } = await warmed(dir);
  fileSystem.after = ({ now }) => {
    if (now) throw systemError('EIO');
  };
  await assert.rejects(append(journal, 'refused'), { reason: 'journal-unwritable' });
  fileSystem.after = () => undefined;
  assert.equal(await append(journal, 'after'), 2);
  await journal.close();
  assert.deepEqual(texts(await readAll(await openScratch(dir))), ['warm', 'after']);
});

for (const fails of [false, true]) {
  test(`after a slow one${fails ? ' that failed' : ''} the event loop writes nothing for a while`, async (context) => {
    let nowMs = 1_000;
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
    const { fileSystem, journal } = await warmed(await scratchDirectory(context), { clock });
    let writes = 0;
    fileSystem.before = ({ now }) => {
      if (!now) return;
      writes += 1;
      // Longer than the pause that follows.
      nowMs += 60_000;
      if (fails) throw systemError('EIO');
    };
    await append(journal, 'slow').catch(() => undefined);
    for (let count = 0; count < 3; count += 1) {
      await turn();
      await append(journal, 'by a thread');
    }
    assert.equal(writes, 1);
  });
}

test('pages that nobody has used for a while are read by a thread first', async (context) => {
  let nowMs = 1_000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const { fileSystem, journal } = await warmed(await scratchDirectory(context), { clock });
  await append(journal, 'here');
  await turn();
  assert.equal(fileSystem.done, 'Ws');
  nowMs += 6_000;
  await fileSystem.warm(journal, 'by a thread');
  await append(journal, 'there again');
  assert.equal(fileSystem.done, 'Ws');
});

test('writing does not make pages that lie ahead any younger', async (context) => {
  let nowMs = 1_000;
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const { fileSystem, journal } = await warmed(await scratchDirectory(context), { clock });
  fileSystem.readsHang = true;
  for (let count = 0; count < 3; count += 1) {
    nowMs += 2_000;
    await append(journal, 'now and then');
    await turn();
  }
  assert.equal(fileSystem.done, 'WsWsws');
});

test('the event loop never writes beyond what was read ahead', async (context) => {
  const { fileSystem, journal } = await warmed(await scratchDirectory(context));
  let position = 0;
  // No thread comes to read any further.
  const { reads } = fileSystem;
  fileSystem.readsHang = true;
  while (!fileSystem.done.endsWith('ws')) {
    await append(journal, 'x'.repeat(20_000));
    await turn();
    position += 20_000;
    assert.ok(position < 400_000);
  }
  assert.ok(fileSystem.done.startsWith('WsWs'));
  assert.equal(fileSystem.reads, reads);
  fileSystem.readsHang = false;
});

test('more than a few kilobytes are left to the threads', async (context) => {
  const { fileSystem, journal } = await warmed(await scratchDirectory(context));
  await append(journal, 'x'.repeat(100 * 1024));
  assert.equal(fileSystem.done, 'ws');
});

test('who appends again as soon as it is told leaves others their turn', async (context) => {
  const { journal } = await warmed(await scratchDirectory(context), {
    durability: 'os',
    segmentBytes: 8 * 1024 * 1024,
  });
  let turns = 0;
  let ended = false;
  const others = (async () => {
    while (!ended) {
      await turn();
      turns += 1;
    }
  })();
  const appender = async (): Promise<void> => {
    for (let count = 0; count < 200; count += 1) await append(journal, 'again');
  };
  await Promise.all([appender(), appender(), appender()]);
  ended = true;
  await others;
  assert.ok(turns >= 100, `${turns} turns for 200 batches`);
});
