import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { State } from '#state';
import { gunzipSync } from 'node:zlib';
import type { DeliverySettings } from './manager.ts';
import { bucketSpec, logSpec, scratchWorld, trailFilesSpec, trailLogsSpec, type World } from './testing/kit.ts';
import type { BucketSink, LogSink, TrailPorts } from './types.ts';

/** Lets the process "die" before or after the effect of one call out of all that the readers make. */
class Crash {
  #left: number;
  hasCrashed = false;
  readonly crashed = Promise.withResolvers<void>();

  constructor(steps: number) {
    this.#left = steps;
  }

  async around<T>(effect: () => Promise<T>): Promise<T> {
    await this.#step();
    const result = await effect();
    await this.#step();
    return result;
  }

  /** The dead do nothing any more: their promises stay open. */
  async #step(): Promise<void> {
    if (this.hasCrashed || this.#left-- === 0) {
      this.hasCrashed = true;
      this.crashed.resolve();
      await new Promise(() => undefined);
    }
  }
}

interface Ports {
  readonly state: State;
  readonly buckets: BucketSink;
  readonly logs: LogSink;
  readonly trails: TrailPorts;
}

function mortal(crash: Crash, { state, buckets, logs, trails }: Ports): Ports {
  const mortalState: State = {
    migrate: (room, steps) => state.migrate(room, steps),
    transaction: (statements) => crash.around(() => state.transaction(statements)),
    all: (sql, parameters) => state.all(sql, parameters),
    close: () => state.close(),
  };
  const mortalBuckets: BucketSink = {
    put: (destination, key, body, options) => crash.around(() => buckets.put(destination, key, body, options)),
  };
  const mortalLogs: LogSink = {
    put: (destination, events, key) => crash.around(() => logs.put(destination, events, key)),
  };
  const mortalTrails: TrailPorts = {
    files: { delivered: (file) => crash.around(() => trails.files.delivered(file)) },
    topics: { publish: (notice) => crash.around(() => trails.topics.publish(notice)) },
    status: trails.status,
  };
  return { state: mortalState, buckets: mortalBuckets, logs: mortalLogs, trails: mortalTrails };
}

/** Starts, delivers what is there, dies at the step; true when it lived to the end. */
async function runUntilCrash(world: World, step: number): Promise<boolean> {
  const crash = new Crash(step);
  await Promise.race([live(world, crash), crash.crashed.promise]);
  await world.close();
  return !crash.hasCrashed;
}

async function live(world: World, crash: Crash, settings: Partial<DeliverySettings> = {}): Promise<void> {
  await world.open({ settings, wrap: (ports) => mortal(crash, ports) });
  await world.manager.start();
  await world.manager.flush();
}

test('whichever step a crash comes at, each record arrives once, under the same name with the same bytes', async (context) => {
  for (let step = 0; ; step += 1) {
    const world = await scratchWorld(context);
    await world.open();
    await world.manager.register(bucketSpec('bucket'), 0);
    await world.manager.register(logSpec('group'), 0);
    const dataObjects = [{ key: 'logs/data/x_input.json.gz', text: '{}', gzip: true }];
    const lines = await world.appendMany(0, 4, ['bucket', 'group']);
    await world.append('with data', ['bucket'], { dataObjects });
    await world.close();

    const survived = await runUntilCrash(world, step);
    // More comes in before the next start: a retried plan must not take it in.
    await world.open();
    lines.push('with data', ...(await world.appendMany(5, 2, ['bucket', 'group'])));
    await world.manager.start();
    await world.manager.flush();
    assert.deepEqual(world.buckets.lines('bucket'), lines, `crash at step ${step}`);
    assert.deepEqual(
      world.logs.messages('group'),
      lines.filter((line) => line !== 'with data'),
      `step ${step}`,
    );
    assert.deepEqual(world.buckets.changed, [], `step ${step}: no object was written again with other bytes`);
    await world.close();
    if (survived) {
      assert.ok(step > 12, `the crashes came at ${step} different steps`);
      return;
    }
  }
});

