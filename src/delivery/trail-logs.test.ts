import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scratchWorld, trailFilesSpec, trailLogsSpec, type World } from './testing/kit.ts';
import { DeliveryError } from './types.ts';

const ROUTE = 'trail:t.1';

async function trailWorld(context: Parameters<typeof scratchWorld>[0], settings = {}): Promise<World> {
  const world = await scratchWorld(context);
  await world.open({ settings });
  await world.manager.register(trailFilesSpec(ROUTE), 0);
  await world.manager.register(trailLogsSpec(ROUTE), 0);
  await world.manager.start();
  return world;
}

const append = (world: World, line: string, region = 'us-east-1'): Promise<number> =>
  world.append(line, [ROUTE], { timestampMs: 1_000, trailEvent: { region, eventMs: 1_000 } });

test("each event is one of the log group, in the stream of its Region, at the time of delivery; the files' reader goes on its own", async (context) => {
  const world = await trailWorld(context);
  const startMs = Date.now();
  await append(world, '{"n":1}');
  await append(world, '{"n":2}', 'eu-west-1');
  await append(world, '{"n":3}');
  await world.append('not for it', ['trail:u.1']);
  await world.manager.flush();
  assert.deepEqual(
    world.logs.batches.map(({ stream, events }) => [stream, events.map(({ message }) => message)]),
    [
      ['123456789012_CloudTrail_eu-west-1', ['{"n":2}']],
      ['123456789012_CloudTrail_us-east-1', ['{"n":1}', '{"n":3}']],
    ],
  );
  for (const { timestampMs } of world.logs.batches.flatMap(({ events }) => events)) assert.ok(timestampMs >= startMs);
  assert.equal(world.buckets.objects.size, 2);
  assert.deepEqual(
    world.manager.status().map(({ route, kind, target }) => [route, kind, target]),
    [
      [ROUTE, 'trail-files', 's3://trails/AWSLogs/123456789012/'],
      [`${ROUTE}:logs`, 'trail-logs', 'log group events'],
    ],
  );
});

test('events come without waiting for a file, and a role that denies is told of until it is mended', async (context) => {
  const world = await trailWorld(context, { intervalMs: 20 });
  world.logs.before = () => {
    throw new DeliveryError('denied', 'the role may not');
  };
  await append(world, '{"n":1}');
  const notes = () => world.trails.notes.filter(({ what }) => what === 'logs').map(({ error }) => error);
  await world.until(() => notes().length > 0);
  assert.deepEqual(notes(), ['AccessDenied']);
  world.logs.before = () => undefined;
  world.manager.wake();
  await world.until(() => notes().length > 1);
  assert.deepEqual(world.logs.messages('events'), ['{"n":1}']);
  assert.deepEqual(notes(), ['AccessDenied', undefined]);
  assert.equal(world.buckets.objects.size, 0, 'the file is still waiting');
});

test('a put has one stream and at most 1 MiB; each piece has a key of its own, so that a retry adds what is missing', async (context) => {
  const world = await trailWorld(context);
  const large = JSON.stringify('x'.repeat(200_000));
  let puts = 0;
  world.logs.before = () => {
    puts += 1;
    if (puts === 3) throw new DeliveryError('transient', 'throttled');
  };
  for (let index = 0; index < 7; index += 1) await append(world, large);
  await append(world, '{"n":8}', 'eu-west-1');
  await world.manager.flush(`${ROUTE}:logs`);
  assert.equal(world.logs.messages('events').length, 8);
  assert.ok(world.logs.batches.length >= 3);
  for (const { events } of world.logs.batches) {
    assert.ok(events.reduce((sum, { message }) => sum + message.length + 26, 0) <= 1_048_576);
  }
});

test('an event over 256 KB is not sent to the log group, and a gap marker tells of it; the file has it', async (context) => {
  const world = await trailWorld(context);
  const sequence = await append(world, JSON.stringify('x'.repeat(262_144)));
  await append(world, '{"n":2}');
  await world.manager.flush();
  assert.deepEqual(world.logs.messages('events'), ['{"n":2}']);
  const gaps = await world.gaps();
  assert.deepEqual(
    gaps.map(({ reader, firstSequence, count }) => [reader, firstSequence, count]),
    [[`${ROUTE}:logs`, sequence, 1]],
  );
  assert.equal([...world.trails.kept.values()].length, 1);
});
