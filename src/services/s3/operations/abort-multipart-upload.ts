import type { AbortMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { findBucket } from '../find-bucket.ts';
import { checkKey } from '../refusals.ts';

export function abortMultipartUpload(deps: S3Dependencies) {
  return async (input: AbortMultipartUploadCommandInput): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    await deps.objects.abortUpload(bucket, checkKey(input.Key), input.UploadId ?? '');
    return {};
  };
}
