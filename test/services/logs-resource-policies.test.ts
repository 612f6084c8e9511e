/** Policies on log groups: they let users in whom nothing else does, and keep out whom they deny. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteResourcePolicyCommand,
  DescribeResourcePoliciesCommand,
  FilterLogEventsCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { ACCOUNT, REGION, withVarve } from '../harness.ts';

const GROUP = '/guarded';
const ARN = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}`;

const document = (Effect: 'Allow' | 'Deny', Action: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'S', Effect, Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/ann` }, Action, Resource: `${ARN}:*` },
    ],
  });

test('a policy of the account or of a group decides about a user who has none', () =>
  withVarve({}, async (varve) => {
    const { iam, logs } = varve.clients;
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const credentials = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const ann = new CloudWatchLogsClient({ endpoint: varve.endpoint, region: REGION, credentials, maxAttempts: 1 });
    const read = (): Promise<unknown> => ann.send(new FilterLogEventsCommand({ logGroupName: GROUP }));
    await assert.rejects(read(), { name: 'AccessDeniedException' });

    const allowing = { policyName: 'readers', policyDocument: document('Allow', 'logs:FilterLogEvents') };
    const { revisionId } = await logs.send(new PutResourcePolicyCommand(allowing));
    await read();
    const stream = new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: 's' });
    await assert.rejects(ann.send(stream), { name: 'AccessDeniedException' });

    const denying = { resourceArn: `${ARN}:*`, policyDocument: document('Deny', 'logs:*') };
    await logs.send(new PutResourcePolicyCommand(denying));
    await assert.rejects(read(), /with an explicit deny in a resource-based policy/);
    await varve.restart();
    const again = varve.clients.logs;
    const list = async (policyScope: 'ACCOUNT' | 'RESOURCE') =>
      (await again.send(new DescribeResourcePoliciesCommand({ policyScope }))).resourcePolicies;
    assert.deepEqual(
      (await list('ACCOUNT'))?.map((one) => [one.policyName, one.revisionId]),
      [['readers', revisionId]],
    );
    assert.deepEqual(
      (await list('RESOURCE'))?.map((one) => one.resourceArn),
      [ARN],
    );

    const other = new DeleteResourcePolicyCommand({ policyName: 'readers', expectedRevisionId: 'another' });
    await assert.rejects(again.send(other), { name: 'OperationAbortedException' });
    // A group's own policy goes with the group.
    await again.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    await again.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    assert.deepEqual(await list('RESOURCE'), []);
    const missing = again.send(new DeleteResourcePolicyCommand({ policyName: 'none' }));
    await assert.rejects(missing, {
      name: 'ResourceNotFoundException',
      message: 'Policy with name [none] does not exist.',
    });
    const broken = again.send(new PutResourcePolicyCommand({ policyName: 'x', policyDocument: '{' }));
    await assert.rejects(broken, { name: 'InvalidParameterException' });
    for (let index = 0; index < 9; index += 1) {
      await again.send(new PutResourcePolicyCommand({ ...allowing, policyName: `p${index}` }));
    }
    const eleventh = again.send(new PutResourcePolicyCommand({ ...allowing, policyName: 'p9' }));
    await assert.rejects(eleventh, { name: 'LimitExceededException', message: 'Resource limit exceeded.' });
    ann.destroy();
  }));
