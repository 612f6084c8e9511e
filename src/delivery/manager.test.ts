import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { bucketSpec, logSpec, scratchWorld } from './testing/kit.ts';
import { DeliveryError } from './types.ts';

test('records arrive in the bucket as gzipped lines under the hour, and in the log group as events', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), world.journal.head);
  await world.manager.register(logSpec('group'), world.journal.head);
  await world.manager.start();
  const lines = await world.appendMany(0, 20, ['bucket', 'group']);
  await world.append('not for them', ['other']);
  await world.manager.flush();
  assert.deepEqual(world.buckets.lines('bucket'), lines);
  assert.deepEqual(world.logs.messages('group'), lines);
  const [name] = world.buckets.objects.keys();
  assert.match(name ?? '', /^bucket\/logs\/\d{4}\/\d\d\/\d\d\/\d\d\/\d{8}T\d{9}Z_[0-9a-f]{16}\.json\.gz$/);
  assert.ok(name?.includes(`Z_${world.journal.nodeId}`), 'the name holds the node id');
  assert.equal(world.buckets.objects.get(name ?? '')?.contentEncoding, 'gzip');
  for (const status of world.manager.status()) {
    assert.equal(status.state, 'idle');
    assert.equal(status.delivered, 20);
    assert.equal(status.lagEntries, 0);
    assert.equal(status.lastError, undefined);
  }
  const metrics = world.eventsOf('count').map((event) => event.metric);
  assert.ok(metrics.includes('ModelInvocationLogsS3DeliverySuccess'));
  assert.ok(metrics.includes('ModelInvocationLogsCloudWatchDeliverySuccess'));
});

test('a batch is sent when its first record has waited for the interval, without anyone asking', async (context) => {
  const world = await scratchWorld(context);
  await world.open({ settings: { intervalMs: 20 } });
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  await world.append('on its own', ['bucket']);
  await world.until(() => world.buckets.puts.length > 0);
  assert.deepEqual(world.buckets.lines('bucket'), ['on its own']);
});

test('a record has its data objects in the bucket before the file that points at them', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  const spilled = await world.journal.spool.create();
  await spilled.write(Buffer.from('{"large":true}'));
  await spilled.commit();
  const dataObjects = [
    { key: 'logs/data/1_input.json.gz', attachment: spilled.id, gzip: true },
    { key: 'logs/data/1_output.json.gz', text: '{"out":1}', gzip: true },
    { key: 'logs/data/1_input_media_00.png', text: 'PNG' },
  ];
  await world.append('record', ['bucket'], { dataObjects });
  await world.manager.flush();
  const { puts, objects } = world.buckets;
  assert.equal(puts.length, 4);
  assert.match(puts[3] ?? '', /Z_/);
  const input = objects.get('bucket/logs/data/1_input.json.gz');
  assert.equal(gunzipSync(input?.bytes ?? Buffer.alloc(0)).toString(), '{"large":true}');
  assert.equal(objects.get('bucket/logs/data/1_input_media_00.png')?.bytes.toString(), 'PNG');
  assert.equal(
    world.eventsOf('count').filter((e) => e.metric === 'ModelInvocationLargeDataS3DeliverySuccess').length,
    3,
  );
});

test('a destination that is down delays nobody else, and gets everything when it is back', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('dead'), 0);
  await world.manager.register(bucketSpec('well'), 0);
  await world.manager.start();
  let isDown = true;
  world.buckets.before = (bucket) => {
    if (isDown && bucket === 'dead') throw new DeliveryError('transient', 'no route to host');
  };
  const lines = await world.appendMany(0, 30, ['dead', 'well']);
  const flushed = world.manager.flush('dead');
  await world.manager.flush('well');
  assert.deepEqual(world.buckets.lines('well'), lines);
  await world.until(() => world.eventsOf('attempt-failed').length >= 3);
  const dead = world.manager.status().find((status) => status.route === 'dead');
  assert.equal(dead?.state, 'retrying');
  assert.equal(dead?.lastError, 'no route to host');
  assert.equal(dead?.lagEntries, 30);
  assert.ok((dead?.oldestHeldMs ?? 0) > 0);
  assert.equal(world.journal.readers.get('dead'), 0, 'the journal is held for it');
  isDown = false;
  await flushed;
  assert.deepEqual(world.buckets.lines('dead'), lines);
  assert.deepEqual(world.buckets.changed, []);
  assert.deepEqual(
    world.eventsOf('resumed').map((event) => event.reader),
    ['dead'],
  );
});

test('a destination that denies is parked with an alarm, not hammered, and tried again when it is woken', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  let attempts = 0;
  let denies = true;
  world.buckets.before = () => {
    attempts += 1;
    if (denies) throw new DeliveryError('denied', 'the bucket policy does not let bedrock.amazonaws.com put');
  };
  await world.appendMany(0, 3, ['bucket']);
  const flushed = world.manager.flush();
  await world.until(() => world.eventsOf('attempt-failed').length === 1);
  assert.equal(world.eventsOf('parked').length, 1);
  assert.equal(world.manager.status()[0]?.state, 'parked');
  await new Promise(setImmediate);
  assert.equal(attempts, 1);
  denies = false;
  world.manager.wake();
  await flushed;
  assert.equal(world.buckets.lines('bucket').length, 3);
  assert.equal(world.manager.status()[0]?.state, 'idle');
});

