import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Clock, randomIds } from '#base';
import { openState } from '#state';
import { guardedLookup, isRefused } from './endpoints.ts';
import { type QueueMessage, type QueueRefusal, type ServicePublisher, type Topic, Topics } from './index.ts';
import { PENDING_MS_MAX } from './registry.ts';

const SCOPE = { accountId: '123456789012', region: 'us-east-1' };
const TRAIL: ServicePublisher = {
  servicePrincipal: 'cloudtrail.amazonaws.com',
  sourceArn: 'arn:aws:cloudtrail:us-east-1:123456789012:trail/main',
  sourceAccount: '123456789012',
};
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:files';

interface Kit {
  readonly topics: Topics;
  /** What queues got, by ARN. */
  readonly put: [queueArn: string, message: QueueMessage][];
  readonly refusals: Map<string, QueueRefusal>;
  readonly undelivered: string[];
  advance(ms: number): void;
  subscribe(
    topic: Topic,
    endpoint: string,
    ownerId?: string,
  ): Promise<{ arn: string; pendingToken: string | undefined }>;
}

async function withTopics(work: (kit: Kit) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-topics-'));
  const state = await openState(join(folder, 'state.sqlite'));
  let ms = Date.parse('2026-11-21T12:00:00Z');
  const clock: Clock = { nowMs: () => ms, monotonicMs: () => ms };
  const put: Kit['put'] = [];
  const refusals: Kit['refusals'] = new Map();
  const undelivered: string[] = [];
  const topics = await Topics.open({
    state,
    clock,
    ids: randomIds,
    queues: {
      ownerOf: (arn) => (arn.startsWith('arn:aws:sqs:') ? arn.split(':')[4] : undefined),
      put: async (arn, message) => {
        const refusal = refusals.get(arn);
        if (refusal === undefined) put.push([arn, message]);
        return refusal;
      },
    },
    onUndelivered: ({ outcome, detail }) => undelivered.push(`${outcome}: ${detail}`),
    onFailure: (error) => assert.fail(String(error)),
  });
  try {
    await work({
      topics,
      put,
      refusals,
      undelivered,
      advance: (more) => {
        ms += more;
      },
      subscribe: (topic, endpoint, ownerId = SCOPE.accountId) =>
        topics.subscribe(topic, {
          protocol: 'sqs',
          endpoint,
          ownerId,
          principalArn: `arn:aws:iam::${ownerId}:root`,
          baseUrl: 'http://varve.test',
          attributes: {},
        }),
    });
  } finally {
    await topics.close();
    await state.close();
    await rm(folder, { recursive: true });
  }
}

/** (CloudTrail User Guide, "Amazon SNS topic policy for CloudTrail".) */
function trailPolicy(topicArn: string, condition: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AWSCloudTrailSNSPolicy20131101',
        Effect: 'Allow',
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Action: 'SNS:Publish',
        Resource: topicArn,
        Condition: condition,
      },
    ],
  });
}

