import type { CopyObjectCommandInput } from '@aws-sdk/client-s3';
import type { ObjectInfo, PutOptions } from '#objects';
import type { CallContext } from '../../service.ts';
import { missingKey } from '../access.ts';
import { releasedWith, UPLOAD_BYTES_MAX } from '../body.ts';
import { checkCopySource, conditionName, writeConditions } from '../conditions.ts';
import { findCopySource } from '../copy-source.ts';
import type { S3Dependencies } from '../dependencies.ts';
import { invalidArgument, invalidRequest, preconditionFailed } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { keptHeaders, lastModified } from '../object-headers.ts';
import { present } from '../present.ts';
import { isReason } from '../reasons.ts';
import { checkAcl, checkEncryption, checkKey, checkObjectFeatures } from '../refusals.ts';
import { checksumAlgorithm, checksumMembers, DEFAULT_ALGORITHM } from '../request-checksums.ts';

/** Copies bytes and, unless they are replaced, headers and metadata. */
export function copyObject(deps: S3Dependencies) {
  return async (input: CopyObjectCommandInput, context: CallContext): Promise<Record<string, unknown>> => {
    const bucket = findBucket(deps, input);
    const key = checkKey(input.Key);
    checkEncryption(input);
    checkAcl(input, bucket);
    checkObjectFeatures(input);
    const source = findCopySource(deps, input);
    const replaces = directive(input.MetadataDirective) === 'REPLACE';
    const inPlace = source.bucket.generation === bucket.generation && source.key === key;
    if (inPlace && !replaces && !changesAnything(input)) throw copyOntoItself();
    const conditions = writeConditions(input);
    const { info, body } = await deps.objects.get(source.bucket, source.key).catch((error: unknown) => {
      throw isReason(error, 'no-such-key')
        ? missingKey(context, { Bucket: source.bucket.name, Key: source.key })
        : error;
    });
    releasedWith(body, context.signal);
    try {
      checkSource(info, input);
      const options: PutOptions = {
        ...(replaces ? keptHeaders(input, context.headers) : copiedHeaders(info, input)),
        ...conditions,
        sizeBytes: info.sizeBytes,
        checksumAlgorithm: checksumAlgorithm(input.ChecksumAlgorithm) ?? sourceAlgorithm(info),
      };
      const copy = await deps.objects.put(bucket, key, body, options).catch((error: unknown) => {
        throw isReason(error, 'precondition-failed') ? preconditionFailed(conditionName(conditions)) : error;
      });
      return {
        ServerSideEncryption: 'AES256',
        CopyObjectResult: { ETag: copy.etag, LastModified: lastModified(copy), ...checksumMembers(copy) },
      };
    } finally {
      body.destroy();
    }
  };
}

function directive(value: string | undefined): 'COPY' | 'REPLACE' {
  if (value === undefined || value === 'COPY') return 'COPY';
  if (value === 'REPLACE') return 'REPLACE';
  throw invalidArgument('Unknown metadata directive.', 'x-amz-metadata-directive', value);
}

function changesAnything(input: CopyObjectCommandInput): boolean {
  const changes = [input.StorageClass, input.WebsiteRedirectLocation, input.ServerSideEncryption];
  return changes.some((change) => change !== undefined);
}

const copyOntoItself = (): Error =>
  invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );

function checkSource(info: ObjectInfo, input: CopyObjectCommandInput): void {
  if (info.sizeBytes > UPLOAD_BYTES_MAX) {
    throw invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${UPLOAD_BYTES_MAX}`,
    );
  }
  checkCopySource(info, {
    ifMatch: input.CopySourceIfMatch,
    ifNoneMatch: input.CopySourceIfNoneMatch,
    ifModifiedSince: input.CopySourceIfModifiedSince,
    ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
}

const OWN_HEADERS = new Set(['x-amz-storage-class', 'x-amz-website-redirect-location']);

/** A storage class and a redirect are the copy's own: they are never taken over. */
function copiedHeaders(info: ObjectInfo, input: CopyObjectCommandInput): PutOptions {
  const headers = Object.entries(info.headers).filter(([name]) => !OWN_HEADERS.has(name));
  const own = present({
    'x-amz-storage-class': input.StorageClass === 'STANDARD' ? undefined : input.StorageClass,
    'x-amz-website-redirect-location': input.WebsiteRedirectLocation,
  });
  return {
    contentType: info.contentType,
    metadata: info.metadata,
    headers: { ...Object.fromEntries(headers), ...own },
  };
}

/** A copy keeps its source's algorithm; a checksum of parts becomes one of the whole. */
function sourceAlgorithm({ checksums }: ObjectInfo) {
  const [algorithm] = Object.keys(checksums) as (keyof typeof checksums)[];
  return algorithm ?? DEFAULT_ALGORITHM;
}
