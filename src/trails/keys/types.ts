/** What anybody may know of a key that digests are signed with. */
export interface TrailPublicKey {
  /** MD5 of the public key's DER, in hex: how a digest names its key. */
  readonly fingerprint: string;
  /** PKCS#1, DER. */
  readonly publicDer: Buffer;
  /** Milliseconds since the epoch. */
  readonly validFromMs: number;
  readonly validToMs: number;
}

/** Keeps the private keys unreadable at rest; `#identity`'s SecretBox in the app. */
export interface KeyVault {
  seal(id: string, secret: string): string;
  /** Undefined when it was sealed under a server key that is lost. */
  open(id: string, sealed: string): string | undefined;
}

/** Why a key was made: the first of its Region, in place of one, or since the one that was there cannot be opened. */
export type KeyReason = 'first' | 'asked' | 'age' | 'lost';

export interface KeyEvent {
  readonly accountId: string;
  readonly region: string;
  readonly fingerprint: string;
  readonly reason: KeyReason;
}

/** More keys than an account may have in a Region. */
export class TooManyKeys extends Error {
  override readonly name = 'TooManyKeys';
}
