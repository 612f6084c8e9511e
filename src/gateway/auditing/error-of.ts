import { errorCodeOf } from '#audit';
import { auditErrorCode } from '#records';
import type { ApiError, Route } from '#wire';

/** How an event tells an error. */
export function errorOf(
  error: ApiError | undefined,
  route: Route | undefined,
): { errorCode?: string; errorMessage?: string } {
  if (!error) return {};
  const errorCode = route ? errorCodeOf(error.code, route.service) : auditErrorCode(error.code);
  return { errorCode, errorMessage: error.message };
}
