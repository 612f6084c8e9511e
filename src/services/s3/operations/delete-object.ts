import type { DeleteObjectCommandInput } from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { headerNotImplemented, invalidArgument } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { checkKey, checkVersion } from '../refusals.ts';

/** Deleting what is not there succeeds. There are no delete markers, as versioning cannot be enabled. */
export function deleteObject(deps: S3Dependencies) {
  return async (input: DeleteObjectCommandInput): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const key = checkKey(input.Key);
    checkVersion(input.VersionId);
    if (input.IfMatch !== undefined) throw headerNotImplemented('If-Match');
    if (input.IfMatchLastModifiedTime !== undefined) throw headerNotImplemented('x-amz-if-match-last-modified-time');
    if (input.IfMatchSize !== undefined) throw headerNotImplemented('x-amz-if-match-size');
    if (input.BypassGovernanceRetention) throw bypassWithoutLock();
    await deps.objects.delete(bucket, key);
    return {};
  };
}

export const bypassWithoutLock = (): Error =>
  invalidArgument(
    'x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.',
    'x-amz-bypass-governance-retention',
  );
