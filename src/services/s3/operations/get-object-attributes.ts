import type { GetObjectAttributesCommandInput } from '@aws-sdk/client-s3';
import type { ObjectInfo, PartInfo } from '#objects';
import { unquoted } from '../conditions.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { findBucket } from '../find-bucket.ts';
import { pageSize } from '../list-encoding.ts';
import { lastModified, storageClassOf } from '../object-headers.ts';
import { present } from '../present.ts';
import { checkKey, checkVersion } from '../refusals.ts';
import { checksumMembers } from '../request-checksums.ts';

export function getObjectAttributes(deps: S3Dependencies) {
  return async (input: GetObjectAttributesCommandInput): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const key = checkKey(input.Key);
    checkVersion(input.VersionId);
    // The header may come as one text or as a list.
    const wanted = new Set((input.ObjectAttributes ?? []).flatMap((name) => name.split(',').map((one) => one.trim())));
    const { info, parts } = await deps.objects.parts(bucket, key);
    const checksum = checksumMembers(info);
    return present({
      LastModified: lastModified(info),
      ETag: wanted.has('ETag') ? unquoted(info.etag) : undefined,
      Checksum: wanted.has('Checksum') && Object.keys(checksum).length > 0 ? checksum : undefined,
      ObjectParts:
        wanted.has('ObjectParts') && info.partCount !== undefined ? partsPage(input, info, parts) : undefined,
      StorageClass: wanted.has('StorageClass') ? storageClassOf(info) : undefined,
      ObjectSize: wanted.has('ObjectSize') ? info.sizeBytes : undefined,
    });
  };
}

/** Single parts are shown only where they have checksums of their own, as in S3. */
function partsPage(
  input: GetObjectAttributesCommandInput,
  info: ObjectInfo,
  parts: readonly PartInfo[],
): Record<string, unknown> {
  const marker = Number(input.PartNumberMarker ?? 0);
  const maxParts = pageSize(input.MaxParts, 'max-parts');
  const rest = info.checksumType === 'COMPOSITE' ? parts.filter(({ partNumber }) => partNumber > marker) : [];
  const page = rest.slice(0, maxParts);
  return present({
    TotalPartsCount: parts.length,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: page.length > 0 ? String(page.at(-1)?.partNumber) : undefined,
    MaxParts: maxParts,
    IsTruncated: rest.length > page.length,
    Parts:
      page.length > 0
        ? page.map((part) => ({ PartNumber: part.partNumber, Size: part.sizeBytes, ...checksumMembers(part) }))
        : undefined,
  });
}
