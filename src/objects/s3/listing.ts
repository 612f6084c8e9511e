import type { BucketHandle, ListOptions, ListResult, ObjectInfo } from '../types.ts';
import { s3Failure } from './failures.ts';
import type { Loaded } from './s3-objects.ts';

/**
 * One page. The listing by marker (version 1) is used because it can go on after a common prefix, which the one by
 * token promises only for its own tokens.
 */
export async function listObjects(
  { sdk, client }: Loaded,
  bucket: BucketHandle,
  options: ListOptions,
): Promise<ListResult> {
  const { prefix, delimiter, startAfter, maxKeys } = options;
  if (maxKeys === 0) return { objects: [], commonPrefixes: [], nextStartAfter: undefined };
  const command = new sdk.ListObjectsCommand({
    Bucket: bucket.name,
    Prefix: prefix,
    Delimiter: delimiter,
    Marker: startAfter,
    MaxKeys: maxKeys,
    // XML cannot carry every key.
    EncodingType: 'url',
  });
  const output = await client.send(command).catch((error: unknown) => {
    throw s3Failure(error);
  });
  const objects = (output.Contents ?? []).map((entry): ObjectInfo => {
    const storageClass =
      entry.StorageClass === undefined || entry.StorageClass === 'STANDARD' ? undefined : entry.StorageClass;
    return {
      key: decoded(entry.Key),
      sizeBytes: entry.Size ?? 0,
      etag: entry.ETag ?? '',
      lastModifiedMs: entry.LastModified?.getTime() ?? 0,
      // A listing does not tell these.
      contentType: '',
      headers: storageClass === undefined ? {} : { 'x-amz-storage-class': storageClass },
      metadata: {},
      checksums: {},
    };
  });
  const commonPrefixes = (output.CommonPrefixes ?? []).map((entry) => decoded(entry.Prefix));
  const last = [objects.at(-1)?.key ?? '', commonPrefixes.at(-1) ?? ''].sort(byBytes).at(-1);
  const next = output.NextMarker === undefined ? last : decoded(output.NextMarker);
  return { objects, commonPrefixes, nextStartAfter: output.IsTruncated ? next : undefined };
}

function decoded(text: string | undefined): string {
  return decodeURIComponent((text ?? '').replaceAll('+', ' '));
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
