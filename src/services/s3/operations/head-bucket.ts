import type { HeadBucketCommandInput } from '@aws-sdk/client-s3';
import { ApiError } from '#wire';
import type { S3Dependencies } from '../dependencies.ts';
import { s3Error } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';

/** Whether a bucket is there, and in which region. What is missing is `NotFound`, as no body can say more. */
export function headBucket(deps: S3Dependencies) {
  return async (input: HeadBucketCommandInput): Promise<Record<string, unknown>> => {
    try {
      const { region } = findBucket(deps, input);
      return { BucketRegion: region, AccessPointAlias: false };
    } catch (error) {
      throw error instanceof ApiError && error.code === 'NoSuchBucket' ? s3Error(404, 'NotFound', 'Not Found') : error;
    }
  };
}
