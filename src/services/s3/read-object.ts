/** What GetObject and HeadObject have in common. */
import type { GetObjectCommandInput } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '#objects';
import type { CallContext } from '../service.ts';
import { failedCondition } from './conditions.ts';
import type { S3Dependencies } from './dependencies.ts';
import { invalidArgument, invalidRequest, preconditionFailed, s3Error } from './errors.ts';
import { findBucket } from './find-bucket.ts';
import { describeObject, expiresOf } from './object-headers.ts';
import { type ByteRange, contentRange, requestedRange } from './ranges.ts';
import { checkKey, checkVersion } from './refusals.ts';
import { checksumMembers } from './request-checksums.ts';

export type ReadInput = Omit<GetObjectCommandInput, 'ChecksumMode'> & { ChecksumMode?: string | undefined };

export interface Reading {
  readonly range: ByteRange | undefined;
  /** The answer without its body. */
  readonly output: Record<string, unknown>;
  /** The object has not changed since the client saw it: there is no body. */
  readonly notModified: boolean;
}

export function findForReading(deps: S3Dependencies, input: ReadInput) {
  const bucket = findBucket(deps, input);
  const key = checkKey(input.Key);
  checkVersion(input.VersionId);
  if (input.Range !== undefined && input.PartNumber !== undefined) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  return { bucket, key };
}

/**
 * Conditions, range and headers of a read, decided on one state of the object.
 * @param rangeOfPart the bytes of the part that is asked for by number
 */
export function decideReading(
  info: ObjectInfo,
  input: ReadInput,
  context: CallContext,
  rangeOfPart: ByteRange | undefined,
): Reading {
  const failed = failedCondition(info, {
    ifMatch: input.IfMatch,
    ifNoneMatch: input.IfNoneMatch,
    ifModifiedSince: input.IfModifiedSince,
    ifUnmodifiedSince: input.IfUnmodifiedSince,
  });
  if (failed?.answer === 'precondition-failed') throw preconditionFailed(failed.header);
  if (failed) {
    context.setStatus(304);
    const { ETag, LastModified, CacheControl } = describeObject(info, {});
    return {
      range: undefined,
      notModified: true,
      output: { ETag, LastModified, ...(CacheControl !== undefined && { CacheControl }) },
    };
  }
  const range = input.PartNumber === undefined ? requestedRange(input.Range, info.sizeBytes) : rangeOfPart;
  const isPartial = range !== undefined || input.PartNumber !== undefined;
  if (isPartial) context.setStatus(206);
  const expires = expiresOf(info, input.ResponseExpires);
  if (expires !== undefined) context.setHeader('expires', expires);
  return {
    range,
    notModified: false,
    output: {
      ...describeObject(info, { ...input }),
      ContentLength: range ? range.last - range.first + 1 : info.sizeBytes,
      ...(range && { ContentRange: contentRange(range, info.sizeBytes) }),
      ...(input.PartNumber !== undefined && info.partCount !== undefined && { PartsCount: info.partCount }),
      // A checksum is of the whole object: with a part of it the client could only find it wrong.
      ...(input.ChecksumMode === 'ENABLED' && !isPartial && checksumMembers(info)),
    },
  };
}

/** Where a part lies in its object. @throws {ApiError} InvalidPartNumber, InvalidArgument */
export async function rangeOfPart(
  { objects }: S3Dependencies,
  { bucket, key }: ReturnType<typeof findForReading>,
  partNumber: number | undefined,
): Promise<{ info: ObjectInfo; range: ByteRange | undefined } | undefined> {
  if (partNumber === undefined) return undefined;
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > 10_000) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', partNumber);
  }
  const { info, parts } = await objects.parts(bucket, key);
  const part = parts[partNumber - 1];
  if (!part) {
    throw s3Error(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable', {
      PartNumberRequested: partNumber,
      ActualPartCount: parts.length,
    });
  }
  const first = parts.slice(0, partNumber - 1).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const range = part.sizeBytes === 0 ? undefined : { first, last: first + part.sizeBytes - 1 };
  return { info, range };
}
