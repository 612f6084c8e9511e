import { type Buckets, parseBucketPolicy } from '#buckets';
import { type Directory, type GuardedResource } from '#identity';

/** Finds resources that have policies of their own: buckets and their objects, roles (their trust policies). */
export function guardedResources(buckets: Buckets, directory: Directory): (arn: string) => GuardedResource | undefined {
  return (arn) => {
    if (arn.startsWith('arn:aws:s3:::')) return bucketOf(arn, buckets);
    if (/^arn:aws:iam::\d{12}:role\//.test(arn)) return roleOf(arn, directory);
    return undefined;
  };
}

function bucketOf(arn: string, buckets: Buckets): GuardedResource | undefined {
  const bucket = buckets.get(arn.slice('arn:aws:s3:::'.length).split('/', 1)[0] ?? '');
  if (!bucket) return undefined;
  const { policy } = bucket.settings;
  return {
    accountId: bucket.accountId,
    policy:
      policy === undefined ? undefined : { name: `arn:aws:s3:::${bucket.name}`, document: parseBucketPolicy(policy) },
  };
}

function roleOf(arn: string, directory: Directory): GuardedResource | undefined {
  const role = directory.roleByArn(arn);
  return role && { accountId: role.accountId, policy: { name: arn, document: directory.trustPolicyOf(role) } };
}
