/** Why a web identity token was not taken; the service words it. */
export type WebIdentityFailureReason =
  /** It is no JWT. */
  | 'malformed'
  /** Its algorithm is none that we take, its header wants what we do not know, or no key of the issuer fits it. */
  | 'unverifiable'
  | 'bad-signature'
  /** Its issuer is not the provider. */
  | 'issuer'
  | 'audience'
  /** Several audiences, and none of them said to be the authorized party. */
  | 'audiences'
  /** A claim that must be there is not; `detail` is its name. */
  | 'missing-claim'
  /** A claim has a form that it must not have; `detail` is its name. */
  | 'bad-claim'
  | 'not-yet-valid'
  /** `detail` is the moment of expiry, in seconds since the epoch. */
  | 'expired'
  /** The issuer could not be reached, or not in time. It may be there a little later. */
  | 'unreachable'
  /** The issuer's answers are not what OpenID Connect Discovery asks for. */
  | 'unusable-issuer';

export class WebIdentityFailure extends Error {
  override readonly name = 'WebIdentityFailure';
  readonly reason: WebIdentityFailureReason;
  readonly detail: string;

  constructor(reason: WebIdentityFailureReason, detail = '', options?: ErrorOptions) {
    super(`${reason}${detail === '' ? '' : `: ${detail}`}`, options);
    this.reason = reason;
    this.detail = detail;
  }
}
