import type { UploadPartCommandInput } from '@aws-sdk/client-s3';
import type { CallContext } from '../../service.ts';
import { uploadBody } from '../body.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { findBucket } from '../find-bucket.ts';
import { checkPartNumber, partChecksums } from '../parts.ts';
import { checkEncryption, checkKey } from '../refusals.ts';
import { memberOf, requestChecksum, verifier } from '../request-checksums.ts';

export function uploadPart(deps: S3Dependencies) {
  return async (input: UploadPartCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const key = checkKey(input.Key);
    const partNumber = checkPartNumber(input.PartNumber);
    checkEncryption(input);
    const uploadId = input.UploadId ?? '';
    const upload = await deps.objects.upload(bucket, key, uploadId);
    const checksum = requestChecksum(context.headers);
    const algorithms = partChecksums(upload, checksum);
    const verify = verifier(input.ContentMD5, checksum);
    const { body, ...length } = uploadBody(context);
    let sent: string | undefined;
    const part = await deps.objects.putPart(bucket, key, uploadId, partNumber, body, {
      ...length,
      ...algorithms,
      verify: (digests) => {
        verify(digests);
        sent = checksum && digests.checksums[checksum.algorithm];
      },
    });
    return {
      ETag: part.etag,
      ServerSideEncryption: 'AES256',
      ...(checksum && sent !== undefined && { [memberOf(checksum.algorithm)]: sent }),
    };
  };
}
