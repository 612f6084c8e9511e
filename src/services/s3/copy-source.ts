import type { Bucket } from '#buckets';
import type { CallContext } from '../service.ts';
import type { S3Dependencies } from './dependencies.ts';
import { invalidArgument } from './errors.ts';
import { findBucket } from './find-bucket.ts';
import { checkVersion } from './refusals.ts';

export interface CopySource {
  readonly bucket: Bucket;
  readonly key: string;
}

/**
 * The object that `x-amz-copy-source` names: `[/]bucket/key[?versionId=…]`, percent-encoded.
 * @throws {ApiError} InvalidArgument, NoSuchBucket, AccessDenied
 */
export function findCopySource(
  deps: S3Dependencies,
  input: { readonly CopySource?: string | undefined; readonly ExpectedSourceBucketOwner?: string | undefined },
  context: CallContext,
): CopySource {
  const source = (input.CopySource ?? '').replace(/^\//, '');
  const [path = '', versionId] = source.split(/\?versionId=/);
  const slash = path.indexOf('/');
  if (slash === -1) throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', input.CopySource);
  const bucketName = decoded(path.slice(0, slash));
  const key = decoded(path.slice(slash + 1));
  if (!bucketName) throw invalidArgument('Invalid copy source bucket name', 'x-amz-copy-source', input.CopySource);
  if (!key) throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', input.CopySource);
  checkVersion(versionId);
  const owner = input.ExpectedSourceBucketOwner;
  const bucket = findBucket(
    deps,
    { Bucket: bucketName, Key: key, ExpectedBucketOwner: owner },
    context,
    's3:GetObject',
  );
  return { bucket, key };
}

/** `+` is a space here, as in the forms that old clients build the header like. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
