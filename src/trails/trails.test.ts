/** What a trail does to its surroundings: destinations, topics, statuses. What the API sees is tested with SDK clients. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomIds, systemClock } from '#base';
import { openState, type State } from '#state';
import { ApiError } from '#wire';
import type { TrailTargets } from './ports.ts';
import { Trails } from './trails.ts';
import type { TrailDestinationSpec } from './types.ts';

const SCOPE = { accountId: '123456789012', region: 'us-east-1' };
const GROUP = 'arn:aws:logs:us-east-1:123456789012:log-group:trail:*';
const ROLE = 'arn:aws:iam::123456789012:role/trail';

/** Everything is there and allowed; buckets and groups have the generation `generation`. */
class Surroundings {
  generation = 'g1';
  topics = new Set(['arn:aws:sns:us-east-1:123456789012:news']);
  failsToPublish = false;
  readonly published: string[] = [];
  readonly registered: TrailDestinationSpec[] = [];
  readonly retired: string[] = [];
  readonly targets: TrailTargets = {
    isBucketName: () => true,
    findBucket: () => ({ generation: this.generation }),
    bucketAllows: () => true,
    topicAllows: (topicArn) => this.topics.has(topicArn),
    publish: async (topicArn, message, { sourceArn }) => {
      if (this.failsToPublish) throw new Error('no');
      this.published.push(`${topicArn} ${message} ${sourceArn}`);
    },
    findLogGroup: (_, name) => ({ name, generation: this.generation }),
    roleAllows: () => true,
  };
  readonly destinations = {
    register: async (spec: TrailDestinationSpec) => {
      this.registered.push(spec);
    },
    retire: async (route: string) => {
      this.retired.push(route);
    },
  };
}

