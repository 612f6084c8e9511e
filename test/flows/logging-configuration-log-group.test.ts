/** What Put checks about a log group and the role that writes to it: one text of AWS's for every cause. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { CreateRoleCommand, DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { DescribeLogStreamsCommand, PutRetentionPolicyCommand } from '@aws-sdk/client-cloudwatch-logs';
import { converse, refusal } from '../calls.ts';
import { ACCOUNT, REGION } from '../harness.ts';
import { makeGroup, makeRole, policy, putLogging } from '../logging.ts';
import { recordInGroup } from '../records.ts';
import { shareVarve } from '../shared.ts';

const varve = await shareVarve({});
const { clients } = varve;
const STREAM = 'aws/bedrock/modelinvocations';

const arnOf = (role: string): string => `arn:aws:iam::${ACCOUNT}:role/${role}`;
const put = (logGroupName: string, roleArn: string): Promise<void> =>
  putLogging(clients, { cloudWatchConfig: { logGroupName, roleArn } });

async function isRefused(group: string, roleArn: string): Promise<void> {
  const { name, message, status } = await refusal(put(group, roleArn));
  assert.deepEqual([name, status], ['ValidationException', 400]);
  assert.equal(
    message,
    `Failed to validate permissions for log group: ${group}, with role: ${roleArn}. Verify the IAM role permissions are correct.`,
  );
}

test("the guide's trust and role policies, word for word, are enough", async (t) => {
  const sample = (name: string): Promise<string | undefined> =>
    readFile(new URL(`../../../shared/samples/guide/${name}`, import.meta.url), 'utf8').catch(() => undefined);
  const trust = await sample('cloudwatch-trust-policy.json');
  const write = await sample('cloudwatch-role-policy.json');
  if (trust === undefined || write === undefined) {
    assert.ok(process.env['CI'] === undefined, 'the samples are missing');
    return t.skip('../shared/samples is not there');
  }
  const filled = (text: string): string =>
    text
      .replaceAll('accountId', ACCOUNT)
      .replaceAll('bedrock:region', `bedrock:${REGION}`)
      .replaceAll('logs:region', `logs:${REGION}`)
      .replaceAll('logGroupName', '/by/the/guide');
  await makeGroup(clients, '/by/the/guide');
  await clients.iam.send(new CreateRoleCommand({ RoleName: 'Guide', AssumeRolePolicyDocument: filled(trust) }));
  await clients.iam.send(
    new PutRolePolicyCommand({ RoleName: 'Guide', PolicyName: 'w', PolicyDocument: filled(write) }),
  );
  await put('/by/the/guide', arnOf('Guide'));
  const { $metadata } = await converse(clients.runtime, 'by the guide');
  await recordInGroup(clients, '/by/the/guide', $metadata.requestId);
});

test('every event goes to the one stream of Bedrock, which is made for it', async () => {
  await makeGroup(clients, '/streams');
  await makeRole(clients, '/streams', 'streams');
  await put('/streams', arnOf('streams'));
  const { $metadata } = await converse(clients.runtime, 'x');
  await recordInGroup(clients, '/streams', $metadata.requestId);
  const { logStreams } = await clients.logs.send(new DescribeLogStreamsCommand({ logGroupName: '/streams' }));
  assert.deepEqual(
    logStreams?.map(({ logStreamName }) => logStreamName),
    [STREAM],
  );
});

test("the group's own retention does not stand in the way", async () => {
  await makeGroup(clients, '/kept');
  await clients.logs.send(new PutRetentionPolicyCommand({ logGroupName: '/kept', retentionInDays: 1 }));
  await makeRole(clients, '/kept', 'kept');
  await put('/kept', arnOf('kept'));
  const { $metadata } = await converse(clients.runtime, 'x');
  await recordInGroup(clients, '/kept', $metadata.requestId);
});

test("a log group that is missing is refused in AWS's words", async () => {
  await makeRole(clients, '/missing', 'no-group');
  await isRefused('/missing', arnOf('no-group'));
});

test("a role that is missing, or another account's, is refused in AWS's words", async () => {
  await makeGroup(clients, '/no-role');
  await isRefused('/no-role', arnOf('nobody'));
  await isRefused('/no-role', 'arn:aws:iam::999988887777:role/theirs');
});

test('a role that does not trust Bedrock, or trusts it for another account or Region only, is refused', async () => {
  await makeGroup(clients, '/trust');
  const resource = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/trust:log-stream:${STREAM}`;
  const trusts = {
    'trusts-lambda': { Principal: { Service: 'lambda.amazonaws.com' } },
    'trusts-other-account': {
      Principal: { Service: 'bedrock.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': '999988887777' } },
    },
    'trusts-other-region': {
      Principal: { Service: 'bedrock.amazonaws.com' },
      Condition: { ArnLike: { 'aws:SourceArn': `arn:aws:bedrock:eu-west-1:${ACCOUNT}:*` } },
    },
  };
  for (const [RoleName, trust] of Object.entries(trusts)) {
    const AssumeRolePolicyDocument = policy({ Effect: 'Allow', Action: 'sts:AssumeRole', ...trust });
    await clients.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const write = policy({ Effect: 'Allow', Action: 'logs:*', Resource: resource });
    await clients.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'w', PolicyDocument: write }));
    await isRefused('/trust', arnOf(RoleName));
  }
});

test('a role that may not create the stream, may not put events, or only in another group, is refused', async () => {
  await makeGroup(clients, '/may');
  const resource = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/may:log-stream:${STREAM}`;
  const trust = policy({ Effect: 'Allow', Principal: { Service: 'bedrock.amazonaws.com' }, Action: 'sts:AssumeRole' });
  await clients.iam.send(new CreateRoleCommand({ RoleName: 'may', AssumeRolePolicyDocument: trust }));
  await isRefused('/may', arnOf('may'));
  const both = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  const allow = (Action: string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
  const policies = [
    policy(allow(['logs:CreateLogStream'], resource)),
    policy(allow(['logs:PutLogEvents'], resource)),
    policy(allow(both, resource.replace('/may', '/other'))),
    policy(allow(both, resource), { Effect: 'Deny', Action: 'logs:PutLogEvents', Resource: '*' }),
  ];
  for (const PolicyDocument of policies) {
    await clients.iam.send(new PutRolePolicyCommand({ RoleName: 'may', PolicyName: 'w', PolicyDocument }));
    await isRefused('/may', arnOf('may'));
  }
  await clients.iam.send(new DeleteRolePolicyCommand({ RoleName: 'may', PolicyName: 'w' }));
  await clients.iam.send(
    new PutRolePolicyCommand({ RoleName: 'may', PolicyName: 'w', PolicyDocument: policy(allow(both, resource)) }),
  );
  await put('/may', arnOf('may'));
});

test('a log group of another Region is refused', async () => {
  const west = varve.elsewhere('us-west-2');
  await makeGroup(west, '/west-only');
  await makeRole(clients, '/west-only', 'west-only');
  await isRefused('/west-only', arnOf('west-only'));
});
