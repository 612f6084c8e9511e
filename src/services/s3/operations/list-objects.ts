import type { ListObjectsCommandInput, ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import type { ListResult, ObjectInfo } from '#objects';
import type { S3Dependencies } from '../dependencies.ts';
import { findBucket } from '../find-bucket.ts';
import { continuationToken, keyEncoder, pageSize, positionOf } from '../list-encoding.ts';
import { lastModified, storageClassOf } from '../object-headers.ts';
import { ownerOf } from '../owner.ts';
import { present } from '../present.ts';

type Encode = (text: string) => string;

/** The old listing: goes on after a marker. `NextMarker` is given with a delimiter only, as in S3. */
export function listObjects(deps: S3Dependencies) {
  return async (input: ListObjectsCommandInput): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const encode = keyEncoder(input.EncodingType);
    const maxKeys = pageSize(input.MaxKeys, 'max-keys');
    const delimiter = nonEmpty(input.Delimiter);
    const prefix = input.Prefix ?? '';
    const listed = await deps.objects.list(
      bucket,
      present({ prefix, delimiter, startAfter: startOf(input.Marker, prefix, delimiter), maxKeys }) as {
        maxKeys: number;
      },
    );
    const next = listed.nextStartAfter;
    return present({
      Name: bucket.name,
      Prefix: encode(prefix),
      Marker: encode(input.Marker ?? ''),
      MaxKeys: maxKeys,
      Delimiter: delimiter && encode(delimiter),
      EncodingType: input.EncodingType,
      IsTruncated: next !== undefined,
      NextMarker: next !== undefined && delimiter ? encode(next) : undefined,
      ...entries(listed, encode, ownerOf(bucket.accountId)),
    });
  };
}

/** A marker inside a common prefix means that the prefix was given already. */
function startOf(marker: string | undefined, prefix: string, delimiter: string | undefined): string | undefined {
  if (marker === undefined || marker === '' || !delimiter || !marker.startsWith(prefix)) return nonEmpty(marker);
  const at = marker.indexOf(delimiter, prefix.length);
  return at === -1 ? marker : marker.slice(0, at + delimiter.length);
}

/** The listing of today: goes on by an opaque token. */
export function listObjectsV2(deps: S3Dependencies) {
  return async (input: ListObjectsV2CommandInput): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const encode = keyEncoder(input.EncodingType);
    const maxKeys = pageSize(input.MaxKeys, 'max-keys');
    const delimiter = nonEmpty(input.Delimiter);
    const token = input.ContinuationToken;
    const startAfter = token === undefined ? nonEmpty(input.StartAfter) : positionOf(token);
    const listed = await deps.objects.list(
      bucket,
      present({ prefix: input.Prefix ?? '', delimiter, startAfter, maxKeys }) as { maxKeys: number },
    );
    const next = listed.nextStartAfter;
    return present({
      Name: bucket.name,
      Prefix: encode(input.Prefix ?? ''),
      StartAfter: nonEmpty(input.StartAfter) && encode(input.StartAfter ?? ''),
      ContinuationToken: token,
      NextContinuationToken: next === undefined ? undefined : continuationToken(next),
      KeyCount: listed.objects.length + listed.commonPrefixes.length,
      MaxKeys: maxKeys,
      Delimiter: delimiter && encode(delimiter),
      EncodingType: input.EncodingType,
      IsTruncated: next !== undefined,
      ...entries(listed, encode, input.FetchOwner ? ownerOf(bucket.accountId) : undefined),
    });
  };
}

function entries({ objects, commonPrefixes }: ListResult, encode: Encode, owner: { ID: string } | undefined) {
  return {
    Contents: objects.length > 0 ? objects.map((info) => entry(info, encode, owner)) : undefined,
    CommonPrefixes: commonPrefixes.length > 0 ? commonPrefixes.map((one) => ({ Prefix: encode(one) })) : undefined,
  };
}

export function entry(info: ObjectInfo, encode: Encode, owner: { ID: string } | undefined): Record<string, unknown> {
  const algorithms = Object.keys(info.checksums);
  return present({
    Key: encode(info.key),
    LastModified: lastModified(info),
    ETag: info.etag,
    ChecksumAlgorithm: algorithms.length > 0 ? algorithms : undefined,
    ChecksumType: algorithms.length > 0 ? info.checksumType : undefined,
    Size: info.sizeBytes,
    StorageClass: storageClassOf(info),
    Owner: owner,
  });
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