test('a gap marker is written once, whichever step a crash comes at', async (context) => {
  for (let step = 0; ; step += 1) {
    const world = await scratchWorld(context);
    await world.open();
    await world.manager.register(bucketSpec('bucket'), 0);
    await world.appendMany(0, 10, ['bucket']);
    await world.close();
    world.buckets.before = () => {
      throw new Error('down');
    };
    const hold = { bytesMax: 300, ageMaxMs: 3_600_000 };
    const crash = new Crash(step);
    let isOver = false;
    const gaveUp = world.until(() => isOver || crash.hasCrashed || world.eventsOf('attempt-failed').length > 1);
    await Promise.race([live(world, crash, { hold }), crash.crashed.promise, gaveUp]);
    isOver = true;
    await world.close();

    world.buckets.before = () => undefined;
    await world.open({ settings: { hold } });
    await world.manager.start();
    await world.manager.flush('bucket');
    const gaps = await world.gaps();
    const given = gaps.reduce((sum, gap) => sum + gap.count, 0);
    const arrived = world.buckets.lines('bucket').length;
    assert.equal(given + arrived, 10, `crash at step ${step}`);
    assert.ok(gaps.length <= 1, `step ${step}: ${gaps.length} markers`);
    await world.close();
    if (!crash.hasCrashed) {
      assert.equal(gaps.length, 1);
      return;
    }
  }
});

/** The numbers of the events in a trail's files. */
function eventsInFiles({ buckets }: World): number[] {
  const files = [...buckets.objects.values()].map(({ bytes }) => gunzipSync(bytes).toString());
  return files.flatMap((text) => (JSON.parse(text) as { Records: { n: number }[] }).Records.map(({ n }) => n));
}

const inOrder = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

test("whichever step a crash comes at, each event is once in a trail's files, each file is kept for digests and told of, and the log group has each event once", async (context) => {
  const route = 'trail:t.1';
  const appendEvents = async (world: World, from: number, count: number): Promise<number[]> => {
    const numbers = Array.from({ length: count }, (_, index) => from + index);
    for (const n of numbers) {
      const region = n % 2 === 0 ? 'us-east-1' : 'eu-west-1';
      await world.append(JSON.stringify({ n }), [route], { trailEvent: { region, eventMs: n } });
    }
    return numbers;
  };
  for (let step = 0; ; step += 1) {
    const world = await scratchWorld(context);
    await world.open();
    await world.manager.register(trailFilesSpec(route, { topicArn: 'arn:aws:sns:us-east-1:123456789012:t' }), 0);
    await world.manager.register(trailLogsSpec(route), 0);
    const numbers = await appendEvents(world, 0, 4);
    await world.close();

    const survived = await runUntilCrash(world, step);
    await world.open();
    numbers.push(...(await appendEvents(world, 4, 3)));
    await world.manager.start();
    await world.manager.flush();
    const at = `crash at step ${step}`;
    assert.deepEqual(inOrder(eventsInFiles(world)), numbers, at);
    const messages = world.logs.messages('events').map((message) => (JSON.parse(message) as { n: number }).n);
    assert.deepEqual(inOrder(messages), numbers, at);
    assert.deepEqual(world.buckets.changed, [], at);
    const files = world.buckets.objects.size;
    assert.ok(files === 4 || files === 2, `${at}: ${files} files; two Regions, one plan or two`);
    assert.deepEqual([...world.trails.kept.keys()].toSorted(), [...world.buckets.objects.keys()].toSorted(), at);
    const told = world.trails.notices.flatMap(
      ({ message }) => (JSON.parse(message) as { s3ObjectKey: string[] }).s3ObjectKey,
    );
    assert.deepEqual(
      [...new Set(told)].toSorted(),
      [...world.buckets.objects.keys()].map((name) => name.replace(/^trails\//, '')).toSorted(),
      at,
    );
    await world.close();
    if (survived) {
      assert.ok(step > 12, `the crashes came at ${step} different steps`);
      return;
    }
  }
});
