import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DestinationSpec, TrailNotice } from '#delivery';
import type { TrailDestinationSpec } from '#trails';
import { ApiError } from '#wire';
import { lateTrailPorts, trailDestinations, trailTopics } from './trail-delivery.ts';

const SPEC: TrailDestinationSpec = {
  route: 'trail:t.2',
  trailId: 't',
  trailArn: 'arn:aws:cloudtrail:us-east-1:123456789012:trail/t',
  accountId: '123456789012',
  homeRegion: 'us-east-1',
  bucketName: 'b',
  bucketGeneration: 'g',
  keyBase: 'AWSLogs/123456789012/',
};
const NOTICE: TrailNotice = {
  topicArn: 'arn:aws:sns:us-east-1:123456789012:files',
  message: '{}',
  accountId: '123456789012',
  servicePrincipal: 'cloudtrail.amazonaws.com',
  sourceArn: SPEC.trailArn,
};

function recorder() {
  const registered: [DestinationSpec, number][] = [];
  const done: string[] = [];
  const delivery = {
    register: async (spec: DestinationSpec, from: number) => void registered.push([spec, from]),
    retire: async (route: string) => void done.push(`retire ${route}`),
    // As while a bucket refuses.
    flush: (route?: string) => {
      done.push(`flush ${route}`);
      return new Promise<void>(() => undefined);
    },
  };
  return { registered, done, destinations: trailDestinations(delivery, { head: 41 }) };
}

test('a trail is a destination for its files and, with a log group, one that reads the same entries under its own name', async () => {
  const { registered, destinations } = recorder();
  await destinations.register({ ...SPEC, topicArn: NOTICE.topicArn });
  await destinations.register({ ...SPEC, logs: { groupName: 'l', groupGeneration: 'h', roleArn: 'r' } });
  assert.deepEqual(
    registered.map(([{ kind, route }, from]) => [kind, route, from]),
    [
      ['trail-files', 'trail:t.2', 41],
      ['trail-files', 'trail:t.2', 41],
      ['trail-logs', 'trail:t.2:logs', 41],
    ],
  );
  const [[files] = [], , [logs] = []] = registered;
  assert.ok(files?.kind === 'trail-files' && files.topicArn === NOTICE.topicArn);
  assert.ok(logs?.kind === 'trail-logs' && logs.entriesOf === 'trail:t.2' && logs.groupName === 'l');
  for (const [{ servicePrincipal, sourceArn }] of registered) {
    assert.deepEqual([servicePrincipal, sourceArn], ['cloudtrail.amazonaws.com', SPEC.trailArn]);
  }
});

test('a trail that ends is hurried, and does not wait for a bucket that refuses', async () => {
  const { done, destinations } = recorder();
  await destinations.retire('trail:t.2');
  assert.deepEqual(done, ['retire trail:t.2', 'flush trail:t.2', 'retire trail:t.2:logs', 'flush trail:t.2:logs']);
});

test("a topic is asked in the service's name, and its refusals are told apart", async () => {
  const asked: unknown[] = [];
  let failure: Error | undefined;
  const topics = trailTopics({
    mayServicePublish: () => 'denied',
    publishAsService: (...given) => {
      asked.push(given);
      if (failure) throw failure;
      return Promise.resolve('id');
    },
  });
  await topics.publish(NOTICE);
  const publisher = {
    servicePrincipal: NOTICE.servicePrincipal,
    sourceArn: SPEC.trailArn,
    sourceAccount: '123456789012',
  };
  assert.deepEqual(asked, [[NOTICE.topicArn, '{}', publisher]]);
  assert.equal(topics.allows(NOTICE.topicArn, publisher), false);
  const cases = [
    [new ApiError('NotFound', 'Topic does not exist'), 'gone'],
    [new ApiError('AuthorizationError', 'no'), 'denied'],
    [new Error('the disk is full'), 'transient'],
  ] as const;
  for (const [error, kind] of cases) {
    failure = error;
    await assert.rejects(topics.publish(NOTICE), { name: 'DeliveryError', kind });
  }
});

test('ports are there before the rooms behind them, and say so when they are used too early', async () => {
  const ports = lateTrailPorts();
  assert.throws(() => ports.status.note({ trailId: 't', what: 'file', atMs: 0 }), /BUG/);
  const notes: unknown[] = [];
  ports.connect({ ...ports, status: { note: (note) => notes.push(note) } });
  ports.status.note({ trailId: 't', what: 'file', atMs: 0 });
  assert.equal(notes.length, 1);
});
