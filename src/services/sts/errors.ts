import type { Caller } from '#identity';
import { ApiError } from '#wire';

export function validationError(message: string): ApiError {
  return new ApiError('ValidationError', message, { status: 400 });
}

export function invalidParameterValue(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message, { status: 400 });
}

export function accessDenied(message: string): ApiError {
  return new ApiError('AccessDenied', message, { status: 403 });
}

/** STS tells nobody why: roles may belong to others. */
export function notAuthorized(caller: Caller, action: string, resource: string): ApiError {
  return accessDenied(`User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`);
}

/** Codes of a second factor, which nobody has here, are always wrong. */
export function refuseSecondFactor({ SerialNumber, TokenCode }: SecondFactor): void {
  if (SerialNumber === undefined && TokenCode === undefined) return;
  throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code.');
}

interface SecondFactor {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

/**
 * Some operations take long-term keys only, and sessions of users and federated users may call few others.
 * (IAM User Guide, "Compare AWS STS credentials".)
 */
export function refuseSessions(caller: Caller, operation: string, which: 'all' | 'not of roles'): void {
  if (!caller.session || (which === 'not of roles' && caller.kind === 'assumed-role')) return;
  throw accessDenied(`Cannot call ${operation} with session credentials`);
}
