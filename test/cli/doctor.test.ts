/** A destination that fails: what doctor and health say, and that the guide's mending works. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeleteBucketPolicyCommand } from '@aws-sdk/client-s3';
import { sleep } from '#base';
import { converse } from '../calls.ts';
import { destroyClients, makeClients, ROOT_KEY } from '../harness.ts';
import { BUCKET, makeBucket, putLogging } from '../logging.ts';
import { recordInBucket } from '../records.ts';
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
