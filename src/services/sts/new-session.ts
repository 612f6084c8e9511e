/** The last part of every operation that gives out credentials. */
import type { Credentials } from '@aws-sdk/client-sts';
import { type Identity, PACKED_BYTES_MAX, type Session, type SessionCredentials, TOKEN_CHARS_MAX } from '#identity';
import { ApiError } from '#wire';

export interface NewSession {
  readonly Credentials: Credentials;
  /** Percent; only when policies or tags were asked for or inherited. */
  readonly PackedPolicySize: number | undefined;
  /** Characters of the session token, and percent of what one may have. */
  readonly SessionTokenSize: number;
  readonly SessionTokenUtilization: number;
}

/**
 * A session that begins now.
 * @throws {ApiError} PackedPolicyTooLarge
 */
export function newSession(
  identity: Pick<Identity, 'issueSession' | 'packedBytes'>,
  session: Omit<Session, 'issuedAtMs' | 'expiresAtMs'>,
  durationSeconds: number,
  tokenCharsMin: number | undefined,
): NewSession {
  const hasPolicies = session.policy !== undefined || (session.policyArns?.length ?? 0) > 0;
  const hasTags = (session.tags?.length ?? 0) > 0;
  const percent = Math.ceil((100 * identity.packedBytes(session)) / PACKED_BYTES_MAX);
  if (percent > 100) {
    const message = hasTags
      ? `Packed size of session tags consumes ${percent}% of allotted space.`
      : `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`;
    throw new ApiError('PackedPolicyTooLargeException', message);
  }
  const { credentials } = identity.issueSession(session, durationSeconds, tokenCharsMin);
  const { length } = credentials.sessionToken;
  return {
    Credentials: describe(credentials),
    PackedPolicySize: hasPolicies || hasTags ? percent : undefined,
    SessionTokenSize: length,
    SessionTokenUtilization: Math.ceil((100 * length) / TOKEN_CHARS_MAX),
  };
}

function describe({ accessKeyId, secretAccessKey, sessionToken, expiresAtMs }: SessionCredentials): Credentials {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: new Date(expiresAtMs),
  };
}
