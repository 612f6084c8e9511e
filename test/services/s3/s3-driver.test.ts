/** The `s3` driver against a server that speaks S3: Varve itself. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { startVarve } from '#app';
import { openS3Objects } from '#objects';
import { conformance, fails } from '../../../src/objects/testing/conformance.ts';
import { REGION, ROOT_KEY, testConfig, withVarve } from '../../harness.ts';

const atEndpoint = (endpoint: string) => ({ region: REGION, endpoint, credentials: ROOT_KEY, pathStyle: true });

conformance('s3', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'varve-driver-'));
  const varve = await startVarve(testConfig(dataDir, {}));
  const store = openS3Objects(atEndpoint(varve.endpoint));
  return {
    store,
    close: async () => {
      await store.close();
      await varve.stop('the tests are over');
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
});

test('a body of known length flows through, and is never sent whole when it does not verify', () =>
  withVarve({}, async ({ endpoint }) => {
    const store = openS3Objects(atEndpoint(endpoint));
    const bucket = { generation: 'g', name: 'flowing' };
    await store.createBucket(bucket);
    const body = () => Readable.from([Buffer.from('one '), Buffer.from('two')], { objectMode: false });
    const info = await store.put(bucket, 'k', body(), { sizeBytes: 7, checksumAlgorithm: 'SHA256' });
    assert.equal(info.sizeBytes, 7);
    assert.equal((await store.head(bucket, 'k')).checksums.SHA256, info.checksums.SHA256);
    const refuse = (): never => {
      throw new Error('BadDigest');
    };
    await assert.rejects(store.put(bucket, 'new', body(), { sizeBytes: 7, verify: refuse }), /BadDigest/);
    await fails(store.head(bucket, 'new'), 'no-such-key');
    await store.close();
  }));

test('a server that cannot be reached is unavailable, wrong credentials are denied', () =>
  withVarve({}, async ({ endpoint }) => {
    const bucket = { generation: 'g', name: 'nowhere' };
    const nowhere = openS3Objects(atEndpoint('http://127.0.0.1:9'));
    await fails(nowhere.head(bucket, 'k'), 'unavailable');
    await nowhere.close();
    const wrong = openS3Objects({ ...atEndpoint(endpoint), credentials: { ...ROOT_KEY, secretAccessKey: 'wrong' } });
    await fails(wrong.list(bucket, { maxKeys: 1 }), 'denied');
    await wrong.close();
  }));

test('a Varve whose objects live in another S3 server keeps policy and settings itself', () =>
  withVarve({}, async (far) => {
    const credentials = { accessKeyId: ROOT_KEY.accessKeyId, secretAccessKey: ROOT_KEY.secretAccessKey };
    const objects = { driver: 's3', endpoint: far.endpoint, credentials, pathStyle: true };
    await withVarve({ objects }, async ({ clients: { s3 } }) => {
      await s3.send(new CreateBucketCommand({ Bucket: 'near-bucket' }));
      await s3.send(
        new PutObjectCommand({ Bucket: 'near-bucket', Key: 'a/k', Body: 'far away', Metadata: { colour: 'red' } }),
      );
      const there = await far.clients.s3.send(new GetObjectCommand({ Bucket: 'near-bucket', Key: 'a/k' }));
      assert.equal(await there.Body?.transformToString(), 'far away');
      assert.deepEqual(there.Metadata, { colour: 'red' });
      const here = await s3.send(new GetObjectCommand({ Bucket: 'near-bucket', Key: 'a/k', Range: 'bytes=4-' }));
      assert.equal(await here.Body?.transformToString(), 'away');
      const listed = await s3.send(new ListObjectsV2Command({ Bucket: 'near-bucket', Delimiter: '/' }));
      assert.deepEqual(listed.CommonPrefixes, [{ Prefix: 'a/' }]);
    });
  }));
