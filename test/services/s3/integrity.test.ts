import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { s3Server } from './server.ts';
import { answerOf, beginPut, presigned, send } from './signed-request.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('base64');
const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('S3 integrity and presigned URLs', () => {
  const server = s3Server();
  const put = (target: string, headers: Record<string, string>, body = 'hello') =>
    send(server.endpoint, 'PUT', target, headers, body);
  const isThere = async (target: string): Promise<boolean> =>
    (await send(server.endpoint, 'HEAD', target)).status === 200;

  test('a body must be what its Content-MD5 says', async () => {
    const target = `/${await server.bucket()}/k`;
    const wrong = await put(target, { 'content-md5': md5('other') });
    assert.equal(wrong.status, 400);
    assert.equal(wrong.error, 'BadDigest: The Content-MD5 you specified did not match what we received.');
    const invalid = await put(target, { 'content-md5': 'abc' });
    assert.equal(invalid.error, 'InvalidDigest: The Content-MD5 you specified was invalid.');
    assert.equal(await isThere(target), false);
    assert.equal((await put(target, { 'content-md5': md5('hello') })).status, 200);
  });

  test('a body must be what its checksum says, of each algorithm', async () => {
    const target = `/${await server.bucket()}/k`;
    const good = {
      crc32: 'NhCmhg==',
      crc32c: 'mnG7TA==',
      crc64nvme: 'M3eFcAZSQlc=',
      sha1: 'qvTGHdzF6KLavt4PO0gs2a6pQ00=',
      sha256: 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=',
    };
    for (const [name, value] of Object.entries(good)) {
      const header = `x-amz-checksum-${name}`;
      const wrong = await put(target, { [header]: value }, 'other');
      assert.equal(
        wrong.error,
        `BadDigest: The ${name.toUpperCase()} you specified did not match the calculated checksum.`,
      );
      const invalid = await put(target, { [header]: 'bm90IGEgY2hlY2tzdW0=' });
      assert.equal(invalid.error, `InvalidRequest: Value for ${header} header is invalid.`);
      const right = await put(target, { [header]: value });
      assert.equal(right.status, 200, right.body);
      assert.equal(right.headers.get(header), value);
    }
    const two = await put(target, { 'x-amz-checksum-crc32': good.crc32, 'x-amz-checksum-sha1': good.sha1 });
    assert.equal(
      two.error,
      'InvalidRequest: Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
    const none = await put(target, { 'x-amz-sdk-checksum-algorithm': 'CRC32' });
    assert.match(none.error, /^InvalidRequest: x-amz-sdk-checksum-algorithm specified, but no corresponding/);
  });

  test('an object that comes without a checksum gets S3’s default one, a streamed one that of its trailer', async () => {
    const Bucket = await server.bucket();
    const plain = await put(`/${Bucket}/plain`, {});
    assert.equal(plain.headers.get('x-amz-checksum-crc64nvme'), 'M3eFcAZSQlc=');
    assert.equal(plain.headers.get('x-amz-checksum-type'), 'FULL_OBJECT');
    const Body = Readable.from([Buffer.from('hel'), Buffer.from('lo')], { objectMode: false });
    await server.s3.send(
      new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: 5, ChecksumAlgorithm: 'SHA1' }),
    );
    const head = await server.s3.send(new HeadObjectCommand({ Bucket, Key: 'stream', ChecksumMode: 'ENABLED' }));
    assert.equal(head.ChecksumSHA1, 'qvTGHdzF6KLavt4PO0gs2a6pQ00=');
    assert.equal(head.ContentEncoding, undefined);
    const quiet = await server.s3.send(new HeadObjectCommand({ Bucket, Key: 'stream' }));
    assert.equal(quiet.ChecksumSHA1, undefined);
    const part = await server.s3.send(
      new GetObjectCommand({ Bucket, Key: 'stream', Range: 'bytes=0-1', ChecksumMode: 'ENABLED' }),
    );
    assert.equal(part.ChecksumSHA1, undefined);
  });

  test('a body that is not the signed one never becomes an object', async () => {
    const target = `/${await server.bucket()}/k`;
    const wrong = await put(target, { 'x-amz-content-sha256': sha256Hex('other') });
    assert.equal(wrong.status, 400);
    assert.match(wrong.error, /^XAmzContentSHA256Mismatch: /);
    assert.equal(await isThere(target), false);
  });

  test('an upload that breaks off never becomes an object, and leaves the one before', async () => {
    const target = `/${await server.bucket()}/k`;
    await put(target, {}, 'before');
    const breaking = await beginPut(server.endpoint, target, 1_000_000);
    breaking.on('error', () => undefined);
    const closed = new Promise((resolve) => breaking.once('close', resolve));
    await new Promise((resolve) => breaking.write(Buffer.alloc(500_000), resolve));
    breaking.destroy();
    await closed;
    const got = await send(server.endpoint, 'GET', target);
    assert.equal(got.body, 'before');
  });

  test('a body without a length is refused', async () => {
    const target = `/${await server.bucket()}/k`;
    const url = await presigned(server.endpoint, 'PUT', target);
    const body = new Blob(['hello']).stream();
    const answer = await answerOf(await fetch(url, { method: 'PUT', body, duplex: 'half' }));
    assert.equal(answer.status, 411);
    assert.equal(answer.error, 'MissingContentLength: You must provide the Content-Length HTTP header.');
  });

  test('deleting many at once needs a digest of the list', async () => {
    const target = `/${await server.bucket()}?delete=`;
    const list = '<Delete><Object><Key>k</Key></Object></Delete>';
    const bare = await send(server.endpoint, 'POST', target, {}, list);
    assert.equal(
      bare.error,
      'InvalidRequest: Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
    const wrong = await send(server.endpoint, 'POST', target, { 'content-md5': md5('other') }, list);
    assert.equal(wrong.error, 'BadDigest: The Content-MD5 you specified did not match what we received.');
    const right = await send(server.endpoint, 'POST', target, { 'content-md5': md5(list) }, list);
    assert.match(right.body, /<Deleted><Key>k<\/Key><\/Deleted>/);
  });

  test('presigned URLs put and get an object without further credentials', async () => {
    const target = `/${await server.bucket()}/a%20b/%C3%BC`;
    const url = await presigned(server.endpoint, 'PUT', target);
    const made = await fetch(url, { method: 'PUT', body: 'by url', headers: { 'content-type': 'text/plain' } });
    assert.equal(made.status, 200);
    assert.equal(made.headers.get('etag'), `"${createHash('md5').update('by url').digest('hex')}"`);
    const got = await fetch(await presigned(server.endpoint, 'GET', `${target}?response-content-type=text%2Fhtml`));
    assert.equal(await got.text(), 'by url');
    assert.equal(got.headers.get('content-type'), 'text/html');
    const other = await answerOf(await fetch(url.replace('/a%20b', '/a%20c'), { method: 'PUT', body: 'x' }));
    assert.match(other.error, /^SignatureDoesNotMatch: /);
  });

  test('an error tells code, text, request and what it is about; a HEAD tells only the status', async () => {
    const bucket = await server.bucket();
    const missing = await send(server.endpoint, 'GET', `/${bucket}/none`);
    assert.equal(missing.status, 404);
    assert.match(missing.headers.get('content-type') ?? '', /^application\/xml/);
    assert.match(missing.body, /^<\?xml version="1.0" encoding="UTF-8"\?>\s*<Error><Code>NoSuchKey<\/Code>/);
    assert.match(missing.body, /<Key>none<\/Key>.*<RequestId>[^<]+<\/RequestId><HostId>[^<]+<\/HostId><\/Error>$/s);
    assert.ok(missing.headers.get('x-amz-request-id'));
    const head = await send(server.endpoint, 'HEAD', `/${bucket}/none`);
    assert.deepEqual([head.status, head.body], [404, '']);
    const unchanged = await put(`/${bucket}/k`, {});
    const again = await send(server.endpoint, 'GET', `/${bucket}/k`, {
      'if-none-match': unchanged.headers.get('etag') ?? '',
    });
    assert.deepEqual([again.status, again.body], [304, '']);
    assert.equal(again.headers.get('etag'), unchanged.headers.get('etag'));
  });
});
