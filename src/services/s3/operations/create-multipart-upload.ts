import type { CreateMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import type { ChecksumAlgorithm } from '#objects';
import type { CallContext } from '../../service.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { invalidRequest } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { keptHeaders } from '../object-headers.ts';
import { checkAcl, checkEncryption, checkKey, checkObjectFeatures } from '../refusals.ts';
import { checksumAlgorithm } from '../request-checksums.ts';

export function createMultipartUpload(deps: S3Dependencies) {
  return async (input: CreateMultipartUploadCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const key = checkKey(input.Key);
    checkEncryption(input);
    checkAcl(input, bucket);
    checkObjectFeatures(input);
    const algorithm = checksumAlgorithm(input.ChecksumAlgorithm);
    const checksumType = typeFor(algorithm, input.ChecksumType);
    const uploadId = await deps.objects.createUpload(bucket, key, {
      ...keptHeaders(input, context.headers),
      ...(algorithm && { checksumAlgorithm: algorithm }),
      ...(checksumType && { checksumType }),
    });
    return {
      Bucket: bucket.name,
      Key: key,
      UploadId: uploadId,
      ServerSideEncryption: 'AES256',
      ...(algorithm && { ChecksumAlgorithm: algorithm }),
      ...(checksumType && { ChecksumType: checksumType }),
    };
  };
}

/** Which kind of checksum an algorithm can have over parts, and has where none is asked for. */
function typeFor(
  algorithm: ChecksumAlgorithm | undefined,
  asked: string | undefined,
): 'FULL_OBJECT' | 'COMPOSITE' | undefined {
  if (!algorithm) {
    if (asked === undefined) return undefined;
    throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
  }
  if (asked === undefined) return algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const type = asked === 'COMPOSITE' ? 'COMPOSITE' : 'FULL_OBJECT';
  const isSha = algorithm === 'SHA1' || algorithm === 'SHA256';
  if (type === 'COMPOSITE' ? algorithm === 'CRC64NVME' : isSha) {
    throw invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return type;
}
