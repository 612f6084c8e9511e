import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import {
  CopyObjectCommand,
  type CopyObjectCommandInput,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { REGION, ROOT_KEY } from '../../harness.ts';
import { refused, s3Server } from './server.ts';

const NO_KEY = 'The specified key does not exist.';
const PRECONDITION = 'At least one of the pre-conditions you specified did not hold';

describe('S3 objects', () => {
  const server = s3Server();
  const put = (Bucket: string, Key: string, input: Partial<PutObjectCommandInput> = {}) =>
    server.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'hello world', ...input }));
  const get = (Bucket: string, Key: string, input: Partial<GetObjectCommandInput> = {}) =>
    server.s3.send(new GetObjectCommand({ Bucket, Key, ...input }));
  const text = async (
    Bucket: string,
    Key: string,
    input?: Partial<GetObjectCommandInput>,
  ): Promise<string | undefined> => (await get(Bucket, Key, input)).Body?.transformToString();

  test('an object comes back with everything it was put with', async () => {
    const bucket = await server.bucket();
    const expires = new Date('2030-01-02T03:04:05Z');
    const input = {
      ContentType: 'text/plain; charset=utf-8',
      ContentEncoding: 'identity',
      ContentLanguage: 'de',
      ContentDisposition: 'attachment; filename="a.txt"',
      CacheControl: 'max-age=60',
      Expires: expires,
      Metadata: { colour: 'red', 'with-dash': 'a b' },
      StorageClass: 'STANDARD_IA',
    } as const;
    const made = await put(bucket, 'dir/a b+c%2F&ü.txt', input);
    assert.equal(made.ETag, '"5eb63bbbe01eeed093cb22bb8f5acdc3"');
    assert.equal(made.ServerSideEncryption, 'AES256');
    const got = await get(bucket, 'dir/a b+c%2F&ü.txt');
    assert.equal(await got.Body?.transformToString(), 'hello world');
    const { Expires: _, Metadata, ...plain } = input;
    for (const [name, value] of Object.entries(plain)) assert.equal(got[name as 'ETag'], value, name);
    assert.deepEqual(got.Metadata, Metadata);
    assert.equal(got.ExpiresString, expires.toUTCString());
    assert.equal(got.ContentLength, 11);
    assert.equal(got.AcceptRanges, 'bytes');
    assert.equal(got.ETag, made.ETag);
    const head = await server.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'dir/a b+c%2F&ü.txt' }));
    assert.equal(head.ContentLength, 11);
    assert.equal(head.LastModified?.getTime(), got.LastModified?.getTime());
  });

  test('a large stream and an empty body arrive byte for byte', async () => {
    const bucket = await server.bucket();
    const bytes = randomBytes(3_000_000);
    const chunks = Array.from({ length: 30 }, (_, n) => bytes.subarray(n * 100_000, (n + 1) * 100_000));
    await put(bucket, 'stream', { Body: Readable.from(chunks, { objectMode: false }), ContentLength: bytes.length });
    assert.ok(Buffer.from((await (await get(bucket, 'stream')).Body?.transformToByteArray()) ?? []).equals(bytes));
    await put(bucket, 'empty', { Body: '' });
    assert.equal((await get(bucket, 'empty')).ContentLength, 0);
  });

  test('what is not there is NoSuchKey, NoSuchBucket, and NotFound for HEAD', async () => {
    const bucket = await server.bucket();
    await refused(get(bucket, 'none'), 404, 'NoSuchKey', NO_KEY);
    await refused(get('no-such-bucket-here', 'none'), 404, 'NoSuchBucket', 'The specified bucket does not exist');
    await refused(put('no-such-bucket-here', 'k'), 404, 'NoSuchBucket');
    await refused(server.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: 'none' })), 404, 'NotFound');
    await refused(get(bucket, 'none', { VersionId: 'x' }), 400, 'InvalidArgument', 'Invalid version id specified');
  });

  test('ranges answer 206 with their bytes, or 416 when there are none', async () => {
    const bucket = await server.bucket();
    await put(bucket, 'k');
    const ranged = async (Range: string): Promise<[string | undefined, string | undefined, number | undefined]> => {
      const got = await get(bucket, 'k', { Range });
      return [await got.Body?.transformToString(), got.ContentRange, got.$metadata.httpStatusCode];
    };
    assert.deepEqual(await ranged('bytes=0-4'), ['hello', 'bytes 0-4/11', 206]);
    assert.deepEqual(await ranged('bytes=6-'), ['world', 'bytes 6-10/11', 206]);
    assert.deepEqual(await ranged('bytes=-5'), ['world', 'bytes 6-10/11', 206]);
    assert.deepEqual(await ranged('bytes=-500'), ['hello world', 'bytes 0-10/11', 206]);
    assert.deepEqual(await ranged('bytes=6-999'), ['world', 'bytes 6-10/11', 206]);
    for (const whole of ['bytes=5-2', 'bytes=0-1,3-4', 'lines=0-1', 'bytes=a-b']) {
      assert.deepEqual(await ranged(whole), ['hello world', undefined, 200]);
    }
    for (const none of ['bytes=11-', 'bytes=11-12', 'bytes=-0']) {
      await refused(ranged(none), 416, 'InvalidRange', 'The requested range is not satisfiable');
    }
  });

  test('reads are conditional on etag and time', async () => {
    const bucket = await server.bucket();
    const { ETag = '' } = await put(bucket, 'k');
    const modified = (await get(bucket, 'k')).LastModified ?? new Date();
    const before = new Date(modified.getTime() - 10_000);
    const after = new Date(modified.getTime() + 10_000);
    assert.equal(await text(bucket, 'k', { IfMatch: ETag, IfUnmodifiedSince: before }), 'hello world');
    assert.equal(await text(bucket, 'k', { IfNoneMatch: '"other"', IfModifiedSince: after }), 'hello world');
    assert.equal(await text(bucket, 'k', { IfModifiedSince: before }), 'hello world');
    await refused(get(bucket, 'k', { IfMatch: '"other"' }), 412, 'PreconditionFailed', PRECONDITION);
    await refused(get(bucket, 'k', { IfUnmodifiedSince: before }), 412, 'PreconditionFailed', PRECONDITION);
    await refused(get(bucket, 'k', { IfNoneMatch: ETag }), 304, 'Unknown');
    await refused(get(bucket, 'k', { IfModifiedSince: modified }), 304, 'Unknown');
    const head = new HeadObjectCommand({ Bucket: bucket, Key: 'k', IfMatch: '"other"' });
    await refused(server.s3.send(head), 412, 'Unknown');
  });

  test('writes are conditional on what is there', async () => {
    const bucket = await server.bucket();
    const { ETag } = await put(bucket, 'k', { IfNoneMatch: '*' });
    await refused(put(bucket, 'k', { IfNoneMatch: '*' }), 412, 'PreconditionFailed', PRECONDITION);
    await refused(put(bucket, 'k', { IfMatch: '"0"' }), 412, 'PreconditionFailed', PRECONDITION);
    await refused(put(bucket, 'none', { IfMatch: ETag }), 404, 'NoSuchKey', NO_KEY);
    await put(bucket, 'k', { IfMatch: ETag, Body: 'next' });
    assert.equal(await text(bucket, 'k'), 'next');
    await refused(
      put(bucket, 'k', { IfNoneMatch: ETag }),
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
    );
  });

  test('response headers can be overridden for one read', async () => {
    const bucket = await server.bucket();
    await put(bucket, 'k', { ContentType: 'text/plain' });
    const got = await get(bucket, 'k', {
      ResponseContentType: 'application/json',
      ResponseCacheControl: 'no-cache',
      ResponseContentDisposition: 'inline',
      ResponseContentEncoding: 'identity',
      ResponseContentLanguage: 'fr',
      ResponseExpires: new Date('2031-01-01T00:00:00Z'),
    });
    assert.equal(got.ContentType, 'application/json');
    assert.equal(got.CacheControl, 'no-cache');
    assert.equal(got.ContentDisposition, 'inline');
    assert.equal(got.ContentLanguage, 'fr');
    assert.equal(got.ExpiresString, 'Wed, 01 Jan 2031 00:00:00 GMT');
  });

  test('copies keep headers and metadata unless they are replaced', async () => {
    const bucket = await server.bucket();
    const other = await server.bucket();
    const { ETag } = await put(bucket, 'a/ü +b', {
      ContentType: 'text/plain',
      Metadata: { a: '1' },
      StorageClass: 'ONEZONE_IA',
    });
    const copy = (input: Partial<CopyObjectCommandInput>) =>
      server.s3.send(
        new CopyObjectCommand({
          Bucket: other,
          Key: 'copy',
          CopySource: `${bucket}/${encodeURIComponent('a/ü +b')}`,
          ...input,
        }),
      );
    const { CopyObjectResult } = await copy({});
    assert.equal(CopyObjectResult?.ETag, ETag);
    assert.ok(CopyObjectResult?.LastModified);
    const kept = await get(other, 'copy');
    assert.equal(await kept.Body?.transformToString(), 'hello world');
    assert.deepEqual([kept.ContentType, kept.Metadata, kept.StorageClass], ['text/plain', { a: '1' }, undefined]);
    await copy({ MetadataDirective: 'REPLACE', ContentType: 'text/html', Metadata: { b: '2' } });
    const replaced = await get(other, 'copy');
    assert.deepEqual([replaced.ContentType, replaced.Metadata], ['text/html', { b: '2' }]);
    await refused(copy({ CopySourceIfMatch: '"0"' }), 412, 'PreconditionFailed', PRECONDITION);
    await refused(copy({ CopySourceIfNoneMatch: ETag }), 412, 'PreconditionFailed', PRECONDITION);
    await refused(copy({ CopySource: `${bucket}/none` }), 404, 'NoSuchKey', NO_KEY);
    await refused(copy({ CopySource: 'no-such-bucket-here/none' }), 404, 'NoSuchBucket');
    await refused(copy({ CopySource: 'only-a-bucket' }), 400, 'InvalidArgument', 'Invalid copy source object key');
    const onto = { CopySource: `${other}/copy` };
    await refused(
      copy(onto),
      400,
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
    await copy({ ...onto, MetadataDirective: 'REPLACE', Metadata: { c: '3' } });
    const inPlace = await get(other, 'copy');
    assert.deepEqual([await inPlace.Body?.transformToString(), inPlace.Metadata], ['hello world', { c: '3' }]);
  });

  test('deleting is quiet about what is not there; many are deleted at once, each on its own', async () => {
    const bucket = await server.bucket();
    const gone = await server.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'never' }));
    assert.equal(gone.$metadata.httpStatusCode, 204);
    for (const key of ['a', 'b', 'c']) await put(bucket, key);
    const many = await server.s3.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: [{ Key: 'a' }, { Key: 'none' }, { Key: 'b', VersionId: 'bad' }] },
      }),
    );
    assert.deepEqual(many.Deleted, [{ Key: 'a' }, { Key: 'none' }]);
    assert.equal(many.Errors?.[0]?.Code, 'InvalidArgument');
    assert.equal(many.Errors?.[0]?.Message, 'Invalid version id specified');
    const quiet = await server.s3.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Quiet: true, Objects: [{ Key: 'b' }] } }),
    );
    assert.equal(quiet.Deleted, undefined);
    await refused(get(bucket, 'b'), 404, 'NoSuchKey', NO_KEY);
    assert.equal(await text(bucket, 'c'), 'hello world');
    await refused(
      server.s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [] } })),
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  });

  test('what Varve cannot do is refused, never pretended', async () => {
    const bucket = await server.bucket();
    await put(bucket, 'k', { ServerSideEncryption: 'AES256', ACL: 'bucket-owner-full-control' });
    await refused(
      put(bucket, 'k', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/mine' }),
      400,
      'InvalidRequest',
      'Varve has no KMS yet, so objects cannot be encrypted with aws:kms or aws:kms:dsse. Use AES256, which is the default.',
    );
    await refused(
      put(bucket, 'k', { ACL: 'public-read' }),
      400,
      'AccessControlListNotSupported',
      'The bucket does not allow ACLs',
    );
    await refused(put(bucket, 'k', { Tagging: 'a=b' }), 501, 'NotImplemented');
    await refused(
      put(bucket, 'k', { StorageClass: 'DEEP_ARCHIVE' }),
      400,
      'InvalidStorageClass',
      'The storage class you specified is not valid',
    );
    await refused(put(bucket, 'k'.repeat(1025)), 400, 'KeyTooLongError', 'Your key is too long');
    await put(bucket, 'k'.repeat(1024));
    await refused(
      put(bucket, 'k', { Metadata: { big: 'x'.repeat(2048) } }),
      400,
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
    );
  });

  test('a bucket can be addressed by host name, too', async () => {
    const bucket = await server.bucket();
    await put(bucket, 'dir/k', { Body: 'by path' });
    // Systems without nss-myhostname do not resolve names below localhost.
    const lookup: LookupFunction = (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    const client = new S3Client({
      endpoint: server.endpoint.replace('127.0.0.1', 'localhost'),
      region: REGION,
      credentials: ROOT_KEY,
      maxAttempts: 1,
      requestHandler: { httpAgent: new Agent({ lookup }) },
    });
    const got = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'dir/k' }));
    assert.equal(await got.Body?.transformToString(), 'by path');
    const listed = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
    assert.equal(listed.Contents?.[0]?.Key, 'dir/k');
    client.destroy();
  });

  test('attributes of an object are told as asked for', async () => {
    const bucket = await server.bucket();
    await put(bucket, 'k', { ChecksumAlgorithm: 'SHA256' });
    const attributes = await server.s3.send(
      new GetObjectAttributesCommand({
        Bucket: bucket,
        Key: 'k',
        ObjectAttributes: ['ETag', 'ObjectSize', 'StorageClass', 'Checksum', 'ObjectParts'],
      }),
    );
    assert.equal(attributes.ETag, '5eb63bbbe01eeed093cb22bb8f5acdc3');
    assert.equal(attributes.ObjectSize, 11);
    assert.equal(attributes.StorageClass, 'STANDARD');
    assert.equal(attributes.Checksum?.ChecksumSHA256, 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=');
    assert.equal(attributes.ObjectParts, undefined);
  });
});
