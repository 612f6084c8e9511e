/** What doctor and health say of a destination that fails and of settings that are dangerous. */
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreateTrailCommand, DeleteTrailCommand, PutEventSelectorsCommand } from '@aws-sdk/client-cloudtrail';
import { DeleteBucketPolicyCommand } from '@aws-sdk/client-s3';
import { sleep } from '#base';
import { converse } from '../calls.ts';
import { destroyClients, makeClients, ROOT_KEY, withVarve } from '../harness.ts';
import { BUCKET, makeBucket, putLogging } from '../logging.ts';
import { recordInBucket } from '../records.ts';
import { makeTrailBucket } from '../trails.ts';
import { cleanEnvironment, runVarve, withServer } from './server-process.ts';

const PATIENCE_MS = 30_000;

test('doctor names the destination that denies and the reason; putting the configuration again mends it and nothing is lost', () =>
  withServer(
    [],
    async ({ endpoint, dataDir }) => {
      const clients = makeClients(endpoint);
      const doctor = () =>
        runVarve(['doctor', '--listen', new URL(endpoint).host, '--data', dataDir], cleanEnvironment());
      try {
        await makeBucket(clients);
        await putLogging(clients, { s3Config: { bucketName: BUCKET } });
        await clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
        const { $metadata } = await converse(clients.runtime, 'while it denies');
        const deadline = Date.now() + PATIENCE_MS;
        let found = await doctor();
        while (found.status === 0 && Date.now() < deadline) {
          await sleep(200);
          found = await doctor();
        }
        assert.equal(found.status, 1, found.stdout);
        assert.match(
          found.stdout,
          /^WRONG +The destination s3:\/\/\S+ is parked, .*the policy of bucket invocation-logs does not let bedrock\.amazonaws\.com put/m,
        );
        const health = await fetch(`${endpoint}/_varve/health`);
        assert.equal(health.status, 200, 'a destination is not the server');
        await putLogging(clients, { s3Config: { bucketName: BUCKET } });
        const record = await recordInBucket(clients, BUCKET, $metadata.requestId);
        assert.equal(record.operation, 'Converse');
      } finally {
        destroyClients(clients);
      }
    },
    { VARVE_ROOT_ACCESS_KEY_ID: ROOT_KEY.accessKeyId, VARVE_ROOT_SECRET_ACCESS_KEY: ROOT_KEY.secretAccessKey },
  ));

test('that authorization is off is shouted by doctor, from the configuration or the running server, and told by health', () =>
  withVarve({ authorization: 'off' }, async ({ endpoint, dataDir }) => {
    const where = ['doctor', '--listen', new URL(endpoint).host, '--data', dataDir];
    const shout = /^WRONG +AUTHORIZATION IS OFF: every caller with a valid key may do everything in its account\./m;
    const fromServer = await runVarve(where, cleanEnvironment());
    assert.match(fromServer.stdout, shout);
    assert.equal(fromServer.status, 1);
    const config = join(dataDir, 'off.yaml');
    await writeFile(config, 'authorization: off\n');
    const fromFile = await runVarve([...where, '--config', config], cleanEnvironment());
    assert.equal(fromFile.stdout.match(new RegExp(shout, 'gm'))?.length, 1, 'once');
    const health = (await (await fetch(`${endpoint}/_varve/health`)).json()) as Record<string, unknown>;
    assert.equal(health['authorization'], 'off');
  }));

test('doctor says so when others can use the server key, and that it keeps the server from starting', () =>
  withVarve({}, async ({ endpoint, dataDir }) => {
    const serverKey = join(dataDir, 'server.key');
    const where = ['--listen', new URL(endpoint).host, '--data', dataDir];
    assert.doesNotMatch((await runVarve(['doctor', ...where], cleanEnvironment())).stdout, /server key/);
    const health = (await (await fetch(`${endpoint}/_varve/health`)).json()) as Record<string, unknown>;
    assert.equal(health['authorization'], 'enforce');
    await chmod(serverKey, 0o644);
    const doctor = await runVarve(['doctor', ...where], cleanEnvironment());
    assert.match(
      doctor.stdout,
      /^WRONG +The server does not start: the server key \S+ is open to others \(mode 644\)/m,
    );
    const folder = await mkdtemp(join(tmpdir(), 'varve-exposed-'));
    try {
      const started = await runVarve(['serve', '--listen', '127.0.0.1:0', '--data', folder], {
        ...cleanEnvironment(),
        VARVE_SERVER_KEY_FILE: serverKey,
      });
      assert.equal(started.status, 1);
      assert.match(started.stderr, /the server key \S+ is open to others .*\nRun: chmod 600 /);
    } finally {
      await rm(folder, { recursive: true });
    }
  }));

test('doctor counts the tamper alerts of the last day: what was done is wrong, lesser changes are a note', () =>
  withVarve({}, async ({ endpoint, dataDir, clients: { cloudtrail }, clients }) => {
    const doctor = () =>
      runVarve(['doctor', '--listen', new URL(endpoint).host, '--data', dataDir], cleanEnvironment());
    assert.doesNotMatch((await doctor()).stdout, /Tamper alerts/);
    await cloudtrail.send(
      new CreateTrailCommand({ Name: 'all', S3BucketName: await makeTrailBucket(clients, 'logs') }),
    );
    const AdvancedEventSelectors = [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }];
    await cloudtrail.send(new PutEventSelectorsCommand({ TrailName: 'all', AdvancedEventSelectors }));
    assert.match(
      (await doctor()).stdout,
      /^note +Tamper alerts of the last 24 hours: 1 of attempts and lesser changes\./m,
    );
    await cloudtrail.send(new DeleteTrailCommand({ Name: 'all' }));
    const found = await doctor();
    assert.match(
      found.stdout,
      /^WRONG +Tamper alerts of the last 24 hours: 1 critical, 1 of attempts and lesser changes\./m,
    );
    assert.equal(found.status, 1);
  }));
