/**
 * An issuer's public keys, and signatures made with them. The key decides which algorithms count: a token cannot choose
 * `none`, an HMAC over a public key, or another curve.
 * (Source: RFC 7517, RFC 7518 §3 and §6, RFC 8725 "JSON Web Token Best Current Practices".)
 */
import { constants, createPublicKey, type KeyObject, verify, type webcrypto } from 'node:crypto';
import { WebIdentityFailure } from './failure.ts';
import type { JsonWebToken } from './json-web-token.ts';

/** AWS takes 100 RSA and 100 EC keys of an issuer. (IAM User Guide, "Create an OpenID Connect identity provider".) */
const KEYS_MAX = 200;
const RSA_BITS_MIN = 2_048;
/** Larger ones would only make every check slow. */
const RSA_BITS_MAX = 8_192;

interface Algorithm {
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  readonly keyType: 'rsa' | 'ec';
  readonly curve?: string;
  readonly padding?: number;
}

const RSA = { keyType: 'rsa', padding: constants.RSA_PKCS1_PADDING } as const;
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ['RS256', { ...RSA, hash: 'sha256' }],
  ['RS384', { ...RSA, hash: 'sha384' }],
  ['RS512', { ...RSA, hash: 'sha512' }],
  ['PS256', { keyType: 'rsa', padding: constants.RSA_PKCS1_PSS_PADDING, hash: 'sha256' }],
  ['ES256', { keyType: 'ec', curve: 'prime256v1', hash: 'sha256' }],
  ['ES384', { keyType: 'ec', curve: 'secp384r1', hash: 'sha384' }],
  ['ES512', { keyType: 'ec', curve: 'secp521r1', hash: 'sha512' }],
]);

/** A public key of an issuer. */
export interface VerificationKey {
  readonly id: string | undefined;
  /** The only algorithm the issuer uses it with, where it says so. */
  readonly algorithm: string | undefined;
  readonly key: KeyObject;
}

export function isAlgorithm(name: string): boolean {
  return ALGORITHMS.has(name);
}

/**
 * The usable keys of a key set; keys of other kinds and for other uses are passed over.
 * @throws {WebIdentityFailure} `unusable-issuer`
 */
export function readKeySet(document: unknown): VerificationKey[] {
  const keys: unknown = isObject(document) ? document['keys'] : undefined;
  if (!Array.isArray(keys)) throw new WebIdentityFailure('unusable-issuer', 'no key set');
  if (keys.length > KEYS_MAX) throw new WebIdentityFailure('unusable-issuer', `more than ${KEYS_MAX} keys`);
  return keys.flatMap((key) => readKey(key) ?? []);
}

/** Whether the key may have made signatures of the algorithm. */
export function fitsAlgorithm({ key, algorithm }: VerificationKey, name: string): boolean {
  const wanted = ALGORITHMS.get(name);
  return (
    wanted !== undefined &&
    (algorithm === undefined || algorithm === name) &&
    key.asymmetricKeyType === wanted.keyType &&
    key.asymmetricKeyDetails?.namedCurve === wanted.curve
  );
}

export function isSignedBy({ algorithm: name, signed, signature }: JsonWebToken, key: VerificationKey): boolean {
  const algorithm = ALGORITHMS.get(name);
  if (!algorithm || !fitsAlgorithm(key, name)) return false;
  const { hash, padding } = algorithm;
  const how =
    padding === undefined
      ? { key: key.key, dsaEncoding: 'ieee-p1363' as const }
      : { key: key.key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return verify(hash, signed, how, signature);
}

function readKey(value: unknown): VerificationKey | undefined {
  if (!isObject(value)) return undefined;
  const { kty, kid, alg, use, key_ops: operations } = value;
  if (kty !== 'RSA' && kty !== 'EC') return undefined;
  if (use !== undefined && use !== 'sig') return undefined;
  if (Array.isArray(operations) && !operations.includes('verify')) return undefined;
  try {
    const { n = '', e = '', crv = '', x = '', y = '' } = value as webcrypto.JsonWebKey;
    // Private parts, should an issuer publish them, are left where they are.
    const key = createPublicKey({ key: kty === 'RSA' ? { kty, n, e } : { kty, crv, x, y }, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    if (bits !== undefined && (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)) return undefined;
    return {
      id: typeof kid === 'string' ? kid : undefined,
      algorithm: typeof alg === 'string' ? alg : undefined,
      key,
    };
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
