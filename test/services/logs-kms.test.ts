import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AssociateKmsKeyCommand,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  DisassociateKmsKeyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { ACCOUNT, REGION, withVarve } from '../harness.ts';

const keyArn = (id: string): string => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;

test('the key of a log group is kept and told, over a restart, until it is taken away', () =>
  withVarve({}, async (varve) => {
    const told = async () => (await varve.clients.logs.send(new DescribeLogGroupsCommand({}))).logGroups?.[0]?.kmsKeyId;
    const logGroupName = '/keyed';
    await varve.clients.logs.send(new CreateLogGroupCommand({ logGroupName, kmsKeyId: keyArn('first') }));
    assert.equal(await told(), keyArn('first'));
    const resourceIdentifier = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${logGroupName}:*`;
    await varve.clients.logs.send(new AssociateKmsKeyCommand({ resourceIdentifier, kmsKeyId: keyArn('second') }));
    await varve.restart();
    assert.equal(await told(), keyArn('second'));
    await varve.clients.logs.send(new DisassociateKmsKeyCommand({ logGroupName }));
    assert.equal(await told(), undefined);

    const wrong = varve.clients.logs.send(new AssociateKmsKeyCommand({ logGroupName, kmsKeyId: 'alias/x' }));
    await assert.rejects(wrong, { name: 'InvalidParameterException' });
    const missing = varve.clients.logs.send(new DisassociateKmsKeyCommand({ logGroupName: '/none' }));
    await assert.rejects(missing, { name: 'ResourceNotFoundException' });
  }));
