import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#base';
import { bucketSpec, scratchWorld } from './testing/kit.ts';
import { DeliveryError } from './types.ts';

test('a batch holds no more than its bounds; a backlog goes out in several files', async (context) => {
  const world = await scratchWorld(context);
  await world.open({ journal: { tailBytesMax: 0 } });
  await world.manager.register(bucketSpec('bucket'), 0);
  const lines = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const line = `${index} ${'x'.repeat(1_000_000)}`;
      await world.append(line, ['bucket']);
      return line;
    }),
  );
  await world.manager.start();
  await world.manager.flush();
  assert.ok(world.buckets.puts.length >= 3, '20 MB are more than two files of 8 MiB');
  assert.deepEqual(world.buckets.lines('bucket').sort(), lines.sort());
});

test('stopping ends with the batch in flight', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  world.buckets.before = () => {
    reach();
    return held;
  };
  await world.appendMany(0, 3, ['bucket']);
  const flushed = world.manager.flush();
  await reached;
  const stopped = world.manager.stop(60_000);
  release();
  await stopped;
  await flushed;
  assert.equal(world.buckets.lines('bucket').length, 3);
  const [row] = await world.state.all('SELECT cursor, plan FROM delivery_readers');
  assert.deepEqual({ ...row }, { cursor: 3, plan: null }, 'the cursor has moved');
});

test('a batch that is left at a stop is sent again by the next start, under the same name', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  const keys: string[] = [];
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  world.buckets.before = (_, key) => {
    keys.push(key);
    reach();
    return new Promise(() => undefined);
  };
  await world.appendMany(0, 3, ['bucket']);
  void world.manager.flush();
  await reached;
  await world.close();
  world.buckets.before = (_, key) => void keys.push(key);
  await world.open();
  await world.manager.start();
  await world.manager.flush();
  assert.equal(keys.length, 2);
  assert.equal(keys[0], keys[1]);
  assert.equal(world.buckets.lines('bucket').length, 3);
});

test('a change that mends a destination while an attempt fails is not missed', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  let attempts = 0;
  world.buckets.before = () => {
    attempts += 1;
    if (attempts > 1) return;
    // The policy is put while this attempt, which has read the old one, is about to be denied.
    world.manager.wake();
    throw new DeliveryError('denied', 'no');
  };
  await world.append('one', ['bucket']);
  await world.manager.flush();
  assert.equal(attempts, 2);
});

test('what was held for longer than allowed is given up at the next failure, younger entries are kept', async (context) => {
  const world = await scratchWorld(context);
  let nowMs = systemClock.nowMs();
  const clock = { nowMs: () => nowMs, monotonicMs: systemClock.monotonicMs };
  await world.open({
    journal: { clock },
    settings: { hold: { bytesMax: 1e9, ageMaxMs: 1_000 } },
    wrap: () => ({ clock }),
  });
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.appendMany(0, 4, ['bucket']);
  nowMs += 5_000;
  const young = await world.appendMany(4, 2, ['bucket']);
  let isDown = true;
  world.buckets.before = () => {
    if (isDown) throw new Error('down');
  };
  await world.manager.start();
  const flushed = world.manager.flush();
  await world.until(() => world.eventsOf('gap').length > 0);
  isDown = false;
  await flushed;
  assert.deepEqual(world.buckets.lines('bucket'), young);
  const [gap] = await world.gaps();
  assert.deepEqual([gap?.firstSequence, gap?.lastSequence, gap?.count], [1, 4, 4]);
});

test('damage of the journal is told by one marker, however often the server starts; the rest is delivered', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.appendMany(0, 5, ['bucket']);
  await world.close();
  const directory = join(world.directory, 'journal');
  const [name] = (await readdir(directory)).filter((file) => file.endsWith('.segment'));
  const file = await open(join(directory, name ?? ''), 'r+');
  const at = (await file.readFile()).indexOf('line 2');
  await file.write(Buffer.from('LINE'), 0, 4, at);
  await file.close();
  for (let start = 0; start < 2; start += 1) {
    await world.open();
    await world.manager.start();
    await world.manager.flush();
    assert.equal((await world.gaps()).length, 1);
    await world.close();
  }
  assert.deepEqual(world.buckets.lines('bucket'), ['line 0', 'line 1', 'line 3', 'line 4']);
  const [gap] = world.eventsOf('gap');
  assert.deepEqual(gap?.marker, {
    reader: 'journal',
    firstSequence: 3,
    lastSequence: 3,
    count: 1,
    reason: 'entries are damaged',
  });
});

test('the journal is released behind a reader, spilled bodies included', async (context) => {
  const world = await scratchWorld(context);
  await world.open({ journal: { segmentBytes: 16 * 1024 } });
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  const spilled = await world.journal.spool.create();
  await spilled.write(Buffer.alloc(1000));
  await spilled.commit();
  await world.append('spilled', ['bucket'], { dataObjects: [{ key: 'data', attachment: spilled.id }] });
  for (let index = 0; index < 40; index += 1) await world.append('x'.repeat(2_000), ['bucket']);
  const before = world.journal.sizeBytes;
  await world.manager.flush();
  await world.until(() => world.journal.sizeBytes < before / 2);
  // Files are removed in the background.
  const spool = join(world.directory, 'journal', 'spool');
  await world.until(() => readdirSync(spool).length === 0);
});
