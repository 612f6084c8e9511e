import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { CallContext } from '../../service.ts';
import { uploadBody } from '../body.ts';
import { conditionName, writeConditions } from '../conditions.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { preconditionFailed } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { keptHeaders } from '../object-headers.ts';
import { isReason } from '../reasons.ts';
import { checkAcl, checkEncryption, checkKey, checkObjectFeatures } from '../refusals.ts';
import { checksumMembers, DEFAULT_ALGORITHM, requestChecksum, verifier } from '../request-checksums.ts';
import { headerNotImplemented } from '../errors.ts';

/** The object appears, whole and verified, or the one before stays. */
export function putObject(deps: S3Dependencies) {
  return async (input: PutObjectCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const key = checkKey(input.Key);
    checkEncryption(input);
    checkAcl(input, bucket);
    checkObjectFeatures(input);
    if (input.WriteOffsetBytes !== undefined) throw headerNotImplemented('x-amz-write-offset-bytes');
    const checksum = requestChecksum(context.headers);
    const conditions = writeConditions(input);
    const { body, ...length } = uploadBody(context);
    const options = {
      ...length,
      ...keptHeaders(input, context.headers),
      ...conditions,
      checksumAlgorithm: checksum?.algorithm ?? DEFAULT_ALGORITHM,
      verify: verifier(input.ContentMD5, checksum),
    };
    const info = await deps.objects.put(bucket, key, body, options).catch((error: unknown) => {
      throw isReason(error, 'precondition-failed') ? preconditionFailed(conditionName(conditions)) : error;
    });
    return { ETag: info.etag, ServerSideEncryption: 'AES256', ...checksumMembers(info) };
  };
}
