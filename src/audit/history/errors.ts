/** Errors of the event history. AWS's texts are not known; codes are (CloudTrail API Reference, LookupEvents). */
import { ApiError } from '#wire';

const invalid = (code: string, message: string): ApiError => new ApiError(code, message, { status: 400 });

export const invalidAttributes = (message: string): ApiError => invalid('InvalidLookupAttributesException', message);
export const invalidTimeRange = (message: string): ApiError => invalid('InvalidTimeRangeException', message);
export const invalidMaxResults = (message: string): ApiError => invalid('InvalidMaxResultsException', message);
export const invalidCategory = (message: string): ApiError => invalid('InvalidEventCategoryException', message);
export const invalidToken = (): ApiError =>
  invalid(
    'InvalidNextTokenException',
    'The token is not valid, or the other parameters are not those of the request that gave it.',
  );
export const throttled = (): ApiError => invalid('ThrottlingException', 'Rate exceeded');
/** A read that would have to answer without what has happened before it. */
export const unavailable = (why: string, cause?: unknown): ApiError =>
  new ApiError('ServiceUnavailableException', why, { status: 503, ...(cause === undefined ? {} : { cause }) });
