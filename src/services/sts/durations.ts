/** How long sessions last, in seconds. (STS API Reference; what the API model bounds is checked before.) */
import type { Caller, Role } from '#identity';
import { validationError } from './errors.ts';

const ROLE_DEFAULT = 3_600;
/** A session of a role that assumes another one. */
const CHAINED_MAX = 3_600;
const USER_DEFAULT = 43_200;
/** Of root, whatever it asks for. */
const ROOT_MAX = 3_600;

/** @throws {ApiError} ValidationError */
export function roleSessionSeconds(asked: number | undefined, role: Role, caller: Caller | undefined): number {
  const seconds = asked ?? ROLE_DEFAULT;
  if (caller?.kind === 'assumed-role' && seconds > CHAINED_MAX) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (seconds > role.maxSessionSeconds) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return seconds;
}

/** For GetSessionToken and GetFederationToken. */
export function userSessionSeconds(asked: number | undefined, caller: Caller): number {
  const seconds = asked ?? USER_DEFAULT;
  return caller.kind === 'root' ? Math.min(seconds, ROOT_MAX) : seconds;
}
