/** CloudWatch Logs' errors in AWS's words (recorded-aws-errors.md, logs; others as users report them). */
import { ApiError } from '#wire';

export const groupNotFound = (): ApiError =>
  new ApiError('ResourceNotFoundException', 'The specified log group does not exist.');
export const streamNotFound = (): ApiError =>
  new ApiError('ResourceNotFoundException', 'The specified log stream does not exist.');
export const metricFilterNotFound = (): ApiError =>
  new ApiError('ResourceNotFoundException', 'The specified metric filter does not exist.');
export const exportNotFound = (): ApiError =>
  new ApiError('ResourceNotFoundException', 'The specified export task does not exist.');
export const exportEnded = (): ApiError =>
  new ApiError('InvalidOperationException', 'The specified export task is not pending or running.');
export const groupExists = (): ApiError =>
  new ApiError('ResourceAlreadyExistsException', 'The specified log group already exists');
export const streamExists = (): ApiError =>
  new ApiError('ResourceAlreadyExistsException', 'The specified log stream already exists');
export const invalidToken = (): ApiError =>
  new ApiError('InvalidParameterException', 'The specified nextToken is invalid.');
export const invalidParameter = (message: string): ApiError => new ApiError('InvalidParameterException', message);
export const limitExceeded = (): ApiError => new ApiError('LimitExceededException', 'Resource limit exceeded.');
/** A read that would have to answer without what was put before it. */
export const unavailable = (why: string, cause?: unknown): ApiError =>
  new ApiError('ServiceUnavailableException', why, cause === undefined ? {} : { cause });