test("a service publishes where the topic's policy lets it, for the source that the policy names", () =>
  withTopics(async ({ topics, put, subscribe }) => {
    const topic = await topics.create(SCOPE, 'files', {}, {});
    await subscribe(topic, QUEUE);
    const may = (publisher = TRAIL) => topics.mayServicePublish(topic.arn, publisher);
    const publish = (publisher = TRAIL) => topics.publishAsService(topic.arn, '{"s3Bucket":"b"}', publisher);
    assert.equal(may(), 'denied', "AWS's default policy does not let CloudTrail in");
    await assert.rejects(publish(), { code: 'AuthorizationError' });
    for (const condition of [
      { StringEquals: { 'aws:SourceArn': TRAIL.sourceArn } },
      { StringEquals: { 'aws:SourceAccount': TRAIL.sourceAccount } },
      { ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:*:123456789012:trail/*' } },
    ]) {
      await topics.setAttribute(topic, 'Policy', trailPolicy(topic.arn, condition));
      assert.equal(may(), 'allowed');
      assert.equal(
        may({
          ...TRAIL,
          sourceArn: 'arn:aws:cloudtrail:us-east-1:210987654321:trail/x',
          sourceAccount: '210987654321',
        }),
        'denied',
      );
      assert.equal(may({ ...TRAIL, servicePrincipal: 'config.amazonaws.com' }), 'denied');
    }
    await publish();
    assert.equal(put.length, 1);
    assert.match(put[0]?.[1].body ?? '', /"Message" : "\{\\"s3Bucket\\":\\"b\\"\}"/);
    assert.equal(topics.mayServicePublish(`${topic.arn}-none`, TRAIL), 'no-topic');
    await assert.rejects(topics.publishAsService(`${topic.arn}-none`, 'm', TRAIL), { code: 'NotFound' });
  }));

test("another account's queue is asked first, and gets nothing until it has confirmed", () =>
  withTopics(async ({ topics, put, subscribe }) => {
    const topic = await topics.create(SCOPE, 'files', {}, {});
    const foreign = 'arn:aws:sqs:us-east-1:210987654321:theirs';
    const { pendingToken = '' } = await subscribe(topic, foreign);
    assert.match(put[0]?.[1].body ?? '', new RegExp(`"Token" : "${pendingToken}"`));
    await topics.publish(topic, { message: 'early' });
    assert.equal(put.length, 1);
    await assert.rejects(topics.confirm(topic, 'guessed', { authenticated: false, authenticatedUnsubscribe: false }), {
      code: 'InvalidParameter',
    });
    await topics.confirm(topic, pendingToken, { authenticated: false, authenticatedUnsubscribe: false });
    await topics.publish(topic, { message: 'now' });
    assert.deepEqual([put.length, put[1]?.[0]], [2, foreign]);
  }));

test('a subscription that nobody confirms within two days is forgotten', () =>
  withTopics(async ({ topics, subscribe, advance }) => {
    const topic = await topics.create(SCOPE, 'files', {}, {});
    const { pendingToken = '' } = await subscribe(topic, 'arn:aws:sqs:us-east-1:210987654321:theirs');
    assert.equal(topics.attributes(topic)['SubscriptionsPending'], '1');
    advance(PENDING_MS_MAX + 1);
    assert.equal(topics.attributes(topic)['SubscriptionsPending'], '0');
    const how = { authenticated: true, authenticatedUnsubscribe: false };
    await assert.rejects(topics.confirm(topic, pendingToken, how), { code: 'InvalidParameter' });
    await topics.registry.forgetStale();
    assert.deepEqual([...topics.registry.all()], []);
  }));

test('what a queue refuses is told with the reason and counted, and harms no other subscriber', () =>
  withTopics(async ({ topics, put, refusals, undelivered, subscribe }) => {
    const topic = await topics.create(SCOPE, 'files', {}, {});
    for (const name of ['gone', 'denied', 'unfit', 'good']) await subscribe(topic, QUEUE.replace('files', name));
    for (const name of ['gone', 'denied', 'unfit'] as const) refusals.set(QUEUE.replace('files', name), name);
    await topics.publish(topic, { message: 'm' });
    assert.deepEqual(
      put.map(([arn]) => arn),
      [QUEUE.replace('files', 'good')],
    );
    assert.deepEqual(undelivered.map((text) => text.split(':')[0] ?? '').toSorted(), ['failed', 'failed', 'refused']);
    assert.ok(undelivered.some((text) => text.includes('sqs:SendMessage')));
    assert.deepEqual(Object.fromEntries(topics.counts), { 'sqs/delivered': 1, 'sqs/refused': 1, 'sqs/failed': 2 });
  }));

test('a topic that is deleted and made again has no subscribers', () =>
  withTopics(async ({ topics, put, subscribe }) => {
    const topic = await topics.create(SCOPE, 'files', {}, {});
    const { arn } = await subscribe(topic, QUEUE);
    await topics.registry.deleteTopic(topic);
    assert.equal(topics.registry.subscription(arn), undefined);
    const again = await topics.create(SCOPE, 'files', {}, {});
    assert.notEqual(again.generation, topic.generation);
    await topics.publish(again, { message: 'm' });
    assert.deepEqual(put, []);
    await assert.rejects(subscribe(topic, QUEUE), { code: 'NotFound' }, 'the old one stays deleted');
  }));

test('nothing is sent to link-local addresses, whatever name they have', async () => {
  for (const address of ['169.254.169.254', '169.254.170.2', 'fe80::1', 'fd00:ec2::254', '::ffff:169.254.169.254']) {
    assert.ok(isRefused(address), address);
  }
  for (const address of ['127.0.0.1', '10.0.0.1', '::1', 'fd00:ec2::253', 'localhost']) {
    assert.ok(!isRefused(address), address);
  }
  const looked = (name: string, all: boolean) =>
    new Promise((resolve) => guardedLookup(name, { all }, (error, address) => resolve(error?.name ?? address)));
  assert.equal(await looked('169.254.169.254', false), 'RefusedAddress');
  assert.match(String(await looked('localhost', false)), /^(127\.0\.0\.1|::1)$/);
  assert.ok(Array.isArray(await looked('localhost', true)));
});
