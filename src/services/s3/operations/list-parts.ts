import type { ListPartsCommandInput } from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { findBucket } from '../find-bucket.ts';
import { pageSize } from '../list-encoding.ts';
import { lastModified } from '../object-headers.ts';
import { ownerOf } from '../owner.ts';
import { present } from '../present.ts';
import { checkKey } from '../refusals.ts';
import { checksumMembers } from '../request-checksums.ts';

export function listParts(deps: S3Dependencies) {
  return async (input: ListPartsCommandInput): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const key = checkKey(input.Key);
    const uploadId = input.UploadId ?? '';
    const maxParts = pageSize(input.MaxParts, 'max-parts');
    const marker = Number(input.PartNumberMarker ?? 0);
    const upload = await deps.objects.upload(bucket, key, uploadId);
    const rest = (await deps.objects.listParts(bucket, key, uploadId)).filter(({ partNumber }) => partNumber > marker);
    const page = rest.slice(0, maxParts);
    const owner = ownerOf(bucket.accountId);
    return present({
      Bucket: bucket.name,
      Key: key,
      UploadId: uploadId,
      PartNumberMarker: String(marker),
      NextPartNumberMarker: String(page.at(-1)?.partNumber ?? 0),
      MaxParts: maxParts,
      IsTruncated: rest.length > page.length,
      Initiator: owner,
      Owner: owner,
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.checksumAlgorithm,
      ChecksumType: upload.checksumType,
      Parts:
        page.length > 0
          ? page.map((part) => ({
              PartNumber: part.partNumber,
              LastModified: lastModified(part),
              ETag: part.etag,
              Size: part.sizeBytes,
              ...(upload.checksumAlgorithm && checksumMembers(part)),
            }))
          : undefined,
    });
  };
}
