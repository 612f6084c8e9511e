/** JSON Web Tokens in compact form, taken apart; nothing is believed yet. (Source: RFC 7515 §3.1, RFC 7519.) */
import { WebIdentityFailure } from './failure.ts';

export interface JsonWebToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  /** What the signature covers: header and claims as they came. */
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** @throws {WebIdentityFailure} `malformed`; `unverifiable` when the header wants extensions we do not know */
export function parseJsonWebToken(text: string): JsonWebToken {
  const parts = text.split('.');
  const [head = '', body = '', signature = ''] = parts;
  if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) throw new WebIdentityFailure('malformed');
  const header = readObject(head);
  const { alg, kid, crit } = header;
  if (typeof alg !== 'string' || (kid !== undefined && typeof kid !== 'string')) {
    throw new WebIdentityFailure('malformed');
  }
  if (crit !== undefined) throw new WebIdentityFailure('unverifiable', 'critical header parameters');
  return {
    algorithm: alg,
    keyId: kid,
    claims: readObject(body),
    signed: Buffer.from(`${head}.${body}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

function readObject(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new WebIdentityFailure('malformed');
}
