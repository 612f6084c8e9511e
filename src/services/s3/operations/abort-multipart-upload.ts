import type { AbortMultipartUploadCommandInput } from '@aws-sdk/client-s3';
import type { CallContext } from '../../service.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { findBucket } from '../find-bucket.ts';
import { checkKey } from '../refusals.ts';

export function abortMultipartUpload(deps: S3Dependencies) {
  return async (input: AbortMultipartUploadCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input, context, 's3:AbortMultipartUpload');
    await deps.objects.abortUpload(bucket, checkKey(input.Key), input.UploadId ?? '');
    return {};
  };
}
