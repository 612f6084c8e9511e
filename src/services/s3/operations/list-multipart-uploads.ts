import type { ListMultipartUploadsCommandInput } from '@aws-sdk/client-s3';
import type { Bucket } from '#buckets';
import type { ListUploadsOptions, UploadInfo } from '#objects';
import type { S3Dependencies } from '../dependencies.ts';
import { findBucket } from '../find-bucket.ts';
import { keyEncoder, PAGE_MAX, pageSize } from '../list-encoding.ts';
import { ownerOf } from '../owner.ts';
import { present } from '../present.ts';

/** No key is behind this one: what stands after it in byte order is no text. */
const BEHIND_ALL = '\u{10ffff}';

/** Unfinished uploads by key and age; with a delimiter rolled up as objects are. */
export function listMultipartUploads(deps: S3Dependencies) {
  return async (input: ListMultipartUploadsCommandInput): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const encode = keyEncoder(input.EncodingType);
    const maxUploads = pageSize(input.MaxUploads, 'max-uploads');
    const found = await gather(deps, bucket, input, maxUploads);
    const owner = ownerOf(bucket.accountId);
    const uploads = found.uploads.map((upload) =>
      present({
        Key: encode(upload.key),
        UploadId: upload.uploadId,
        Initiated: new Date(upload.initiatedMs),
        StorageClass: 'STANDARD',
        Owner: owner,
        Initiator: owner,
        ChecksumAlgorithm: upload.checksumAlgorithm,
        ChecksumType: upload.checksumType,
      }),
    );
    const prefixes = found.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) }));
    return present({
      Bucket: bucket.name,
      KeyMarker: encode(input.KeyMarker ?? ''),
      UploadIdMarker: input.UploadIdMarker ?? '',
      Prefix: encode(input.Prefix ?? ''),
      Delimiter: input.Delimiter ? encode(input.Delimiter) : undefined,
      EncodingType: input.EncodingType,
      MaxUploads: maxUploads,
      IsTruncated: found.next !== undefined,
      NextKeyMarker: found.next && encode(found.next.key),
      NextUploadIdMarker: found.next?.uploadId,
      Uploads: uploads.length > 0 ? uploads : undefined,
      CommonPrefixes: prefixes.length > 0 ? prefixes : undefined,
    });
  };
}

interface Found {
  readonly uploads: UploadInfo[];
  readonly commonPrefixes: string[];
  /** The last entry of a page that is not the last. */
  next: { key: string; uploadId: string } | undefined;
}

async function gather(
  { objects }: S3Dependencies,
  bucket: Bucket,
  input: ListMultipartUploadsCommandInput,
  maxUploads: number,
): Promise<Found> {
  const found: Found = { uploads: [], commonPrefixes: [], next: undefined };
  if (maxUploads === 0) return found;
  const prefix = input.Prefix ?? '';
  const delimiter = input.Delimiter === '' ? undefined : input.Delimiter;
  let after: Pick<ListUploadsOptions, 'afterKey' | 'afterUploadId'> = startOf(input, prefix, delimiter);
  let last: { key: string; uploadId: string } | undefined;
  for (;;) {
    const page = await objects.listUploads(bucket, { prefix, ...after, maxUploads: PAGE_MAX });
    let jumped = false;
    for (const upload of page) {
      if (found.uploads.length + found.commonPrefixes.length === maxUploads) {
        found.next = last;
        return found;
      }
      const common = commonPrefix(upload.key, prefix, delimiter);
      if (common !== undefined) {
        found.commonPrefixes.push(common);
        last = { key: common, uploadId: '' };
        after = { afterKey: common + BEHIND_ALL };
        jumped = true;
        break;
      }
      found.uploads.push(upload);
      last = { key: upload.key, uploadId: upload.uploadId };
      after = { afterKey: upload.key, afterUploadId: upload.uploadId };
    }
    if (!jumped && page.length < PAGE_MAX) return found;
  }
}

function startOf(
  { KeyMarker: key, UploadIdMarker: uploadId }: ListMultipartUploadsCommandInput,
  prefix: string,
  delimiter: string | undefined,
): Pick<ListUploadsOptions, 'afterKey' | 'afterUploadId'> {
  if (key === undefined || key === '') return {};
  const common = commonPrefix(key, prefix, delimiter);
  if (common !== undefined) return { afterKey: common + BEHIND_ALL };
  return { afterKey: key, ...(uploadId && { afterUploadId: uploadId }) };
}

function commonPrefix(key: string, prefix: string, delimiter: string | undefined): string | undefined {
  if (!delimiter || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.slice(0, at + delimiter.length);
}
