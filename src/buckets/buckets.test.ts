import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { randomIds, systemClock } from '#base';
import { type ObjectStore, openDiskObjects } from '#objects';
import { openState, type State } from '#state';
import { BucketError, Buckets, isBucketName, isPublicPolicy } from './index.ts';

interface Opened {
  state: State;
  objects: ObjectStore;
  buckets: Buckets;
  reopen: () => Promise<Buckets>;
}

async function withBuckets(work: (opened: Opened) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-buckets-'));
  const state = await openState(join(folder, 'state.sqlite'));
  const objects = await openDiskObjects({ dir: join(folder, 'objects'), state, clock: systemClock, ids: randomIds });
  const reopen = (): Promise<Buckets> => Buckets.open({ state, objects, clock: systemClock, ids: randomIds });
  try {
    await work({ state, objects, buckets: await reopen(), reopen });
  } finally {
    await objects.close();
    await state.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const fails = (work: Promise<unknown>, reason: BucketError['reason']): Promise<void> =>
  assert.rejects(work, (error) => error instanceof BucketError && error.reason === reason);

const logs = { name: 'logs', accountId: '123456789012', region: 'us-east-1' };
const bedrock = {
  servicePrincipal: 'bedrock.amazonaws.com',
  sourceAccount: '123456789012',
  sourceArn: 'arn:aws:bedrock:us-east-1:123456789012:*',
};
const statement = {
  Sid: 'AmazonBedrockLogsWrite',
  Effect: 'Allow',
  Principal: { Service: 'bedrock.amazonaws.com' },
  Action: ['s3:PutObject'],
  Resource: ['arn:aws:s3:::logs/AWSLogs/123456789012/BedrockModelInvocationLogs/*'],
  Condition: {
    StringEquals: { 'aws:SourceAccount': '123456789012' },
    ArnLike: { 'aws:SourceArn': 'arn:aws:bedrock:us-east-1:123456789012:*' },
  },
};
const key = 'AWSLogs/123456789012/BedrockModelInvocationLogs/us-east-1/x.json.gz';

test('a bucket and its settings are there again after a restart', () =>
  withBuckets(async ({ buckets, reopen }) => {
    const made = await buckets.create({ ...logs, tags: [{ key: 'a', value: 'b' }] });
    await buckets.update(made.generation, (settings) => ({ ...settings, versioning: 'Suspended' }));
    const again = await reopen();
    assert.deepEqual(again.get('logs'), buckets.get('logs'));
    assert.equal(again.get('logs')?.settings.versioning, 'Suspended');
    assert.equal(again.get('logs')?.aclsEnabled, false);
    assert.deepEqual(again.list('210987654321'), []);
  }));

test('a name is taken for every account until the bucket is deleted, and then means a new bucket', () =>
  withBuckets(async ({ buckets, objects }) => {
    const first = await buckets.create(logs);
    await fails(buckets.create({ ...logs, accountId: '210987654321' }), 'exists');
    await objects.put(first, 'k', Buffer.from('x'));
    await fails(buckets.delete(first.generation), 'not-empty');
    assert.equal(buckets.get('logs')?.generation, first.generation);
    await objects.delete(first, 'k');
    await buckets.delete(first.generation);
    await fails(buckets.delete(first.generation), 'gone');
    const second = await buckets.create({ ...logs, accountId: '210987654321' });
    assert.notEqual(second.generation, first.generation);
    await fails(
      buckets.putAsService({ ...bedrock, bucketGeneration: first.generation, key, body: Buffer.from('x') }),
      'gone',
    );
  }));

test('changes that are made at once all take effect', () =>
  withBuckets(async ({ buckets }) => {
    const { generation } = await buckets.create(logs);
    await Promise.all([
      buckets.update(generation, (settings) => ({ ...settings, versioning: 'Suspended' })),
      buckets.update(generation, (settings) => ({ ...settings, tags: [{ key: 'k', value: 'v' }] })),
      buckets.update(generation, (settings) => ({ ...settings, ownership: 'ObjectWriter' })),
    ]);
    const bucket = buckets.get('logs');
    assert.equal(bucket?.settings.versioning, 'Suspended');
    assert.equal(bucket?.settings.tags?.length, 1);
    assert.equal(bucket?.aclsEnabled, true);
  }));

test('a service puts objects only where the bucket policy lets it', () =>
  withBuckets(async ({ buckets, objects }) => {
    const bucket = await buckets.create(logs);
    const put = { ...bedrock, bucketGeneration: bucket.generation, key, body: Buffer.from('record') };
    await fails(buckets.putAsService(put), 'denied');
    await buckets.addPolicyStatement(bucket.generation, statement);
    await buckets.putAsService(put);
    assert.equal((await objects.head(bucket, key)).sizeBytes, 6);
    await fails(buckets.putAsService({ ...put, key: 'elsewhere' }), 'denied');
    await fails(buckets.putAsService({ ...put, sourceAccount: '210987654321' }), 'denied');
    await fails(buckets.putAsService({ ...put, servicePrincipal: 'logs.amazonaws.com' }), 'denied');
    await buckets.addPolicyStatement(bucket.generation, {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::logs/*',
    });
    await fails(buckets.putAsService(put), 'denied');
  }));

test('a statement that is added leaves the others of the policy as they were', () =>
  withBuckets(async ({ buckets }) => {
    const { generation } = await buckets.create(logs);
    const own = { Sid: 'Own', Effect: 'Deny', Principal: '*', Action: 's3:Delete*', Resource: 'arn:aws:s3:::logs/*' };
    const before = { Version: '2012-10-17', Id: 'mine', Statement: own };
    await buckets.update(generation, (settings) => ({ ...settings, policy: JSON.stringify(before) }));
    await buckets.addPolicyStatement(generation, statement);
    assert.deepEqual(JSON.parse(buckets.get('logs')?.settings.policy ?? ''), {
      Version: '2012-10-17',
      Id: 'mine',
      Statement: [own, statement],
    });
  }));

test('a bucket whose making or deleting a crash has interrupted is brought to an end at the next start', () =>
  withBuckets(async ({ buckets, objects, state, reopen }) => {
    const full = await buckets.create({ ...logs, name: 'full' });
    await objects.put(full, 'k', Buffer.from('x'));
    await buckets.create({ ...logs, name: 'empty' });
    await buckets.create({ ...logs, name: 'untouched' });
    await state.transaction([{ sql: "UPDATE buckets_bucket SET phase = 'deleting' WHERE name IN ('full', 'empty')" }]);
    const again = await reopen();
    assert.deepEqual(
      again.list('123456789012').map(({ name }) => name),
      ['full', 'untouched'],
    );
    assert.equal((await objects.head(full, 'k')).sizeBytes, 1);
  }));

test('names follow the rules of general purpose buckets', () => {
  for (const name of ['abc', 'my.logs-2026', '1a2', 'a'.repeat(63)]) assert.ok(isBucketName(name), name);
  const bad = ['ab', 'Abc', 'a_b', '-ab', 'ab-', 'a..b', '10.0.0.1', 'xn--a', 'x-s3alias', 'a'.repeat(64), 'a b'];
  for (const name of bad) assert.ok(!isBucketName(name), name);
});

test('a policy that lets everybody in is public unless a fixed condition narrows it', () => {
  const policy = (principal: unknown, condition?: unknown): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: principal,
        Action: 's3:GetObject',
        Resource: 'arn:aws:s3:::b/*',
        ...(condition !== undefined && { Condition: condition }),
      },
    });
  assert.ok(isPublicPolicy(policy('*')));
  assert.ok(isPublicPolicy(policy({ AWS: '*' })));
  assert.ok(isPublicPolicy(policy('*', { StringLike: { 'aws:SourceArn': 'arn:aws:s3:::*' } })));
  assert.ok(!isPublicPolicy(policy('*', { StringEquals: { 'aws:SourceAccount': '123456789012' } })));
  assert.ok(!isPublicPolicy(policy({ AWS: '123456789012' })));
});
