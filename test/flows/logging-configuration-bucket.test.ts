/** What Put checks and does about a bucket (samples/guide: the guide's policy, word for word but for its placeholders). */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  HeadObjectCommand,
  type ObjectOwnership,
  PutBucketEncryptionCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  CreateBucketCommand,
  type ServerSideEncryption,
} from '@aws-sdk/client-s3';
import { converse, refusal } from '../calls.ts';
import { ACCOUNT, REGION } from '../harness.ts';
import { makeBucket, makeGroup, makeRole, policy, putLogging } from '../logging.ts';
import { listKeys, recordInBucket } from '../records.ts';
import { shareVarve } from '../shared.ts';

const varve = await shareVarve({});
const { clients } = varve;
const ROOT = `AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs/`;
const CHECK = 'amazon-bedrock-logs-permission-check';
const SAMPLE = new URL('../../../shared/samples/guide/s3-bucket-policy.json', import.meta.url);

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal: unknown;
  readonly Action: unknown;
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

async function statementsOf(bucket: string): Promise<Statement[]> {
  const { Policy = '' } = await clients.s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
  return (JSON.parse(Policy) as { Statement: Statement[] }).Statement;
}

function putPolicy(bucket: string, text: string): Promise<unknown> {
  return clients.s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: text }));
}

function put(bucketName: string, keyPrefix?: string): Promise<void> {
  return putLogging(clients, { s3Config: { bucketName, ...(keyPrefix === undefined ? {} : { keyPrefix }) } });
}

test("the guide's bucket policy, word for word, is enough and is left as it is", async (t) => {
  const sample = await readFile(SAMPLE, 'utf8').catch(() => undefined);
  if (sample === undefined) {
    assert.ok(process.env['CI'] === undefined, 'the samples are missing');
    return t.skip('../shared/samples is not there');
  }
  await makeBucket(clients, 'as-the-guide-says');
  const text = sample
    .replaceAll('bucketName', 'as-the-guide-says')
    .replaceAll('accountId', ACCOUNT)
    .replaceAll('prefix/', 'logs/')
    .replaceAll('bedrock:region', `bedrock:${REGION}`);
  await putPolicy('as-the-guide-says', text);
  await put('as-the-guide-says', 'logs');
  assert.deepEqual(await statementsOf('as-the-guide-says'), (JSON.parse(text) as { Statement: Statement[] }).Statement);
  const { $metadata } = await converse(clients.runtime, 'by the guide');
  await recordInBucket(clients, 'as-the-guide-says', $metadata.requestId);
});

test("the missing statement is added to the bucket's policy, and the others stay", async () => {
  await makeBucket(clients, 'has-a-policy');
  const mine = {
    Sid: 'Mine',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
    Action: 's3:GetObject',
    Resource: 'arn:aws:s3:::has-a-policy/*',
  };
  await putPolicy('has-a-policy', policy(mine));
  await put('has-a-policy', 'p');
  const [kept, added, ...rest] = await statementsOf('has-a-policy');
  assert.deepEqual([kept, rest], [mine, []]);
  assert.deepEqual(
    [added?.Effect, added?.Principal, added?.Action, added?.Resource],
    ['Allow', { Service: 'bedrock.amazonaws.com' }, ['s3:PutObject'], [`arn:aws:s3:::has-a-policy/p/${ROOT}*`]],
  );
  assert.deepEqual(added?.Condition, {
    StringEquals: { 'aws:SourceAccount': ACCOUNT },
    ArnLike: { 'aws:SourceArn': `arn:aws:bedrock:${REGION}:${ACCOUNT}:*` },
  });
  await put('has-a-policy', 'p');
  assert.equal((await statementsOf('has-a-policy')).length, 2, 'it is added once');
  await put('has-a-policy', 'q');
  assert.equal((await statementsOf('has-a-policy')).length, 3, 'another prefix has its own');
});

