/** Between the headers of S3's requests and answers and what the object store keeps. */
import type { ObjectInfo, PutOptions } from '#objects';
import { invalidArgument, s3Error } from './errors.ts';
import { present } from './present.ts';

/** User metadata, names and values together. (Source: S3 User Guide, "Working with object metadata".) */
const METADATA_BYTES_MAX = 2 * 1024;

export interface ObjectHeadersInput {
  readonly ContentType?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly Expires?: Date | string | undefined;
  readonly StorageClass?: string | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

/** What an upload keeps of its request. @throws {ApiError} MetadataTooLarge */
export function keptHeaders(
  input: ObjectHeadersInput,
  requestHeaders: Readonly<Record<string, string | undefined>>,
): Pick<PutOptions, 'contentType' | 'headers' | 'metadata'> {
  checkMetadata(input.Metadata);
  if (input.WebsiteRedirectLocation !== undefined && !/^(\/|https?:\/\/)/.test(input.WebsiteRedirectLocation)) {
    throw invalidArgument(
      "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
      'x-amz-website-redirect-location',
    );
  }
  return present({
    contentType: input.ContentType,
    metadata: input.Metadata,
    headers: present({
      'content-encoding': storedEncoding(input.ContentEncoding),
      'cache-control': input.CacheControl,
      'content-disposition': input.ContentDisposition,
      'content-language': input.ContentLanguage,
      // Kept as it was written, even where it is no date: S3 sends it back untouched.
      expires: input.Expires === undefined ? undefined : (requestHeaders['expires'] ?? String(input.Expires)),
      'x-amz-storage-class': input.StorageClass === 'STANDARD' ? undefined : input.StorageClass,
      'x-amz-website-redirect-location': input.WebsiteRedirectLocation,
    }) as Record<string, string>,
  });
}

/** `aws-chunked` is the transfer's, not the object's. */
function storedEncoding(encoding: string | undefined): string | undefined {
  const codings = (encoding ?? '').split(',').map((coding) => coding.trim());
  const stored = codings.filter((coding) => coding !== '' && coding !== 'aws-chunked').join(',');
  return stored === '' ? undefined : stored;
}

function checkMetadata(metadata: Readonly<Record<string, string>> | undefined): void {
  let size = 0;
  for (const [name, value] of Object.entries(metadata ?? {})) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (size <= METADATA_BYTES_MAX) return;
  throw s3Error(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
    Size: size,
    MaxSizeAllowed: METADATA_BYTES_MAX,
  });
}

/** Whole seconds, as S3 keeps times. */
export function lastModified({ lastModifiedMs }: Pick<ObjectInfo, 'lastModifiedMs'>): Date {
  return new Date(Math.floor(lastModifiedMs / 1000) * 1000);
}

export function storageClassOf({ headers }: Pick<ObjectInfo, 'headers'>): string {
  return headers['x-amz-storage-class'] ?? 'STANDARD';
}

/** What GetObject and HeadObject say of an object, length and range apart. */
export function describeObject(
  info: ObjectInfo,
  overrides: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return present({
    AcceptRanges: 'bytes',
    LastModified: lastModified(info),
    ETag: info.etag,
    ServerSideEncryption: 'AES256',
    ContentType: overrides['ResponseContentType'] ?? info.contentType,
    CacheControl: overrides['ResponseCacheControl'] ?? info.headers['cache-control'],
    ContentDisposition: overrides['ResponseContentDisposition'] ?? info.headers['content-disposition'],
    ContentEncoding: overrides['ResponseContentEncoding'] ?? info.headers['content-encoding'],
    ContentLanguage: overrides['ResponseContentLanguage'] ?? info.headers['content-language'],
    StorageClass: info.headers['x-amz-storage-class'],
    WebsiteRedirectLocation: info.headers['x-amz-website-redirect-location'],
    Metadata: Object.keys(info.metadata).length > 0 ? info.metadata : undefined,
  });
}

/** `Expires` goes out as it came in, which its typed member cannot carry. */
export function expiresOf(info: ObjectInfo, override: Date | undefined): string | undefined {
  return override?.toUTCString() ?? info.headers['expires'];
}