test('past the bound of what is held, entries are given up with their exact count, and the rest arrives', async (context) => {
  const world = await scratchWorld(context);
  await world.open({
    settings: { hold: { bytesMax: 40_000, ageMaxMs: 3_600_000 } },
  });
  await world.manager.register(bucketSpec('gone'), 0);
  await world.manager.register(bucketSpec('well'), 0);
  await world.manager.start();
  let isGone = true;
  world.buckets.before = (bucket) => {
    if (isGone && bucket === 'gone') throw new DeliveryError('gone', 'the bucket does not exist');
  };
  const lines: string[] = [];
  for (let index = 0; index < 100; index += 1) {
    const line = `${index} ${'x'.repeat(1_000)}`;
    lines.push(line);
    await world.append(line, index % 2 === 0 ? ['gone', 'well'] : ['well']);
  }
  const flushed = world.manager.flush();
  await world.until(() => world.eventsOf('gap').length > 0);
  isGone = false;
  world.manager.wake();
  await flushed;
  const gaps = await world.gaps();
  const wanted = lines.filter((_, index) => index % 2 === 0);
  const arrived = world.buckets.lines('gone');
  const missing = gaps.reduce((sum, gap) => sum + gap.count, 0);
  assert.ok(missing > 0 && arrived.length > 0);
  assert.equal(missing + arrived.length, wanted.length, 'counted exactly');
  assert.deepEqual(arrived, wanted.slice(missing), 'the oldest were given up');
  assert.ok(gaps.every((gap) => gap.reader === 'gone'));
  assert.deepEqual(world.buckets.lines('well').sort(), [...lines].sort());
});

test('an entry that cannot be read is counted by a gap marker and holds nobody up', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  await world.append('before', ['bucket']);
  const bad = await world.journal.append({ kind: 2, routes: ['bucket'], payload: [Buffer.from('no json')] });
  await world.append('after', ['bucket']);
  await world.manager.flush();
  assert.deepEqual(world.buckets.lines('bucket'), ['before', 'after']);
  const [gap] = await world.gaps();
  assert.deepEqual([gap?.reader, gap?.firstSequence, gap?.lastSequence, gap?.count], ['bucket', bad, bad, 1]);
});

test('destinations survive a restart; a retired one still gets what was addressed to it', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), world.journal.head);
  const lines = await world.appendMany(0, 5, ['bucket']);
  await world.manager.retire('bucket');
  await world.close();
  await world.open();
  await world.manager.start();
  lines.push(...(await world.appendMany(5, 5, ['bucket'])));
  assert.equal(await world.manager.drain(10_000), true);
  assert.deepEqual(world.buckets.lines('bucket'), lines);
});

test('a retired destination is forgotten after a day, and holds no segment any more', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('retired'), world.journal.head);
  await world.manager.register(bucketSpec('kept'), world.journal.head);
  await world.manager.retire('retired');
  await world.close();
  const tomorrow = { nowMs: () => Date.now() + 25 * 3_600_000, monotonicMs: () => performance.now() };
  await world.open({ wrap: () => ({ clock: tomorrow }) });
  assert.equal(world.manager.status().length, 2);
  await world.manager.start();
  await world.until(() => !world.journal.readers.has('retired'));
  assert.deepEqual(
    world.manager.status().map((status) => status.route),
    ['kept'],
  );
  await world.close();
  await world.open();
  assert.equal(world.manager.status().length, 1);
});

test('a destination that is registered again is retired no more and keeps its place', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  const lines = await world.appendMany(0, 2, ['bucket']);
  await world.manager.flush();
  await world.manager.retire('bucket');
  await world.manager.register({ ...bucketSpec('bucket'), keyBase: 'other/' }, world.journal.head);
  lines.push(...(await world.appendMany(2, 2, ['bucket'])));
  await world.manager.flush();
  assert.deepEqual(world.buckets.lines('bucket').sort(), lines);
  assert.ok(world.buckets.puts.at(-1)?.startsWith('bucket/other/'));
  const [row] = await world.state.all('SELECT retired_ms FROM delivery_destinations');
  assert.equal(row?.['retired_ms'], null);
});

test('drain tells when something has not arrived in time', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  world.buckets.before = () => {
    throw new DeliveryError('denied', 'no');
  };
  await world.append('stays', ['bucket']);
  assert.equal(await world.manager.drain(20), false);
  world.buckets.before = () => undefined;
  world.manager.wake();
  assert.equal(await world.manager.drain(10_000), true);
  assert.deepEqual(world.buckets.lines('bucket'), ['stays']);
});

test('readers that are no more hold no segment of the journal', async (context) => {
  const world = await scratchWorld(context);
  await world.open();
  world.journal.holdFrom('forgotten', 0);
  await world.manager.register(bucketSpec('bucket'), 0);
  await world.manager.start();
  assert.deepEqual([...world.journal.readers.keys()], ['bucket']);
});