test('a policy whose conditions name another account is not taken for permission', async () => {
  await makeBucket(clients, 'other-source');
  const theirs = {
    Sid: 'Theirs',
    Effect: 'Allow',
    Principal: { Service: 'bedrock.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::other-source/${ROOT}*`,
    Condition: { StringEquals: { 'aws:SourceAccount': '999988887777' } },
  };
  await putPolicy('other-source', policy(theirs));
  await put('other-source');
  assert.equal((await statementsOf('other-source')).length, 2);
});

test('the permission-check object is written at Put: empty, under the prefix, and it stays', async () => {
  await makeBucket(clients, 'checked-bucket');
  await put('checked-bucket');
  await put('checked-bucket', 'some/prefix');
  await put('checked-bucket', 'slash/');
  assert.deepEqual(await listKeys(clients, 'checked-bucket'), [
    `${ROOT}${CHECK}`,
    `slash/${ROOT}${CHECK}`,
    `some/prefix/${ROOT}${CHECK}`,
  ]);
  const head = await clients.s3.send(new HeadObjectCommand({ Bucket: 'checked-bucket', Key: `${ROOT}${CHECK}` }));
  assert.equal(head.ContentLength, 0);
});

test('the large-data bucket of a CloudWatch configuration is checked as the S3 destination is', async () => {
  const ohio = varve.elsewhere('us-east-2');
  await makeGroup(ohio, '/ohio');
  await makeRole(ohio, '/ohio', 'ohio', 'us-east-2');
  await makeBucket(ohio, 'large-data-ohio');
  const putLarge = (bucketName: string): Promise<void> =>
    putLogging(ohio, {
      cloudWatchConfig: {
        logGroupName: '/ohio',
        roleArn: `arn:aws:iam::${ACCOUNT}:role/ohio`,
        largeDataDeliveryS3Config: { bucketName, keyPrefix: 'big' },
      },
    });
  assert.match(
    (await refusal(putLarge('no-such-large-bucket'))).message,
    /bucket: no-such-large-bucket\. .* does not exist/,
  );
  await putLarge('large-data-ohio');
  assert.deepEqual(await listKeys(ohio, 'large-data-ohio'), [`big/${ROOT}${CHECK}`]);
});

test('a bucket that does not exist is refused', async () => {
  const { name, message, status } = await refusal(put('no-such-bucket-here'));
  assert.deepEqual([name, status], ['ValidationException', 400]);
  assert.match(message, /^Failed to validate permissions for bucket: no-such-bucket-here\./);
});

test('a bucket of another Region is refused', async () => {
  const west = varve.elsewhere('us-west-2');
  await makeBucket(west, 'lives-in-us-west-2');
  const { name, message } = await refusal(put('lives-in-us-west-2'));
  assert.equal(name, 'ValidationException');
  assert.match(message, /same account and Region/);
});

test("an explicit Deny in the bucket's policy is refused, and the policy is left alone", async () => {
  await makeBucket(clients, 'denies-bedrock');
  const deny = {
    Sid: 'No',
    Effect: 'Deny',
    Principal: { Service: 'bedrock.amazonaws.com' },
    Action: 's3:*',
    Resource: 'arn:aws:s3:::denies-bedrock/*',
  };
  await putPolicy('denies-bedrock', policy(deny));
  const { name, message } = await refusal(put('denies-bedrock'));
  assert.equal(name, 'ValidationException');
  assert.match(message, /bucket policy/);
  assert.deepEqual(await statementsOf('denies-bedrock'), [deny]);
  assert.deepEqual(await listKeys(clients, 'denies-bedrock'), []);
});

test('a bucket with ACLs enabled is refused until they are disabled', async () => {
  await makeBucket(clients, 'with-acls');
  const own = (ObjectOwnership: ObjectOwnership): Promise<unknown> =>
    clients.s3.send(
      new PutBucketOwnershipControlsCommand({
        Bucket: 'with-acls',
        OwnershipControls: { Rules: [{ ObjectOwnership }] },
      }),
    );
  for (const ownership of ['ObjectWriter', 'BucketOwnerPreferred'] as const) {
    await own(ownership);
    assert.match((await refusal(put('with-acls'))).message, /Disable ACLs/);
  }
  await clients.s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket: 'with-acls' }));
  assert.match((await refusal(put('with-acls'))).message, /Disable ACLs/);
  await own('BucketOwnerEnforced');
  await put('with-acls');
});

test('aws:kms is refused in words wherever it is asked for, never pretended', async () => {
  await makeBucket(clients, 'wants-kms');
  for (const algorithm of ['aws:kms', 'aws:kms:dsse'] satisfies ServerSideEncryption[]) {
    const Rules = [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: algorithm } }];
    const asked = [
      clients.s3.send(
        new PutBucketEncryptionCommand({ Bucket: 'wants-kms', ServerSideEncryptionConfiguration: { Rules } }),
      ),
      clients.s3.send(
        new PutObjectCommand({ Bucket: 'wants-kms', Key: 'k', Body: 'x', ServerSideEncryption: algorithm }),
      ),
    ];
    for (const told of await Promise.all(asked.map(refusal))) assert.match(told.message, /KMS/);
  }
  assert.deepEqual(await listKeys(clients, 'wants-kms'), []);
});

test('a policy that is taken away again is added again by the next Put', async () => {
  await clients.s3.send(new CreateBucketCommand({ Bucket: 'policy-went' }));
  await put('policy-went');
  await clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: 'policy-went' }));
  await put('policy-went');
  assert.equal((await statementsOf('policy-went')).length, 1);
});