async function withTrails(
  work: (trails: Trails, around: Surroundings, reopen: () => Promise<Trails>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-trails-'));
  const around = new Surroundings();
  const { targets, destinations } = around;
  const path = join(folder, 'state.sqlite');
  let state: State = await openState(path);
  const open = () => Trails.open({ state, clock: systemClock, ids: randomIds, targets, destinations });
  try {
    const trails = await open();
    await work(trails, around, async () => {
      await trails.close();
      await state.close();
      state = await openState(path);
      return await open();
    });
  } finally {
    await state.close();
    await rm(folder, { recursive: true });
  }
}

const create = (trails: Trails, settings: Parameters<Trails['create']>[1]['settings'] = {}) =>
  trails.create(SCOPE, { name: 'trail', settings: { bucketName: 'logs', ...settings }, tags: [] });

test('a trail has a destination of its own, and a new one whenever it delivers elsewhere', () =>
  withTrails(async (trails, around) => {
    const { id, arn } = await create(trails, { keyPrefix: 'pre/' });
    const first: TrailDestinationSpec = {
      route: `trail:${id}.1`,
      trailId: id,
      trailArn: arn,
      accountId: SCOPE.accountId,
      homeRegion: SCOPE.region,
      bucketName: 'logs',
      bucketGeneration: 'g1',
      keyBase: 'pre/AWSLogs/123456789012/',
    };
    assert.deepEqual(around.registered, [first]);

    await trails.update(SCOPE, 'trail', { validatesFiles: true, isMultiRegion: true });
    await trails.setLogging(SCOPE, 'trail', true);
    assert.deepEqual([around.registered.length, around.retired], [1, []], 'these do not change where it delivers');

    await trails.update(SCOPE, 'trail', { keyPrefix: '', logGroupArn: GROUP, logRoleArn: ROLE });
    assert.deepEqual(around.registered[1], {
      ...first,
      route: `trail:${id}.2`,
      keyBase: 'AWSLogs/123456789012/',
      logs: { groupName: 'trail', groupGeneration: 'g1', roleArn: ROLE },
    });
    assert.deepEqual(around.retired, [`trail:${id}.1`]);

    around.generation = 'g2';
    await trails.update(SCOPE, 'trail', {});
    assert.equal(around.registered[2]?.bucketGeneration, 'g2', 'the bucket was made anew');
    assert.equal(around.registered[2]?.route, `trail:${id}.3`);

    await trails.delete(SCOPE, 'trail');
    assert.deepEqual(around.retired, [`trail:${id}.1`, `trail:${id}.2`, `trail:${id}.3`]);
    const again = await create(trails);
    assert.notEqual(again.id, id);
  }));

test('a topic that is new to a trail gets the validation message, once', () =>
  withTrails(async (trails, around) => {
    const topic = 'arn:aws:sns:us-east-1:123456789012:news';
    const { arn, topicArn, topicName } = await create(trails, { topicName: 'news' });
    assert.deepEqual([topicName, topicArn], ['news', topic]);
    assert.deepEqual(around.published, [`${topic} CloudTrail validation message. ${arn}`]);
    await trails.update(SCOPE, 'trail', { topicName: topic, validatesFiles: true });
    assert.equal(around.published.length, 1);
    await assert.rejects(trails.update(SCOPE, 'trail', { topicName: 'other' }), (error: unknown) => {
      assert.ok(error instanceof ApiError);
      return error.code === 'InsufficientSnsTopicPolicyException';
    });
    await trails.update(SCOPE, 'trail', { topicName: '' });
    assert.equal(trails.get(SCOPE, 'trail').topicArn, undefined);
    around.failsToPublish = true;
    const { id } = await trails.update(SCOPE, 'trail', { topicName: 'news' });
    assert.equal(trails.status(id).latestNotificationError, 'InternalError');
  }));

test('what deliveries note is told at once, survives a restart, and ends with the trail', () =>
  withTrails(async (trails, _, reopen) => {
    const { id } = await create(trails);
    for (const what of ['file', 'notification', 'digest', 'logs'] as const) {
      trails.noteDelivery({ trailId: id, what, atMs: 1_000 });
      trails.noteDelivery({ trailId: id, what, atMs: 2_000, error: 'AccessDenied' });
    }
    const failing = {
      latestDeliveryMs: 1_000,
      latestDeliveryAttemptMs: 2_000,
      latestDeliveryError: 'AccessDenied',
      latestNotificationMs: 1_000,
      latestNotificationAttemptMs: 2_000,
      latestNotificationError: 'AccessDenied',
      latestDigestDeliveryMs: 1_000,
      latestDigestDeliveryError: 'AccessDenied',
      latestLogsDeliveryMs: 1_000,
      latestLogsDeliveryError: 'AccessDenied',
    };
    assert.deepEqual(trails.status(id), failing);
    const later = await reopen();
    assert.deepEqual(later.status(id), failing);
    later.noteDelivery({ trailId: id, what: 'file', atMs: 3_000 });
    assert.deepEqual(
      [later.status(id).latestDeliveryMs, later.status(id).latestDeliveryError],
      [3_000, undefined],
      'what goes well takes the error away',
    );
    await later.delete(SCOPE, 'trail');
    later.noteDelivery({ trailId: id, what: 'file', atMs: 4_000 });
    assert.deepEqual(later.status(id), {});
    await later.close();
  }));

test('a change that a destination is not made for is not made', () =>
  withTrails(async (trails, around) => {
    const { id } = await create(trails);
    around.destinations.register = () => Promise.reject(new Error('the disk is full'));
    await assert.rejects(trails.update(SCOPE, 'trail', { bucketName: 'others' }), /disk/);
    await assert.rejects(trails.create(SCOPE, { name: 'another', settings: { bucketName: 'logs' }, tags: [] }), /disk/);
    assert.equal(trails.byId(id)?.bucketName, 'logs');
    assert.equal(trails.find(SCOPE, 'another'), undefined);
  }));

for (const [given, shown] of [
  [
    '12345678-1234-1234-1234-123456789012',
    'arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012',
  ],
  [
    'mrk-1234abcd12ab34cd56ef1234567890ab',
    'arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab',
  ],
  ['alias/trails', 'arn:aws:kms:us-east-1:123456789012:alias/trails'],
  ['arn:aws:kms:us-east-1:1:key/x', undefined],
  [
    'arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012',
    'arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012',
  ],
  ['key', undefined],
] as const) {
  test(`the KMS key ${given} is ${shown === undefined ? 'refused' : `shown as ${shown}`}`, () =>
    withTrails(async (trails) => {
      if (shown !== undefined) return assert.equal((await create(trails, { kmsKeyId: given })).kmsKeyId, shown);
      return await assert.rejects(create(trails, { kmsKeyId: given }), { code: 'InvalidKmsKeyIdException' });
    }));
}
