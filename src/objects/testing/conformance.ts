/** What every object store must do, whichever driver it is: run by the test of each driver. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { createChecksum } from '#base';
import { type BucketHandle, type ObjectStore, ObjectStoreError, PART_BYTES_MIN } from '../index.ts';

export async function bytesOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function fails(work: Promise<unknown>, reason: ObjectStoreError['reason']): Promise<void> {
  return assert.rejects(work, (error) => {
    assert.ok(error instanceof ObjectStoreError, String(error));
    assert.equal(error.reason, reason);
    return true;
  });
}

const md5 = (bytes: Uint8Array | string): string => createHash('md5').update(bytes).digest('hex');

async function checksumOf(algorithm: Parameters<typeof createChecksum>[0], bytes: Uint8Array): Promise<string> {
  const running = createChecksum(algorithm);
  running.update(bytes);
  return (await running.digest()).toString('base64');
}

export function conformance(
  driver: string,
  open: () => Promise<{ store: ObjectStore; close: () => Promise<void> }>,
): void {
  describe(`objects kept by the ${driver} driver`, () => {
    let store: ObjectStore;
    let close: () => Promise<void>;
    let buckets = 0;
    before(async () => ({ store, close } = await open()));
    after(() => close());

    async function newBucket(): Promise<BucketHandle> {
      buckets += 1;
      const bucket = { generation: `gen-${buckets}`, name: `conformance-${buckets}` };
      await store.createBucket(bucket);
      return bucket;
    }
    const read = async (bucket: BucketHandle, key: string, range?: { first: number; last: number }): Promise<string> =>
      (await bytesOf((await store.get(bucket, key, range)).body)).toString();

    test('an object comes back with its bytes, etag, type, headers and metadata', async () => {
      const bucket = await newBucket();
      await store.put(bucket, 'a/ü b', Readable.from([Buffer.from('hello '), Buffer.from('world')]), {
        contentType: 'text/plain',
        headers: { 'content-encoding': 'identity', 'cache-control': 'no-store' },
        metadata: { colour: 'red' },
      });
      const { info, body } = await store.get(bucket, 'a/ü b');
      assert.equal((await bytesOf(body)).toString(), 'hello world');
      assert.equal(info.etag, `"${md5('hello world')}"`);
      assert.equal(info.sizeBytes, 11);
      assert.equal(info.contentType, 'text/plain');
      assert.equal(info.headers['cache-control'], 'no-store');
      assert.deepEqual(info.metadata, { colour: 'red' });
      assert.equal((await store.head(bucket, 'a/ü b')).etag, info.etag);
      await fails(store.head(bucket, 'a/ü'), 'no-such-key');
      await fails(store.get(bucket, 'A/ü b'), 'no-such-key');
    });

    test('an empty object is an object', async () => {
      const bucket = await newBucket();
      const put = await store.put(bucket, 'empty', Buffer.alloc(0));
      assert.equal(put.etag, '"d41d8cd98f00b204e9800998ecf8427e"');
      assert.equal(await read(bucket, 'empty'), '');
    });

    test('ranges give exactly their bytes, ends included', async () => {
      const bucket = await newBucket();
      const bytes = randomBytes(200_000);
      await store.put(bucket, 'k', bytes);
      for (const [first, last] of [
        [0, 0],
        [0, 199_999],
        [65_535, 131_072],
        [199_999, 199_999],
      ] as const) {
        const { body } = await store.get(bucket, 'k', { first, last });
        assert.ok((await bytesOf(body)).equals(bytes.subarray(first, last + 1)), `${first}-${last}`);
      }
      await fails(store.get(bucket, 'k', { first: 200_000, last: 200_000 }), 'invalid-range');
    });

    test('checksums are computed while the body streams', async () => {
      const bucket = await newBucket();
      for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
        const expected = await checksumOf(algorithm, Buffer.from('123456789'));
        const put = await store.put(bucket, algorithm, Buffer.from('123456789'), { checksumAlgorithm: algorithm });
        assert.equal(put.checksums[algorithm], expected);
        const info = await store.head(bucket, algorithm);
        assert.deepEqual(info.checksums, { [algorithm]: expected });
        assert.equal(info.checksumType, 'FULL_OBJECT');
      }
    });

    test('a body that breaks off or does not verify never becomes an object, and leaves the one before', async () => {
      const bucket = await newBucket();
      await store.put(bucket, 'k', Buffer.from('before'));
      const breaking = Readable.from(
        (async function* () {
          yield Buffer.from('half');
          throw new Error('the caller went away');
        })(),
      );
      await assert.rejects(store.put(bucket, 'k', breaking), /the caller went away/);
      const refuse = (): never => {
        throw new Error('BadDigest');
      };
      await assert.rejects(store.put(bucket, 'k', Buffer.from('other'), { verify: refuse }), /BadDigest/);
      await assert.rejects(store.put(bucket, 'new', Buffer.from('other'), { verify: refuse }), /BadDigest/);
      assert.equal(await read(bucket, 'k'), 'before');
      await fails(store.head(bucket, 'new'), 'no-such-key');
    });

    test('of many conditional writes of one key exactly one wins', async () => {
      const bucket = await newBucket();
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) => store.put(bucket, 'lock', Buffer.from(`${n}`), { ifNoneMatch: true })),
      );
      assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1);
      const { etag } = await store.head(bucket, 'lock');
      await fails(store.put(bucket, 'lock', Buffer.from('x'), { ifMatch: '"0"' }), 'precondition-failed');
      await fails(store.put(bucket, 'none', Buffer.from('x'), { ifMatch: etag }), 'no-such-key');
      await store.put(bucket, 'lock', Buffer.from('next'), { ifMatch: etag });
      assert.equal(await read(bucket, 'lock'), 'next');
    });

    test('a reader of an object that is overwritten and deleted meanwhile gets all of the old bytes', async () => {
      const bucket = await newBucket();
      const bytes = randomBytes(700_000);
      await store.put(bucket, 'k', bytes);
      const { body } = await store.get(bucket, 'k');
      await store.put(bucket, 'k', Buffer.from('new'));
      await store.delete(bucket, 'k');
      assert.ok((await bytesOf(body)).equals(bytes));
      await fails(store.head(bucket, 'k'), 'no-such-key');
    });

    test('deleting what is not there succeeds', async () => {
      const bucket = await newBucket();
      await store.delete(bucket, 'never');
    });

    test('a bucket with objects is not deleted, an empty one is and then takes nothing more', async () => {
      const bucket = await newBucket();
      await store.put(bucket, 'k', Buffer.from('x'));
      assert.equal(await store.isEmpty(bucket), false);
      await fails(store.deleteBucket(bucket), 'bucket-not-empty');
      await store.delete(bucket, 'k');
      assert.equal(await store.isEmpty(bucket), true);
      await store.deleteBucket(bucket);
      await fails(store.put(bucket, 'k', Buffer.from('x')), 'no-such-bucket');
    });

    test('lists keys in the order of their UTF-8 bytes, from a prefix, after a key, page by page', async () => {
      const bucket = await newBucket();
      // U+FF61 sorts before U+10000 in UTF-8 and after it in UTF-16.
      const keys = ['\u{10000}', '\uff61', 'z', 'a', 'ab', 'a/b', 'Z', 'é', 'a/'];
      for (const key of keys) await store.put(bucket, key, Buffer.from(key));
      const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      const seen: string[] = [];
      let startAfter: string | undefined;
      do {
        const page = await store.list(bucket, { maxKeys: 2, ...(startAfter !== undefined && { startAfter }) });
        seen.push(...page.objects.map(({ key }) => key));
        startAfter = page.nextStartAfter;
      } while (startAfter !== undefined);
      assert.deepEqual(seen, sorted);
      const { objects } = await store.list(bucket, { prefix: 'a', startAfter: 'a/', maxKeys: 10 });
      assert.deepEqual(
        objects.map(({ key }) => key),
        ['a/b', 'ab'],
      );
    });

    test('rolls keys up to a delimiter and goes on after a common prefix', async () => {
      const bucket = await newBucket();
      const keys = ['a', 'b/1', 'b/2', 'b/c/3', 'c', 'd//x', 'd/y', 'e--f', 'e--g'];
      for (const key of keys) await store.put(bucket, key, Buffer.from('x'));
      const all = await store.list(bucket, { delimiter: '/', maxKeys: 100 });
      assert.deepEqual(all.commonPrefixes, ['b/', 'd/']);
      assert.deepEqual(
        all.objects.map(({ key }) => key),
        ['a', 'c', 'e--f', 'e--g'],
      );
      const entries: string[] = [];
      let startAfter: string | undefined;
      do {
        const page = await store.list(bucket, {
          delimiter: '/',
          maxKeys: 1,
          ...(startAfter !== undefined && { startAfter }),
        });
        assert.equal(page.objects.length + page.commonPrefixes.length, 1);
        entries.push(...page.commonPrefixes, ...page.objects.map(({ key }) => key));
        startAfter = page.nextStartAfter;
      } while (startAfter !== undefined);
      assert.deepEqual(entries, ['a', 'b/', 'c', 'd/', 'e--f', 'e--g']);
      const inner = await store.list(bucket, { prefix: 'b/', delimiter: '/', maxKeys: 100 });
      assert.deepEqual(inner.commonPrefixes, ['b/c/']);
      const long = await store.list(bucket, { delimiter: '--', maxKeys: 100 });
      assert.deepEqual(long.commonPrefixes, ['e--']);
      assert.deepEqual(await store.list(bucket, { maxKeys: 0 }), {
        objects: [],
        commonPrefixes: [],
        nextStartAfter: undefined,
      });
    });

    test('an upload of parts becomes one object with its ranges, etag and checksum of the whole', async () => {
      const bucket = await newBucket();
      const bytes = randomBytes(PART_BYTES_MIN + 1_000);
      const id = await store.createUpload(bucket, 'big', {
        contentType: 'video/mp4',
        metadata: { a: 'b' },
        checksumAlgorithm: 'CRC32',
        checksumType: 'FULL_OBJECT',
      });
      const put = (number: number, part: Uint8Array): Promise<{ partNumber: number; etag: string }> =>
        store.putPart(bucket, 'big', id, number, part, { checksumAlgorithm: 'CRC32' });
      await put(7, Buffer.from('replaced'));
      const second = await put(7, bytes.subarray(PART_BYTES_MIN));
      const first = await put(2, bytes.subarray(0, PART_BYTES_MIN));
      assert.deepEqual(
        (await store.listParts(bucket, 'big', id)).map(({ partNumber, sizeBytes }) => [partNumber, sizeBytes]),
        [
          [2, PART_BYTES_MIN],
          [7, 1_000],
        ],
      );
      assert.deepEqual(
        (await store.listUploads(bucket)).map(({ key, uploadId }) => [key, uploadId]),
        [['big', id]],
      );
      await fails(store.head(bucket, 'big'), 'no-such-key');
      const info = await store.completeUpload(bucket, 'big', id, [first, second]);
      const md5s = Buffer.from(md5(bytes.subarray(0, PART_BYTES_MIN)) + md5(bytes.subarray(PART_BYTES_MIN)), 'hex');
      assert.equal(info.etag, `"${md5(md5s)}-2"`);
      assert.equal(info.checksums.CRC32, await checksumOf('CRC32', bytes));
      const got = await store.get(bucket, 'big');
      assert.ok((await bytesOf(got.body)).equals(bytes));
      assert.equal(got.info.contentType, 'video/mp4');
      assert.deepEqual(got.info.metadata, { a: 'b' });
      const across = { first: PART_BYTES_MIN - 10, last: PART_BYTES_MIN + 9 };
      const { body } = await store.get(bucket, 'big', across);
      assert.ok((await bytesOf(body)).equals(bytes.subarray(across.first, across.last + 1)));
      assert.deepEqual(await store.listUploads(bucket), []);
      await fails(store.listParts(bucket, 'big', id), 'no-such-upload');
      await store.put(bucket, 'big', Buffer.from('small again'));
      assert.equal(await read(bucket, 'big'), 'small again');
    });

    test('parts that are too small, unknown or of another content are refused; an aborted upload is gone', async () => {
      const bucket = await newBucket();
      const id = await store.createUpload(bucket, 'k', {});
      const one = await store.putPart(bucket, 'k', id, 1, Buffer.from('one'));
      const two = await store.putPart(bucket, 'k', id, 2, Buffer.from('two'));
      await fails(store.completeUpload(bucket, 'k', id, [one, two]), 'part-too-small');
      await fails(store.completeUpload(bucket, 'k', id, [{ ...one, etag: two.etag }]), 'invalid-part');
      await fails(store.completeUpload(bucket, 'k', id, [{ partNumber: 3, etag: one.etag }]), 'invalid-part');
      await store.abortUpload(bucket, 'k', id);
      await fails(store.putPart(bucket, 'k', id, 1, Buffer.from('x')), 'no-such-upload');
      await fails(store.abortUpload(bucket, 'k', id), 'no-such-upload');
      await fails(store.completeUpload(bucket, 'k', id, [one]), 'no-such-upload');
    });
  });
}
