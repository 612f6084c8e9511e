import type { DeleteBucketCommandInput } from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { findBucket } from '../find-bucket.ts';

export function deleteBucket(deps: S3Dependencies) {
  return async (input: DeleteBucketCommandInput): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    await deps.buckets.delete(bucket.generation);
    return {};
  };
}
