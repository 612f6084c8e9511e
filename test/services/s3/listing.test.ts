import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  ListObjectsCommand,
  type ListObjectsCommandInput,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { refused, s3Server } from './server.ts';

const KEYS = ['a', 'b/1', 'b/2', 'b/c/3', 'c d', 'd/+&%', 'é'];

describe('S3 listings', () => {
  const server = s3Server();
  let bucket = '';
  before(async () => {
    bucket = await server.bucket();
    for (const Key of KEYS) await server.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
  });
  const v1 = (input: Partial<ListObjectsCommandInput> = {}) =>
    server.s3.send(new ListObjectsCommand({ Bucket: bucket, ...input }));
  const v2 = (input: Partial<ListObjectsV2CommandInput> = {}) =>
    server.s3.send(new ListObjectsV2Command({ Bucket: bucket, ...input }));
  const keys = (page: { Contents?: { Key?: string | undefined }[] | undefined }) =>
    page.Contents?.map(({ Key }) => Key);
  const prefixes = (page: { CommonPrefixes?: { Prefix?: string | undefined }[] | undefined }) =>
    page.CommonPrefixes?.map(({ Prefix }) => Prefix);

  test('both versions list all keys in order, with size, etag and time', async () => {
    const listed = await v2();
    assert.deepEqual(keys(listed), KEYS);
    assert.equal(listed.KeyCount, KEYS.length);
    assert.equal(listed.IsTruncated, false);
    assert.equal(listed.MaxKeys, 1000);
    assert.equal(listed.Name, bucket);
    const [first] = listed.Contents ?? [];
    assert.equal(first?.Size, 1);
    assert.equal(first?.ETag, '"9dd4e461268c8034f5c8564e155c67a6"');
    assert.equal(first?.StorageClass, 'STANDARD');
    assert.equal(first?.LastModified?.getMilliseconds(), 0);
    assert.equal(first?.Owner, undefined);
    assert.match((await v2({ FetchOwner: true })).Contents?.[0]?.Owner?.ID ?? '', /^[0-9a-f]{64}$/);
    const old = await v1();
    assert.deepEqual(keys(old), KEYS);
    assert.ok(old.Contents?.[0]?.Owner?.ID);
  });

  test('pages of any size give every entry once', async () => {
    for (const MaxKeys of [1, 2, 3]) {
      const entries: (string | undefined)[] = [];
      let token: string | undefined;
      do {
        const page: ListObjectsV2CommandOutput = await v2({ MaxKeys, Delimiter: '/', ContinuationToken: token });
        assert.equal(page.KeyCount, (page.Contents?.length ?? 0) + (page.CommonPrefixes?.length ?? 0));
        entries.push(...(prefixes(page) ?? []), ...(keys(page) ?? []));
        token = page.NextContinuationToken;
        assert.equal(page.IsTruncated, token !== undefined);
      } while (token);
      assert.deepEqual(new Set(entries), new Set(['a', 'b/', 'c d', 'd/', 'é']));
      assert.equal(entries.length, 5);
    }
    const none = await v2({ MaxKeys: 0 });
    assert.deepEqual([none.KeyCount, none.IsTruncated, keys(none)], [0, false, undefined]);
  });

  test('version 1 goes on after a marker, key or common prefix', async () => {
    const first = await v1({ MaxKeys: 2, Delimiter: '/' });
    assert.deepEqual([keys(first), prefixes(first), first.NextMarker], [['a'], ['b/'], 'b/']);
    const second = await v1({ MaxKeys: 2, Delimiter: '/', Marker: 'b/' });
    assert.deepEqual([keys(second), prefixes(second), second.NextMarker], [['c d'], ['d/'], 'd/']);
    const inside = await v1({ Delimiter: '/', Marker: 'b/1' });
    assert.deepEqual([keys(inside), prefixes(inside)], [['c d', 'é'], ['d/']]);
    const plain = await v1({ MaxKeys: 2 });
    assert.deepEqual([plain.IsTruncated, plain.NextMarker], [true, undefined]);
  });

  test('a prefix, a start and a delimiter of more than one character narrow the list', async () => {
    assert.deepEqual(keys(await v2({ Prefix: 'b/' })), ['b/1', 'b/2', 'b/c/3']);
    assert.deepEqual(keys(await v2({ Prefix: 'b/', Delimiter: '/' })), ['b/1', 'b/2']);
    assert.deepEqual(prefixes(await v2({ Prefix: 'b/', Delimiter: '/' })), ['b/c/']);
    assert.deepEqual(keys(await v2({ StartAfter: 'b/2' })), ['b/c/3', 'c d', 'd/+&%', 'é']);
    assert.deepEqual(prefixes(await v2({ Delimiter: '/c/' })), ['b/c/']);
    assert.deepEqual(keys(await v2({ Prefix: 'nothing' })), undefined);
  });

  test('keys are encoded when asked, so that any key survives XML', async () => {
    const odd = 'odd/\u0001\u000b\ttab';
    await server.s3.send(new PutObjectCommand({ Bucket: bucket, Key: odd, Body: 'x' }));
    const listed = await v2({ EncodingType: 'url', Prefix: 'odd/' });
    assert.deepEqual(keys(listed), ['odd/%01%0B%09tab']);
    assert.deepEqual(keys(await v2({ EncodingType: 'url', Prefix: 'd/' })), ['d/%2B%26%25']);
    await refused(
      v2({ EncodingType: 'base64' as 'url' }),
      400,
      'InvalidArgument',
      'Invalid Encoding Method specified in Request',
    );
  });

  test('a token that is none of ours is refused', async () => {
    await refused(
      v2({ ContinuationToken: 'garbage' }),
      400,
      'InvalidArgument',
      'The continuation token provided is incorrect',
    );
    await refused(v2({ Bucket: 'no-such-bucket-here' }), 404, 'NoSuchBucket');
    await refused(v2({ MaxKeys: -1 }), 400, 'InvalidArgument');
  });

  test('every object is listed as its only version', async () => {
    const { Versions = [] } = await server.s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: 'b/' }));
    assert.deepEqual(
      Versions.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest]),
      [
        ['b/1', 'null', true],
        ['b/2', 'null', true],
        ['b/c/3', 'null', true],
      ],
    );
  });
});
