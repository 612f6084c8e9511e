import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { systemClock } from '#base';
import type { JournalEntry } from '#journal';
import { KIND, MemoryBuckets, MemoryTrails, render, scratchWorld, trailFilesSpec, type World } from './testing/kit.ts';
import { trailFilesSink } from './trail-files.ts';
import { type BatchPlan, DeliveryError, type DeliveryEvent, type TrailNote } from './types.ts';

const ROUTE = 'trail:t.1';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:files';
const STAMP_MS = Date.UTC(2026, 10, 21, 9, 5, 59, 999);

function event(number: number, region = 'us-east-1', eventMs = number * 1_000): Record<string, unknown> {
  return { line: JSON.stringify({ number, awsRegion: region }), trailEvent: { region, eventMs } };
}

function entry(sequence: number, payload: Record<string, unknown>): JournalEntry {
  const bytes = Buffer.from(JSON.stringify(payload));
  return { sequence, kind: KIND, routes: [ROUTE], attachments: [], payload: bytes, writtenMs: 0 };
}

function planOf(entries: readonly JournalEntry[], more: Partial<BatchPlan> = {}): BatchPlan {
  return {
    reader: ROUTE,
    firstAfter: 0,
    last: entries.at(-1)?.sequence ?? 0,
    entryCount: entries.length,
    stampMs: STAMP_MS,
    token: '0123456789abcdef',
    headAtPlan: 0,
    attempts: 0,
    ...more,
  };
}

function sinkWith(options: { fileBytesMax?: number } = {}) {
  const buckets = new MemoryBuckets();
  const trails = new MemoryTrails();
  const events: DeliveryEvent[] = [];
  const spec = trailFilesSpec(ROUTE, { topicArn: TOPIC });
  const onEvent = (event: DeliveryEvent) => events.push(event);
  const sink = trailFilesSink({ spec, bucket: buckets, render, trails, clock: systemClock, onEvent, ...options });
  const counts = () => events.flatMap((event) => (event.type === 'count' ? [event.metric] : []));
  return { buckets, trails, sink, counts };
}

/** The numbers of a file's events. */
function numbersIn(bytes: Buffer): number[] {
  const text = gunzipSync(bytes).toString();
  assert.ok(text.startsWith('{"Records":[{') && !text.includes('\n'), 'one line, Records first');
  return (JSON.parse(text) as { Records: { number: number }[] }).Records.map(({ number }) => number);
}

const filesOf = ({ objects }: MemoryBuckets): [string, number[]][] =>
  [...objects].map(([name, { bytes }]) => [name, numbersIn(bytes)]);
const numbersOf = (buckets: MemoryBuckets): number[] =>
  filesOf(buckets)
    .flatMap(([, numbers]) => numbers)
    .sort((a, b) => a - b);
const notesOf = ({ notes }: MemoryTrails, what: TrailNote['what']): (string | undefined)[] =>
  notes.filter((note) => note.what === what).map(({ error }) => error);

