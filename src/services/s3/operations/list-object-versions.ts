import type { ListObjectVersionsCommandInput } from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { invalidArgument } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { keyEncoder, pageSize } from '../list-encoding.ts';
import { ownerOf } from '../owner.ts';
import { present } from '../present.ts';
import { entry } from './list-objects.ts';

/** Every object is its only version, `null`: tools that empty a bucket list it this way. */
export function listObjectVersions(deps: S3Dependencies) {
  return async (input: ListObjectVersionsCommandInput): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    if (input.VersionIdMarker !== undefined && input.VersionIdMarker !== '' && !input.KeyMarker) {
      throw invalidArgument('A version-id marker cannot be specified without a key marker.', 'version-id-marker');
    }
    const encode = keyEncoder(input.EncodingType);
    const maxKeys = pageSize(input.MaxKeys, 'max-keys');
    const delimiter = input.Delimiter === '' ? undefined : input.Delimiter;
    const startAfter = input.KeyMarker === '' ? undefined : input.KeyMarker;
    const { objects, commonPrefixes, nextStartAfter } = await deps.objects.list(
      bucket,
      present({ prefix: input.Prefix ?? '', delimiter, startAfter, maxKeys }) as { maxKeys: number },
    );
    const versions = objects.map((info) => ({
      ...entry(info, encode, ownerOf(bucket.accountId)),
      VersionId: 'null',
      IsLatest: true,
    }));
    return present({
      Name: bucket.name,
      Prefix: encode(input.Prefix ?? ''),
      KeyMarker: encode(input.KeyMarker ?? ''),
      VersionIdMarker: input.VersionIdMarker ?? '',
      MaxKeys: maxKeys,
      Delimiter: delimiter && encode(delimiter),
      EncodingType: input.EncodingType,
      IsTruncated: nextStartAfter !== undefined,
      NextKeyMarker: nextStartAfter === undefined ? undefined : encode(nextStartAfter),
      NextVersionIdMarker: nextStartAfter === undefined ? undefined : 'null',
      Versions: versions.length > 0 ? versions : undefined,
      CommonPrefixes: commonPrefixes.length > 0 ? commonPrefixes.map((one) => ({ Prefix: encode(one) })) : undefined,
    });
  };
}
