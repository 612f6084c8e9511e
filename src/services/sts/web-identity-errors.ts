import { WebIdentityFailure, type WebIdentityFailureReason } from '#identity';
import { ApiError } from '#wire';
import { accessDenied } from './errors.ts';

const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";

/** Sentences as seen in public reports of STS's answers, where they are known. */
const INVALID: Readonly<
  Record<Exclude<WebIdentityFailureReason, 'expired' | 'unreachable'>, (detail: string) => string>
> = {
  malformed: () => 'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  unverifiable: () => NO_KEY,
  'unusable-issuer': () => NO_KEY,
  'bad-signature': () => 'Token signature invalid',
  issuer: () => 'Token issuer does not match the identity provider',
  audience: () => 'Incorrect token audience',
  audiences: () => 'Token audience contains more than one audience while authorized party is not present',
  'missing-claim': (claim) => `Missing a required claim: ${claim}.`,
  'bad-claim': (claim) => `Invalid claim: ${claim}.`,
  'not-yet-valid': (claim) => `Token is not yet valid: ${claim} is in the future.`,
};

/** A refused token in STS's words. */
export function webIdentityError({ reason, detail }: WebIdentityFailure, nowMs: number): ApiError {
  if (reason === 'expired') {
    const now = Math.floor(nowMs / 1000);
    return new ApiError(
      'ExpiredTokenException',
      `Token expired: current date/time ${now} must be before the expiration date/time ${detail}`,
    );
  }
  // SDKs try this one again.
  if (reason === 'unreachable') return new ApiError('IDPCommunicationErrorException', NO_KEY);
  return new ApiError('InvalidIdentityTokenException', INVALID[reason](detail));
}

export function noProvider(issuer: string): ApiError {
  return new ApiError('InvalidIdentityTokenException', `No OpenIDConnect provider found in your account for ${issuer}`);
}

export function webIdentityNotAuthorized(action = 'sts:AssumeRoleWithWebIdentity'): ApiError {
  return accessDenied(`Not authorized to perform ${action}`);
}
