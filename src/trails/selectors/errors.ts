import { ApiError } from '#wire';

/** What CloudTrail says to selectors that it does not take; always status 400. */
export function invalidSelectors(message: string): ApiError {
  return new ApiError('InvalidEventSelectorsException', message, { status: 400 });
}
