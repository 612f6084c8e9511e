import { type Bucket, isBucketName } from '#buckets';
import type { CallContext } from '../service.ts';
import type { S3Dependencies } from './dependencies.ts';
import { accessDenied, noSuchBucket, s3Error } from './errors.ts';

interface BucketInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/**
 * The bucket of a request, if the caller may have it: callers of its own account always, others only by its policy.
 * (What the policies of users and roles say is enforced elsewhere.)
 * @param action what the bucket policy must allow, such as `s3:GetObject`
 * @throws {ApiError} InvalidBucketName, NoSuchBucket, AccessDenied, InvalidBucketOwnerAWSAccountID
 */
export function findBucket(
  { buckets }: Pick<S3Dependencies, 'buckets'>,
  { Bucket: name = '', Key: key, ExpectedBucketOwner: expectedOwner }: BucketInput,
  { caller }: Pick<CallContext, 'caller'>,
  action: string,
): Bucket {
  checkOwnerId(expectedOwner);
  const bucket = buckets.get(name);
  if (!bucket) {
    if (!isBucketName(name)) throw invalidBucketName(name);
    throw noSuchBucket(name);
  }
  if (expectedOwner !== undefined && expectedOwner !== bucket.accountId) throw accessDenied();
  if (caller.accountId !== bucket.accountId) {
    const resource = `arn:aws:s3:::${bucket.name}${key === undefined ? '' : `/${key}`}`;
    const principal = {
      type: 'AWS',
      accountId: caller.accountId,
      arn: caller.arn,
      roleArn: roleArnOf(caller.arn),
    } as const;
    if (buckets.decide(bucket, { principal, action, resource }) !== 'allow') throw accessDenied();
  }
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

/** The role behind a session's ARN, without the path, which the session's ARN does not tell. */
function roleArnOf(arn: string): string | undefined {
  const session = /^arn:(aws[a-z-]*):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn);
  return session ? `arn:${session[1]}:iam::${session[2]}:role/${session[3]}` : undefined;
}
