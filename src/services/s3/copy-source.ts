import type { Bucket } from '#buckets';
import type { S3Dependencies } from './dependencies.ts';
import { invalidArgument } from './errors.ts';
import { findBucket } from './find-bucket.ts';
import { checkVersion } from './refusals.ts';

export interface CopySource {
  readonly bucket: Bucket;
  readonly key: string;
}

export interface NamedSource {
  readonly bucketName: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** What `x-amz-copy-source` names: `[/]bucket/key[?versionId=…]`, percent-encoded. Undefined: no object. */
export function parseCopySource(header: string | undefined): NamedSource | undefined {
  const source = (header ?? '').replace(/^\//, '');
  const [path = '', versionId] = source.split(/\?versionId=/);
  const slash = path.indexOf('/');
  if (slash === -1) return undefined;
  const bucketName = decoded(path.slice(0, slash));
  const key = decoded(path.slice(slash + 1));
  return bucketName && key ? { bucketName, key, versionId } : undefined;
}

/**
 * The object that `x-amz-copy-source` names.
 * @throws {ApiError} InvalidArgument, NoSuchBucket, AccessDenied
 */
export function findCopySource(
  deps: S3Dependencies,
  input: { readonly CopySource?: string | undefined; readonly ExpectedSourceBucketOwner?: string | undefined },
): CopySource {
  const source = parseCopySource(input.CopySource);
  if (!source) {
    const part = /^\/?(?:[^/]*$|[^/]+\/)/.test(input.CopySource ?? '') ? 'object key' : 'bucket name';
    throw invalidArgument(`Invalid copy source ${part}`, 'x-amz-copy-source', input.CopySource);
  }
  checkVersion(source.versionId);
  const bucket = findBucket(deps, { Bucket: source.bucketName, ExpectedBucketOwner: input.ExpectedSourceBucketOwner });
  return { bucket, key: source.key };
}

/** `+` is a space here, as in the forms that old clients build the header like. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
