/** Why a request's caller could not be told; the edge words it in the protocol of the call (`answer.ts`). */
export type FailureReason =
  /** No credentials at all. */
  | 'missing'
  /** Credentials of a kind that Varve (like the service) does not take: SigV2, SigV4a, Basic. */
  | 'unsupported'
  /** Header and query both carry a signature. */
  | 'ambiguous'
  /** The Authorization header or the query lacks a parameter. */
  | 'incomplete'
  /** A parameter is there but is not of its form. */
  | 'malformed'
  /** The scope names another date, service or terminator than the request. */
  | 'scope'
  /** A header that must be signed is not. */
  | 'unsigned-header'
  /** S3 only: `x-amz-content-sha256` is missing or is none of its values. */
  | 'content-sha256-required'
  | 'bad-signature'
  /** The body is not the one that was signed. */
  | 'content-mismatch'
  | 'unknown-key'
  /** A session token that is missing, forged or not of this key. */
  | 'bad-token'
  | 'expired-token'
  /** The clocks of caller and server differ too much. */
  | 'skew'
  /** A presigned request past its time. */
  | 'expired-request'
  | 'bad-bearer'
  | 'expired-bearer';

/**
 * A caller who could not be authenticated: data, no answer yet.
 * `detail` is AWS's sentence where it depends on the request; never holds a secret or a token.
 */
export class AuthenticationFailure extends Error {
  override readonly name = 'AuthenticationFailure';
  readonly reason: FailureReason;
  /** Members of S3's error document, such as `AWSAccessKeyId` or `StringToSign`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(reason: FailureReason, detail = '', members: Record<string, unknown> = {}) {
    super(detail);
    this.reason = reason;
    this.members = members;
  }
}
