/** With the `s3` driver the objects of a bucket live in a compatible server; here that server is another Varve. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetBucketPolicyCommand } from '@aws-sdk/client-s3';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { ROOT_KEY, withVarve } from '../harness.ts';
import { BUCKET, makeBucket, putLogging } from '../logging.ts';
import { linesInBucket, listKeys, recordInBucket } from '../records.ts';

test('records land in the compatible server, while policy and settings stay with the Varve that was asked', () =>
  withVarve({}, ({ endpoint, clients: behind }) => {
    const objects = { driver: 's3', endpoint, credentials: { ...ROOT_KEY }, pathStyle: true };
    return withVarve({ objects }, async ({ clients }) => {
      await makeBucket(clients);
      await putLogging(clients, { s3Config: { bucketName: BUCKET } });
      const messages = [{ role: 'user' as const, content: [{ text: 'far away' }] }];
      const { $metadata } = await clients.runtime.send(new ConverseCommand({ modelId: 'varve.echo-v1', messages }));
      const record = await recordInBucket(clients, BUCKET, $metadata.requestId);
      assert.deepEqual(record.input?.inputBodyJson, { messages });
      assert.deepEqual(await linesInBucket(behind, BUCKET), await linesInBucket(clients, BUCKET));
      assert.deepEqual(await listKeys(behind, BUCKET), await listKeys(clients, BUCKET));
      const { Policy } = await clients.s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
      assert.match(Policy ?? '', /bedrock\.amazonaws\.com/);
      await assert.rejects(behind.s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET })), {
        name: 'NoSuchBucketPolicy',
      });
    });
  }));
