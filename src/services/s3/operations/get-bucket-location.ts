import type { GetBucketLocationCommandInput } from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { findBucket } from '../find-bucket.ts';

/** us-east-1 has no constraint. */
export function getBucketLocation(deps: S3Dependencies) {
  return async (input: GetBucketLocationCommandInput): Promise<Record<string, unknown>> => {
    const { region } = findBucket(deps, input);
    return region === 'us-east-1' ? {} : { LocationConstraint: region };
  };
}
