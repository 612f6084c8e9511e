import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { refused, s3Server } from './server.ts';

const MIB = 1024 * 1024;
const NO_UPLOAD =
  'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
const FIRST = randomBytes(5 * MIB);
const LAST = Buffer.from('the end');

describe('S3 multipart uploads', () => {
  const server = s3Server();

  async function begin(input: Partial<CreateMultipartUploadCommandInput> = {}) {
    const at = { Bucket: await server.bucket(), Key: 'big' };
    const made = await server.s3.send(new CreateMultipartUploadCommand({ ...at, ...input }));
    const of = { ...at, UploadId: made.UploadId };
    const part = async (PartNumber: number, Body: Uint8Array, checksum: object = {}): Promise<CompletedPart> => {
      const {
        $metadata: _,
        ServerSideEncryption: __,
        ...sent
      } = await server.s3.send(new UploadPartCommand({ ...of, PartNumber, Body, ...checksum }));
      return { PartNumber, ...sent };
    };
    const complete = (Parts: CompletedPart[], more: Partial<CompleteMultipartUploadCommandInput> = {}) =>
      server.s3.send(new CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts }, ...more }));
    return { at, of, made, part, complete };
  }

  test('parts become one object with the etag and the default checksum of S3', async () => {
    const { at, part, complete } = await begin({ ContentType: 'video/mp4', Metadata: { a: 'b' } });
    const parts = [await part(1, FIRST), await part(2, LAST)];
    const done = await complete(
      parts.map(({ ETag, PartNumber }) => ({ ETag: ETag ?? '', PartNumber: PartNumber ?? 0 })),
    );
    const md5 = (bytes: Uint8Array): Buffer => createHash('md5').update(bytes).digest();
    const etag = `"${md5(Buffer.concat([md5(FIRST), md5(LAST)])).toString('hex')}-2"`;
    assert.equal(done.ETag, etag);
    assert.equal(done.ChecksumType, 'FULL_OBJECT');
    assert.ok(done.ChecksumCRC64NVME);
    // The client checks the whole object's checksum itself.
    const got = await server.s3.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
    assert.ok(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Buffer.concat([FIRST, LAST])));
    assert.equal(got.ChecksumCRC64NVME, done.ChecksumCRC64NVME);
    assert.deepEqual([got.ContentType, got.Metadata], ['video/mp4', { a: 'b' }]);
    const second = await server.s3.send(new GetObjectCommand({ ...at, PartNumber: 2 }));
    assert.equal(await second.Body?.transformToString(), 'the end');
    assert.deepEqual([second.PartsCount, second.$metadata.httpStatusCode], [2, 206]);
    const head = await server.s3.send(new HeadObjectCommand({ ...at, PartNumber: 1 }));
    assert.deepEqual([head.ContentLength, head.PartsCount], [FIRST.length, 2]);
    await refused(
      server.s3.send(new GetObjectCommand({ ...at, PartNumber: 3 })),
      416,
      'InvalidPartNumber',
      'The requested partnumber is not satisfiable',
    );
    await refused(
      server.s3.send(new GetObjectCommand({ ...at, PartNumber: 1, Range: 'bytes=0-1' })),
      400,
      'InvalidRequest',
      'Cannot specify both Range header and partNumber query parameter',
    );
  });

  test('a composite checksum needs the checksum of each part and is one of them all', async () => {
    const { at, made, part, complete } = await begin({ ChecksumAlgorithm: 'SHA256' });
    assert.equal(made.ChecksumType, 'COMPOSITE');
    const sha = { ChecksumAlgorithm: 'SHA256' };
    const parts = [await part(1, FIRST, sha), await part(2, LAST, sha)];
    await refused(
      part(3, LAST, { ChecksumAlgorithm: 'CRC32' }),
      400,
      'InvalidRequest',
      'Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32',
    );
    const bare = parts.map(({ ETag, PartNumber }) => ({ ETag: ETag ?? '', PartNumber: PartNumber ?? 0 }));
    await refused(
      complete(bare),
      400,
      'InvalidRequest',
      'The upload was created using a sha256 checksum. The complete request must include the checksum for each part. It was missing for part 1 in the request.',
    );
    await refused(
      complete(parts, { ChecksumType: 'FULL_OBJECT' }),
      400,
      'InvalidRequest',
      'The upload was created using the COMPOSITE checksum mode. The complete request must use the same checksum mode.',
    );
    const done = await complete(parts);
    const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
    const expected = `${sha256(Buffer.concat([sha256(FIRST), sha256(LAST)])).toString('base64')}-2`;
    assert.deepEqual([done.ChecksumSHA256, done.ChecksumType], [expected, 'COMPOSITE']);
    const attributes = await server.s3.send(
      new GetObjectAttributesCommand({ ...at, ObjectAttributes: ['ObjectParts', 'Checksum'] }),
    );
    assert.equal(attributes.ObjectParts?.TotalPartsCount, 2);
    assert.deepEqual(
      attributes.ObjectParts?.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
      [
        [1, FIRST.length],
        [2, LAST.length],
      ],
    );
  });

  test('the checksum of the whole object is checked before it appears', async () => {
    const { at, part, complete } = await begin({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    const one = await part(1, Buffer.from('hello'), { ChecksumAlgorithm: 'CRC32' });
    await refused(
      complete([one], { ChecksumCRC32: 'AAAAAA==' }),
      400,
      'BadDigest',
      'The crc32 you specified did not match the calculated checksum.',
    );
    await refused(server.s3.send(new HeadObjectCommand(at)), 404, 'NotFound');
    const done = await complete([one], { ChecksumCRC32: 'NhCmhg==', ChecksumType: 'FULL_OBJECT' });
    assert.equal(done.ChecksumCRC32, 'NhCmhg==');
  });

  test('which checksum types an algorithm can have is S3’s rule', async () => {
    await refused(
      begin({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }),
      400,
      'InvalidRequest',
      'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
    );
    await refused(
      begin({ ChecksumAlgorithm: 'SHA1', ChecksumType: 'FULL_OBJECT' }),
      400,
      'InvalidRequest',
      'The FULL_OBJECT checksum type cannot be used with the sha1 checksum algorithm.',
    );
    await refused(
      begin({ ChecksumType: 'COMPOSITE' }),
      400,
      'InvalidRequest',
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
    await refused(
      begin({ ChecksumAlgorithm: 'TEST' as 'SHA1' }),
      400,
      'InvalidRequest',
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  });

  test('parts out of order, unknown, too small or none at all do not complete an upload', async () => {
    const { part, complete } = await begin();
    const one = await part(1, LAST);
    const two = await part(2, LAST);
    await refused(complete([]), 400, 'InvalidRequest', 'You must specify at least one part');
    await refused(
      complete([two, one]),
      400,
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
    await refused(
      complete([{ ...one, PartNumber: 5 }]),
      400,
      'InvalidPart',
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    );
    await refused(
      complete([one, two]),
      400,
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
    );
    await refused(
      complete([one], { MpuObjectSize: 5 }),
      400,
      'InvalidRequest',
      "The provided 'x-amz-mp-object-size' header value 5 does not match what was computed: 7",
    );
    const range = 'Part number must be an integer between 1 and 10000, inclusive';
    await refused(part(10_001, LAST), 400, 'InvalidArgument', range);
    await complete([one], { MpuObjectSize: 7 });
  });

  test('an upload can be looked at, aborted, and is gone then', async () => {
    const { of, at, part, complete } = await begin();
    for (const number of [1, 2, 3]) await part(number, LAST);
    const page = await server.s3.send(new ListPartsCommand({ ...of, MaxParts: 2 }));
    assert.deepEqual(
      [page.IsTruncated, page.NextPartNumberMarker, page.Parts?.map(({ PartNumber }) => PartNumber)],
      [true, '2', [1, 2]],
    );
    const rest = await server.s3.send(new ListPartsCommand({ ...of, PartNumberMarker: '2' }));
    assert.deepEqual([rest.IsTruncated, rest.Parts?.length], [false, 1]);
    const uploads = await server.s3.send(new ListMultipartUploadsCommand({ Bucket: at.Bucket }));
    assert.deepEqual(
      uploads.Uploads?.map(({ Key, UploadId }) => [Key, UploadId]),
      [['big', of.UploadId]],
    );
    await server.s3.send(new AbortMultipartUploadCommand(of));
    await refused(server.s3.send(new AbortMultipartUploadCommand(of)), 404, 'NoSuchUpload', NO_UPLOAD);
    await refused(part(1, LAST), 404, 'NoSuchUpload', NO_UPLOAD);
    await refused(complete([{ PartNumber: 1, ETag: '"x"' }]), 404, 'NoSuchUpload', NO_UPLOAD);
    await refused(server.s3.send(new ListPartsCommand(of)), 404, 'NoSuchUpload', NO_UPLOAD);
  });

  test('unfinished uploads are listed by key and age, page by page, rolled up to a delimiter', async () => {
    const Bucket = await server.bucket();
    const ids: (string | undefined)[] = [];
    for (const Key of ['a', 'a', 'b/1', 'b/2', 'c']) {
      ids.push((await server.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId);
    }
    const list = (input: object) => server.s3.send(new ListMultipartUploadsCommand({ Bucket, ...input }));
    const first = await list({ MaxUploads: 1 });
    assert.deepEqual([first.IsTruncated, first.NextKeyMarker], [true, 'a']);
    assert.ok(ids.slice(0, 2).includes(first.NextUploadIdMarker));
    const second = await list({ MaxUploads: 1, KeyMarker: 'a', UploadIdMarker: first.NextUploadIdMarker });
    assert.ok(ids.slice(0, 2).includes(second.Uploads?.[0]?.UploadId));
    assert.notEqual(second.Uploads?.[0]?.UploadId, first.Uploads?.[0]?.UploadId);
    assert.deepEqual(
      (await list({ KeyMarker: 'a' })).Uploads?.map(({ Key }) => Key),
      ['b/1', 'b/2', 'c'],
    );
    const rolled = await list({ Delimiter: '/' });
    assert.deepEqual(rolled.CommonPrefixes, [{ Prefix: 'b/' }]);
    assert.deepEqual(
      rolled.Uploads?.map(({ Key }) => Key),
      ['a', 'a', 'c'],
    );
    const afterPrefix = await list({ Delimiter: '/', KeyMarker: 'b/' });
    assert.deepEqual(
      afterPrefix.Uploads?.map(({ Key }) => Key),
      ['c'],
    );
  });

  test('a part can be copied from a range of another object', async () => {
    const { at, of, complete } = await begin();
    await server.s3.send(new PutObjectCommand({ Bucket: at.Bucket, Key: 'source', Body: '0123456789' }));
    const copy = (CopySourceRange?: string) =>
      server.s3.send(
        new UploadPartCopyCommand({ ...of, PartNumber: 1, CopySource: `${at.Bucket}/source`, CopySourceRange }),
      );
    await refused(
      copy('bytes=8-12'),
      400,
      'InvalidArgument',
      'Range specified is not valid for source object of size: 10',
    );
    await refused(
      copy('bytes=20-21'),
      400,
      'InvalidRequest',
      'The specified copy range is invalid for the source object size',
    );
    await refused(
      copy('0-8'),
      400,
      'InvalidArgument',
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    );
    const { CopyPartResult } = await copy('bytes=2-5');
    await complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    const got = await server.s3.send(new GetObjectCommand(at));
    assert.equal(await got.Body?.transformToString(), '2345');
  });

  test('a conditional completion answers for what came in between', async () => {
    const { at, part, complete } = await begin();
    const one = await part(1, LAST);
    const { ETag } = await server.s3.send(new PutObjectCommand({ ...at, Body: 'in between' }));
    await refused(complete([one], { IfNoneMatch: '*' }), 412, 'PreconditionFailed');
    await refused(
      complete([one], { IfMatch: ETag }),
      409,
      'ConditionalRequestConflict',
      'The conditional request cannot succeed due to a conflicting operation against this resource.',
    );
    await refused(complete([one], { IfMatch: '"0"' }), 412, 'PreconditionFailed');
    await complete([one]);
  });
});
