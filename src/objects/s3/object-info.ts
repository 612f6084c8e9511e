/** Between the SDK's outputs and what an object store says of an object. */
import type { GetObjectCommandOutput, HeadObjectCommandOutput, PutObjectCommandInput } from '@aws-sdk/client-s3';
import { CHECKSUM_ALGORITHMS } from '#base';
import type { ChecksumAlgorithm, ObjectInfo, PutOptions } from '../types.ts';

type Described = Partial<Record<`Checksum${ChecksumAlgorithm}`, string | undefined>>;

export function checksumsOf(output: Described): ObjectInfo['checksums'] {
  const checksums: Partial<Record<ChecksumAlgorithm, string>> = {};
  for (const algorithm of CHECKSUM_ALGORITHMS) {
    const value = output[`Checksum${algorithm}`];
    if (value !== undefined) checksums[algorithm] = value;
  }
  return checksums;
}

export function infoOf(key: string, output: GetObjectCommandOutput | HeadObjectCommandOutput): ObjectInfo {
  const headers = {
    'content-encoding': output.ContentEncoding,
    'cache-control': output.CacheControl,
    'content-disposition': output.ContentDisposition,
    'content-language': output.ContentLanguage,
    expires: output.ExpiresString,
    'x-amz-storage-class': output.StorageClass,
    'x-amz-website-redirect-location': output.WebsiteRedirectLocation,
  };
  const parts = partCountOf(output.ETag);
  return {
    key,
    sizeBytes: wholeSize(output),
    etag: output.ETag ?? '',
    lastModifiedMs: output.LastModified?.getTime() ?? 0,
    contentType: output.ContentType ?? 'binary/octet-stream',
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    metadata: output.Metadata ?? {},
    checksums: checksumsOf(output),
    ...(output.ChecksumType && { checksumType: output.ChecksumType }),
    ...(parts !== undefined && { partCount: parts }),
  };
}

/** `"<md5>-<parts>"` is the etag of an object that was completed from parts. */
function partCountOf(etag: string | undefined): number | undefined {
  const [, parts] = /-(\d+)"?$/.exec(etag ?? '') ?? [];
  return parts === undefined ? undefined : Number(parts);
}

function wholeSize(output: { ContentLength?: number | undefined; ContentRange?: string | undefined }): number {
  const [, whole] = /\/(\d+)$/.exec(output.ContentRange ?? '') ?? [];
  return whole === undefined ? (output.ContentLength ?? 0) : Number(whole);
}

type KeptInput = Pick<
  PutObjectCommandInput,
  | 'ContentType'
  | 'Metadata'
  | 'ContentEncoding'
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentLanguage'
  | 'Expires'
  | 'StorageClass'
  | 'WebsiteRedirectLocation'
>;

/** What an upload keeps, as members of the SDK's input. */
export function keptMembers({ contentType, headers = {}, metadata }: PutOptions): KeptInput {
  const expires = headers['expires'];
  const expiresAt = expires === undefined ? undefined : new Date(expires);
  const members: KeptInput = {
    ContentType: contentType,
    Metadata: metadata,
    ContentEncoding: headers['content-encoding'],
    CacheControl: headers['cache-control'],
    ContentDisposition: headers['content-disposition'],
    ContentLanguage: headers['content-language'],
    StorageClass: headers['x-amz-storage-class'] as KeptInput['StorageClass'],
    WebsiteRedirectLocation: headers['x-amz-website-redirect-location'],
  };
  // The SDK sends dates only: an Expires that is none cannot be handed on.
  return expiresAt && !Number.isNaN(expiresAt.getTime()) ? { ...members, Expires: expiresAt } : members;
}

export function writeConditions({ ifMatch, ifNoneMatch }: PutOptions): { IfMatch?: string; IfNoneMatch?: string } {
  return { ...(ifMatch !== undefined && { IfMatch: ifMatch }), ...(ifNoneMatch && { IfNoneMatch: '*' }) };
}
