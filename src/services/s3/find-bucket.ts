import { type Bucket, isBucketName } from '#buckets';
import type { S3Dependencies } from './dependencies.ts';
import { accessDenied, noSuchBucket, s3Error } from './errors.ts';

interface BucketInput {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/**
 * The bucket of a request. Whether the caller may have it was judged before (`authorization.ts`), so that only who may
 * use a bucket of that name learns that there is none.
 * @throws {ApiError} InvalidBucketName, NoSuchBucket, AccessDenied, InvalidBucketOwnerAWSAccountID
 */
export function findBucket(
  { buckets }: Pick<S3Dependencies, 'buckets'>,
  { Bucket: name = '', ExpectedBucketOwner: expectedOwner }: BucketInput,
): Bucket {
  checkOwnerId(expectedOwner);
  const bucket = buckets.get(name);
  if (!bucket) {
    if (!isBucketName(name)) throw invalidBucketName(name);
    throw noSuchBucket(name);
  }
  if (expectedOwner !== undefined && expectedOwner !== bucket.accountId) throw accessDenied();
  return bucket;
}

export const invalidBucketName = (name: string): Error =>
  s3Error(400, 'InvalidBucketName', 'The specified bucket is not valid.', { BucketName: name });

function checkOwnerId(expectedOwner: string | undefined): void {
  if (expectedOwner === undefined || /^\d{12}$/.test(expectedOwner)) return;
  throw s3Error(
    400,
    'InvalidBucketOwnerAWSAccountID',
    `The value of the expected bucket owner parameter must be an AWS Account ID... [${expectedOwner}]`,
  );
}
