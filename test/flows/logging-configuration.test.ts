/** The logging configuration as a value: off until put, one an account and Region, replaced whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DeleteModelInvocationLoggingConfigurationCommand,
  GetModelInvocationLoggingConfigurationCommand,
  type LoggingConfig,
} from '@aws-sdk/client-bedrock';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { converse, storedCalls } from '../calls.ts';
import { ACCOUNT, type Clients, makeClients, destroyClients, withVarve } from '../harness.ts';
import { BUCKET, GROUP, logToBoth, makeBucket, makeGroup, makeRole, putLogging, ROLE_ARN } from '../logging.ts';
import { linesInBucket, linesInGroup, parseRecord, recordInBucket, recordInGroup } from '../records.ts';
import { shareVarve } from '../shared.ts';

const varve = await shareVarve({});

async function getLogging({ bedrock }: Clients): Promise<LoggingConfig | undefined> {
  return (await bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}))).loggingConfig;
}

async function deleteLogging({ bedrock }: Clients): Promise<void> {
  await bedrock.send(new DeleteModelInvocationLoggingConfigurationCommand({}));
}

const ALL_ON = {
  textDataDeliveryEnabled: true,
  imageDataDeliveryEnabled: true,
  embeddingDataDeliveryEnabled: true,
  videoDataDeliveryEnabled: true,
  audioDataDeliveryEnabled: true,
};

test('Get answers {} until a configuration is put', async () => {
  assert.equal(await getLogging(varve.elsewhere('eu-west-1')), undefined);
});

test('switches that are left out are on, and Get gives no null for what is not configured', async () => {
  const clients = varve.elsewhere('eu-west-2');
  await makeBucket(clients, 'switches-eu-west-2');
  await putLogging(clients, { s3Config: { bucketName: 'switches-eu-west-2' } });
  assert.deepEqual(await getLogging(clients), { s3Config: { bucketName: 'switches-eu-west-2' }, ...ALL_ON });
});

test('each of the five switches is kept as it was put', async () => {
  const clients = varve.elsewhere('eu-west-3');
  await makeBucket(clients, 'switches-eu-west-3');
  const s3Config = { bucketName: 'switches-eu-west-3', keyPrefix: 'a/b' };
  for (const name of Object.keys(ALL_ON)) {
    await putLogging(clients, { s3Config, [name]: false });
    assert.deepEqual(await getLogging(clients), { s3Config, ...ALL_ON, [name]: false });
  }
});

test('Put replaces the configuration whole: what it does not name is gone', async () => {
  const clients = varve.elsewhere('eu-central-1');
  await makeBucket(clients, 'whole-eu-central-1');
  await makeRoleIn(clients, 'eu-central-1');
  const cloudWatchConfig = { logGroupName: GROUP, roleArn: `${ROLE_ARN}-eu-central-1` };
  await putLogging(clients, { cloudWatchConfig, textDataDeliveryEnabled: false });
  await putLogging(clients, { s3Config: { bucketName: 'whole-eu-central-1' } });
  assert.deepEqual(await getLogging(clients), { s3Config: { bucketName: 'whole-eu-central-1' }, ...ALL_ON });
  await putLogging(clients, { cloudWatchConfig });
  assert.deepEqual(await getLogging(clients), { cloudWatchConfig, ...ALL_ON });
});

test('a Put that is refused leaves the configuration as it was', async () => {
  const clients = varve.elsewhere('eu-north-1');
  await makeBucket(clients, 'kept-eu-north-1');
  await putLogging(clients, { s3Config: { bucketName: 'kept-eu-north-1' } });
  await assert.rejects(putLogging(clients, { s3Config: { bucketName: 'no-such-bucket-at-all' } }));
  assert.deepEqual((await getLogging(clients))?.s3Config, { bucketName: 'kept-eu-north-1' });
});

test('Delete turns logging off, and doing it twice is no error', async () => {
  const clients = varve.elsewhere('sa-east-1');
  await makeBucket(clients, 'deleted-sa-east-1');
  await putLogging(clients, { s3Config: { bucketName: 'deleted-sa-east-1' } });
  await deleteLogging(clients);
  await deleteLogging(clients);
  assert.equal(await getLogging(clients), undefined);
});

test('the configuration of one Region says nothing about another', async () => {
  const mumbai = varve.elsewhere('ap-south-1');
  const tokyo = varve.elsewhere('ap-northeast-1');
  await makeBucket(mumbai, 'only-ap-south-1');
  await putLogging(mumbai, { s3Config: { bucketName: 'only-ap-south-1' } });
  assert.equal(await getLogging(tokyo), undefined);
  await converse(tokyo.runtime, 'not logged');
  const logged = await converse(mumbai.runtime, 'logged');
  const record = await recordInBucket(mumbai, 'only-ap-south-1', logged.$metadata.requestId);
  assert.equal(record.region, 'ap-south-1');
  assert.equal((await linesInBucket(mumbai, 'only-ap-south-1')).length, 1);
});

test('nothing is delivered before Put and after Delete, and the store knows these calls by their facts alone', () =>
  withVarve({}, async (running) => {
    const { clients } = running;
    const before = await converse(clients.runtime, 'a secret before');
    await logToBoth(clients);
    const logged = await converse(clients.runtime, 'while it is on');
    await deleteLogging(clients);
    const after = await converse(clients.runtime, 'a secret after');
    await running.varve.flush();
    const ids = (await linesInBucket(clients, BUCKET)).map((line) => parseRecord(line).requestId);
    assert.deepEqual(ids, [logged.$metadata.requestId]);
    assert.equal((await linesInGroup(clients, GROUP)).length, 1);
    const rows = await storedCalls(running);
    assert.equal(rows.size, 3);
    for (const { $metadata, usage } of [before, after]) {
      const row = rows.get($metadata.requestId ?? '');
      assert.deepEqual(
        [row?.raw.length, row?.prompt, row?.completion, row?.inputTokens],
        [0, '', '', usage?.inputTokens],
      );
    }
  }));

test('a call is logged by the configuration that stood when it began', async () => {
  const clients = varve.elsewhere('ca-central-1');
  await makeBucket(clients, 'began-ca-central-1');
  await putLogging(clients, { s3Config: { bucketName: 'began-ca-central-1' } });
  const slow = converse(clients.runtime, 'slow', { latencyMs: 300 });
  // The begin of the slow call is over when a later call's answer is there.
  await converse(clients.runtime, 'quick');
  await deleteLogging(clients);
  await recordInBucket(clients, 'began-ca-central-1', (await slow).$metadata.requestId);
});

test('a configuration is there again after a restart, and records go on', () =>
  withVarve({}, async (running) => {
    await logToBoth(running.clients);
    const config = await getLogging(running.clients);
    await running.restart();
    assert.deepEqual(await getLogging(running.clients), config);
    const { $metadata } = await converse(running.clients.runtime, 'after the restart');
    await recordInBucket(running.clients, BUCKET, $metadata.requestId);
    await recordInGroup(running.clients, GROUP, $metadata.requestId);
  }));

test("each account has a configuration of its own, and cannot name another account's destinations", () => {
  const other = {
    id: '999988887777',
    rootAccessKeyId: 'AKIAVARVETESTOTHERK1',
    rootSecretAccessKey: 'other-secret-other-secret-0001',
  };
  const first = {
    id: ACCOUNT,
    rootAccessKeyId: 'AKIAVARVETESTROOTKEY',
    rootSecretAccessKey: 'varve-test-secret-varve-test-secret-0001',
  };
  return withVarve({ accounts: [first, other] }, async ({ clients, endpoint }) => {
    const credentials = { accessKeyId: other.rootAccessKeyId, secretAccessKey: other.rootSecretAccessKey };
    const theirs = makeClients(endpoint, 'us-east-1', credentials);
    try {
      await logToBoth(clients);
      assert.equal(await getLogging(theirs), undefined);
      await assert.rejects(putLogging(theirs, { s3Config: { bucketName: BUCKET } }), /same account and Region/);
      await theirs.logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
      await assert.rejects(
        putLogging(theirs, { cloudWatchConfig: { logGroupName: GROUP, roleArn: ROLE_ARN } }),
        /Failed to validate permissions for log group/,
      );
      const call = await converse(theirs.runtime, 'theirs');
      const mine = await converse(clients.runtime, 'mine');
      await recordInBucket(clients, BUCKET, mine.$metadata.requestId);
      const ids = (await linesInBucket(clients, BUCKET)).map((line) => parseRecord(line).requestId);
      assert.ok(!ids.includes(call.$metadata.requestId ?? ''));
    } finally {
      destroyClients(theirs);
    }
  });
});

async function makeRoleIn(clients: Clients, region: string): Promise<void> {
  await makeGroup(clients);
  await makeRole(clients, GROUP, `${ROLE_ARN.split('/')[1]}-${region}`, region);
}
