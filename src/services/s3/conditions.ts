/**
 * Conditional requests. (Sources: RFC 9110 §13.2.2 for the order; S3 API reference of GetObject, CopyObject and
 * PutObject; recorded answers.)
 */
import type { ObjectInfo, PutOptions } from '#objects';
import { headerNotImplemented, preconditionFailed } from './errors.ts';
import { lastModified } from './object-headers.ts';

export interface ReadConditions {
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: Date | undefined;
  readonly ifUnmodifiedSince: Date | undefined;
}

/** The condition that does not hold, by its header's name, and which of the two answers it gets. */
export function failedCondition(
  info: ObjectInfo,
  { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince }: ReadConditions,
): { readonly header: string; readonly answer: 'not-modified' | 'precondition-failed' } | undefined {
  const modifiedMs = lastModified(info).getTime();
  if (ifMatch !== undefined) {
    if (!names(ifMatch, info.etag)) return { header: 'If-Match', answer: 'precondition-failed' };
  } else if (ifUnmodifiedSince !== undefined && modifiedMs > ifUnmodifiedSince.getTime()) {
    return { header: 'If-Unmodified-Since', answer: 'precondition-failed' };
  }
  if (ifNoneMatch !== undefined) {
    if (names(ifNoneMatch, info.etag)) return { header: 'If-None-Match', answer: 'not-modified' };
  } else if (ifModifiedSince !== undefined && modifiedMs <= ifModifiedSince.getTime()) {
    return { header: 'If-Modified-Since', answer: 'not-modified' };
  }
  return undefined;
}

/** @throws {ApiError} PreconditionFailed when a condition on a copy's source does not hold */
export function checkCopySource(info: ObjectInfo, conditions: ReadConditions): void {
  const failed = failedCondition(info, conditions);
  if (failed) throw preconditionFailed(`x-amz-copy-source-${failed.header}`);
}

/** Whether a list of entity tags names this one; quotes are optional, as S3 takes them. */
function names(list: string, etag: string): boolean {
  return list.split(',').some((one) => one.trim() === '*' || unquoted(one) === unquoted(etag));
}

export function unquoted(etag: string): string {
  return etag.trim().replace(/^W\//, '').replaceAll('"', '');
}

/** The conditions of a write. @throws {ApiError} NotImplemented for those that S3 does not take either */
export function writeConditions(input: {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}): Pick<PutOptions, 'ifMatch' | 'ifNoneMatch'> {
  const { IfMatch: ifMatch, IfNoneMatch: ifNoneMatch } = input;
  if (ifMatch !== undefined && ifNoneMatch !== undefined) {
    throw headerNotImplemented('If-Match,If-None-Match', 'Multiple conditional request headers present in the request');
  }
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch !== '*') {
      throw headerNotImplemented(
        'If-None-Match',
        "We don't accept the provided value of If-None-Match header for this API",
      );
    }
    return { ifNoneMatch: true };
  }
  if (ifMatch === undefined) return {};
  if (ifMatch === '*') {
    throw headerNotImplemented('If-Match', "We don't accept the provided value of If-Match header for this API");
  }
  return { ifMatch: `"${unquoted(ifMatch)}"` };
}

/** The name of the header whose condition a write did not meet. */
export function conditionName(options: Pick<PutOptions, 'ifMatch' | 'ifNoneMatch'>): string | undefined {
  return options.ifNoneMatch ? 'If-None-Match' : options.ifMatch === undefined ? undefined : 'If-Match';
}