test("a batch becomes one file for each Region of its events, named as CloudTrail's, and digests and the topic hear of it", async () => {
  const { buckets, trails, sink, counts } = sinkWith();
  const entries = [
    entry(1, event(1, 'eu-west-1', 5_000)),
    entry(2, event(2)),
    entry(3, event(3, 'eu-west-1', 2_000)),
    entry(4, { line: '' }),
    entry(5, event(5, 'eu-west-1', 9_000)),
  ];
  await sink.deliver(planOf(entries), entries, false);
  const files = filesOf(buckets);
  assert.deepEqual(
    files.map(([, numbers]) => numbers),
    [[1, 3, 5], [2]],
  );
  const base = String.raw`trails/AWSLogs/123456789012/CloudTrail/REGION/2026/11/21/123456789012_CloudTrail_REGION_20261121T0905Z_`;
  for (const [index, region] of ['eu-west-1', 'us-east-1'].entries()) {
    const name = files[index]?.[0] ?? '';
    assert.match(name, new RegExp(`^${base.replaceAll('REGION', region)}[A-Za-z0-9]{16}\\.json\\.gz$`));
    const object = buckets.objects.get(name);
    assert.deepEqual([object?.contentType, object?.contentEncoding], ['application/json', 'gzip']);
    const kept = trails.kept.get(name);
    const raw = gunzipSync(object?.bytes ?? Buffer.alloc(0));
    assert.equal(kept?.sha256Hex, createHash('sha256').update(raw).digest('hex'));
    assert.deepEqual([kept?.trailId, kept?.region, kept?.accountId], [`id of ${ROUTE}`, region, '123456789012']);
  }
  const ireland = trails.kept.get(files[0]?.[0] ?? '');
  assert.deepEqual([ireland?.oldestEventMs, ireland?.newestEventMs], [2_000, 9_000]);
  assert.deepEqual(
    trails.notices.map(({ message }) => JSON.parse(message) as unknown),
    files.map(([name]) => ({ s3Bucket: 'trails', s3ObjectKey: [name.replace(/^trails\//, '')] })),
  );
  assert.deepEqual(
    [trails.notices[0]?.topicArn, trails.notices[0]?.servicePrincipal],
    [TOPIC, 'cloudtrail.amazonaws.com'],
  );
  assert.deepEqual(notesOf(trails, 'file'), [undefined]);
  assert.deepEqual(counts().toSorted(), [
    'TrailFileS3DeliverySuccess',
    'TrailFileS3DeliverySuccess',
    'TrailNotificationSuccess',
    'TrailNotificationSuccess',
  ]);
});

test('a file that would be too large is cut; a retry writes the same names and bytes; another plan and another trail write others', async () => {
  const { buckets, trails, sink } = sinkWith({ fileBytesMax: 120 });
  const entries = Array.from({ length: 9 }, (_, index) => entry(index + 1, event(index + 1)));
  const plan = planOf(entries);
  await sink.deliver(plan, entries, false);
  const files = filesOf(buckets);
  assert.ok(files.length >= 3, `${files.length} files`);
  for (const { bytes } of buckets.objects.values()) assert.ok(gunzipSync(bytes).length <= 120);
  assert.deepEqual(
    files.flatMap(([, numbers]) => numbers),
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  );
  assert.equal(trails.notices.length, 1, 'one notice names all files of the Region');
  assert.equal(
    (JSON.parse(trails.notices[0]?.message ?? '') as { s3ObjectKey: string[] }).s3ObjectKey.length,
    files.length,
  );

  await sink.deliver({ ...plan, attempts: 1 }, entries, true);
  assert.equal(buckets.objects.size, files.length);
  assert.deepEqual(buckets.changed, []);
  await sink.deliver(planOf(entries, { token: '0123456789abcdee' }), entries, false);
  assert.equal(buckets.objects.size, 2 * files.length);
  await sink.deliver(planOf(entries, { reader: 'trail:u.1' }), entries, false);
  assert.equal(buckets.objects.size, 3 * files.length);
});

test('an event that is larger than a file may be has a file of its own', async () => {
  const { buckets, sink } = sinkWith({ fileBytesMax: 40 });
  const entries = [entry(1, event(1)), entry(2, event(2))];
  await sink.deliver(planOf(entries), entries, false);
  assert.deepEqual(
    filesOf(buckets).map(([, numbers]) => numbers),
    [[1], [2]],
  );
});

test('a bucket that denies or is gone is told of in the status, nobody is notified, and the next success clears it', async () => {
  const { buckets, trails, sink } = sinkWith();
  const entries = [entry(1, event(1))];
  const kinds = ['denied', 'gone', 'transient'] as const;
  for (const kind of kinds) {
    buckets.before = () => {
      throw new DeliveryError(kind, 'no');
    };
    await assert.rejects(sink.deliver(planOf(entries), entries, false), DeliveryError);
  }
  buckets.before = () => undefined;
  assert.deepEqual([trails.notices.length, trails.kept.size], [0, 0]);
  await sink.deliver(planOf(entries), entries, true);
  assert.deepEqual(notesOf(trails, 'file'), ['AccessDenied', 'NoSuchBucket', 'InternalError', undefined]);
  assert.deepEqual([trails.notices.length, trails.kept.size], [1, 1]);
});

test('a topic that refuses fails no delivery: the error is in the status and counted', async () => {
  const { buckets, trails, sink, counts } = sinkWith();
  trails.before = (what) => {
    if (what === 'topics') throw new DeliveryError('denied', 'the topic policy does not let it');
  };
  const entries = [entry(1, event(1))];
  const receipt = await sink.deliver(planOf(entries), entries, false);
  assert.deepEqual(receipt.unreadable, []);
  assert.deepEqual(numbersOf(buckets), [1]);
  assert.deepEqual(notesOf(trails, 'notification'), ['AuthorizationError']);
  assert.deepEqual(notesOf(trails, 'file'), [undefined]);
  assert.ok(counts().includes('TrailNotificationFailure'));
  trails.before = () => undefined;
  await sink.deliver(planOf(entries), entries, true);
  assert.deepEqual(notesOf(trails, 'notification'), ['AuthorizationError', undefined]);
});

async function trailWorld(context: Parameters<typeof scratchWorld>[0], settings = {}): Promise<World> {
  const world = await scratchWorld(context);
  await world.open({ settings });
  await world.manager.register(trailFilesSpec(ROUTE), world.journal.head);
  await world.manager.start();
  return world;
}

const append = (world: World, number: number, more: Record<string, unknown> = {}): Promise<number> => {
  const { line, ...rest } = event(number);
  return world.append(String(line), [ROUTE], { ...rest, ...more });
};

test("a trail's file waits for its own interval, not for that of other logs", async (context) => {
  const world = await trailWorld(context, { intervalMs: 60_000, trailIntervalMs: 20 });
  await append(world, 1);
  await world.until(() => world.buckets.puts.length > 0);
  assert.deepEqual(numbersOf(world.buckets), [1]);
});

test('small events of large entries share a file: what is held of an entry is its line', async (context) => {
  const world = await trailWorld(context);
  const junk = 'x'.repeat(1024 * 1024);
  for (let number = 1; number <= 12; number += 1) await append(world, number, { junk });
  await world.manager.flush();
  assert.deepEqual(
    filesOf(world.buckets).map(([, numbers]) => numbers),
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  );
});

test('a file that digests could not be told of is delivered again under its name before anything else', async (context) => {
  const world = await trailWorld(context);
  let refusals = 2;
  world.trails.before = () => {
    if (refusals-- > 0) throw new Error('the state cannot be written');
  };
  await append(world, 1);
  await world.manager.flush();
  assert.deepEqual(numbersOf(world.buckets), [1]);
  assert.equal(world.buckets.puts.length, 3);
  assert.deepEqual([...world.trails.kept.keys()], [...world.buckets.objects.keys()]);
});

test('events wait while the bucket denies, also after the trail has ended, and come when it is mended and woken', async (context) => {
  const world = await trailWorld(context);
  world.buckets.before = () => {
    throw new DeliveryError('denied', 'no');
  };
  await append(world, 1);
  const flushed = world.manager.flush();
  await world.until(() => world.eventsOf('parked').length === 1);
  await append(world, 2);
  await world.manager.retire(ROUTE);
  world.buckets.before = () => undefined;
  world.manager.wake();
  await flushed;
  await world.manager.flush();
  assert.deepEqual(numbersOf(world.buckets), [1, 2]);
  assert.deepEqual(notesOf(world.trails, 'file'), ['AccessDenied', undefined]);
});

test('files that a bucket has kept waiting are named for the time when they come; what may be there in part keeps its names', async (context) => {
  let nowMs = STAMP_MS;
  const clock = { nowMs: () => nowMs, monotonicMs: () => performance.now() };
  const world = await scratchWorld(context);
  await world.open({ wrap: () => ({ clock }) });
  await world.manager.register(trailFilesSpec(ROUTE), 0);
  await world.manager.start();
  const refuse = (kind: 'denied' | 'transient') => (_: string, key: string) => {
    if (kind === 'denied' || key.includes('/us-east-1/')) throw new DeliveryError(kind, 'no');
  };
  const failed = (count: number) => world.until(() => world.eventsOf('attempt-failed').length >= count);
  const days = (): string[] => [...world.buckets.objects.keys()].map((name) => name.split('/').slice(4, 8).join('/'));

  world.buckets.before = refuse('denied');
  await append(world, 1);
  const first = world.manager.flush();
  await failed(1);
  nowMs += 24 * 3_600_000;
  await append(world, 2);
  world.buckets.before = () => undefined;
  world.manager.wake();
  await first;
  assert.deepEqual(days(), ['us-east-1/2026/11/22']);
  assert.deepEqual(numbersOf(world.buckets), [1, 2], 'one file');

  world.buckets.before = refuse('transient');
  await append(world, 3, event(3, 'eu-west-1'));
  await append(world, 4);
  const second = world.manager.flush();
  await failed(3);
  nowMs += 24 * 3_600_000;
  world.buckets.before = refuse('denied');
  await failed(4);
  world.buckets.before = () => undefined;
  world.manager.wake();
  await second;
  assert.deepEqual(days(), ['us-east-1/2026/11/22', 'eu-west-1/2026/11/22', 'us-east-1/2026/11/22']);
  assert.deepEqual(numbersOf(world.buckets), [1, 2, 3, 4]);
  assert.deepEqual(world.buckets.changed, []);
});

test('waking those that fail cuts no file short that only waits', async (context) => {
  const world = await trailWorld(context);
  await append(world, 1);
  await world.until(() => world.manager.status()[0]?.oldestHeldMs !== undefined);
  world.manager.wake();
  await append(world, 2);
  await world.manager.flush();
  assert.deepEqual(
    filesOf(world.buckets).map(([, numbers]) => numbers),
    [[1, 2]],
  );
});

test('an event that cannot be read is counted by a gap marker, the others are delivered', async (context) => {
  const world = await trailWorld(context);
  await append(world, 1);
  const bad = await world.journal.append({ kind: KIND, routes: [ROUTE], payload: [Buffer.from('no json')] });
  await append(world, 3);
  await world.manager.flush();
  assert.deepEqual(numbersOf(world.buckets), [1, 3]);
  const [gap] = await world.gaps();
  assert.deepEqual([gap?.reader, gap?.firstSequence, gap?.count], [ROUTE, bad, 1]);
});
