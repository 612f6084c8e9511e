import type { UploadPartCopyCommandInput } from '@aws-sdk/client-s3';
import type { CallContext } from '../../service.ts';
import { missingKey } from '../access.ts';
import { releasedWith, UPLOAD_BYTES_MAX } from '../body.ts';
import { checkCopySource } from '../conditions.ts';
import { findCopySource } from '../copy-source.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { invalidArgument, invalidRequest } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { lastModified } from '../object-headers.ts';
import { checkPartNumber, partChecksums } from '../parts.ts';
import type { ByteRange } from '../ranges.ts';
import { isReason } from '../reasons.ts';
import { checkEncryption, checkKey } from '../refusals.ts';
import { checksumMembers } from '../request-checksums.ts';

/** A part made of another object's bytes. */
export function uploadPartCopy(deps: S3Dependencies) {
  return async (input: UploadPartCopyCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const key = checkKey(input.Key);
    const partNumber = checkPartNumber(input.PartNumber);
    checkEncryption(input);
    const uploadId = input.UploadId ?? '';
    const upload = await deps.objects.upload(bucket, key, uploadId);
    const source = findCopySource(deps, input);
    const seen = await deps.objects.head(source.bucket, source.key).catch((error: unknown) => {
      throw isReason(error, 'no-such-key')
        ? missingKey(context, { Bucket: source.bucket.name, Key: source.key })
        : error;
    });
    checkCopySource(seen, {
      ifMatch: input.CopySourceIfMatch,
      ifNoneMatch: input.CopySourceIfNoneMatch,
      ifModifiedSince: input.CopySourceIfModifiedSince,
      ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    });
    const range = copyRange(input.CopySourceRange, seen.sizeBytes);
    const sizeBytes = range ? range.last - range.first + 1 : seen.sizeBytes;
    if (sizeBytes > UPLOAD_BYTES_MAX) {
      throw invalidRequest(
        `The specified copy source is larger than the maximum allowable size for a copy source: ${UPLOAD_BYTES_MAX}`,
      );
    }
    const { body } = await deps.objects.get(source.bucket, source.key, range);
    releasedWith(body, context.signal);
    try {
      const options = { ...partChecksums(upload, undefined), sizeBytes };
      const part = await deps.objects.putPart(bucket, key, uploadId, partNumber, body, options);
      return {
        ServerSideEncryption: 'AES256',
        CopyPartResult: {
          ETag: part.etag,
          LastModified: lastModified(part),
          ...(upload.checksumAlgorithm && checksumMembers(part)),
        },
      };
    } finally {
      body.destroy();
    }
  };
}

/** Stricter than Range: both ends must be given and lie inside the source. */
function copyRange(header: string | undefined, sizeBytes: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === undefined || to === undefined || first > last) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  if (first >= sizeBytes) throw invalidRequest('The specified copy range is invalid for the source object size');
  if (last >= sizeBytes) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${sizeBytes}`,
      'x-amz-copy-source-range',
      header,
    );
  }
  return { first, last };
}
