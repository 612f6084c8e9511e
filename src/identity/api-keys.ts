/**
 * Bedrock API keys, which come as bearer tokens. Two kinds:
 *   long-term   `ABSK` base64("ALIAS:SECRET"), a service-specific credential of a user. ALIAS is `USER-at-ACCOUNT`, or
 *               `USER+1-at-ACCOUNT` where that is taken; SECRET has 60 characters. Kept as SHA-256 of the whole key.
 *   short-term  `bedrock-api-key-` base64("bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-…&Version=1"):
 *               a presigned POST made by the caller from credentials of any kind, as aws-bedrock-token-generator does
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { RequestHead } from '#wire';

const LONG_TERM_PREFIX = 'ABSK';
const SHORT_TERM_PREFIX = 'bedrock-api-key-';
/** Keys longer than this are refused unread; a short-term key with a session token has about 2,000 characters. */
const KEY_CHARS_MAX = 16_384;
/** Short-term keys live twelve hours at most. (Bedrock User Guide, "API keys".) */
export const SHORT_TERM_SECONDS_MAX = 43_200;
/** 60 characters of base64, as AWS's service-specific secrets have. */
const SECRET_BYTES = 44;

export type ParsedApiKey =
  /** Whose key it says to be; whether its secret is right has yet to be seen. */
  | { readonly kind: 'long-term'; readonly alias: string }
  /** The presigned request inside; whether its signature is right has yet to be seen. */
  | { readonly kind: 'short-term'; readonly head: RequestHead };

/** A new long-term key and what is kept of it. The key itself is told once. */
export function newApiKey(alias: string): { readonly key: string; readonly keySha256Hex: string } {
  const secret = randomBytes(SECRET_BYTES).toString('base64');
  const key = LONG_TERM_PREFIX + Buffer.from(`${alias}:${secret}`).toString('base64');
  return { key, keySha256Hex: sha256(key).toString('hex') };
}

/** Whether it is the key that was hashed; takes the same time for every key. */
export function isApiKey(key: string, keySha256Hex: string): boolean {
  return timingSafeEqual(sha256(key), Buffer.from(keySha256Hex, 'hex'));
}

/** What a bearer token is, or undefined when it has neither form. */
export function parseApiKey(token: string): ParsedApiKey | undefined {
  if (token.length > KEY_CHARS_MAX) return undefined;
  if (token.startsWith(SHORT_TERM_PREFIX)) return parseShortTerm(token.slice(SHORT_TERM_PREFIX.length));
  return token.startsWith(LONG_TERM_PREFIX) ? parseLongTerm(token.slice(LONG_TERM_PREFIX.length)) : undefined;
}

function parseLongTerm(encoded: string): ParsedApiKey | undefined {
  const text = Buffer.from(encoded, 'base64').toString('latin1');
  const end = text.indexOf(':');
  return end > 0 ? { kind: 'long-term', alias: text.slice(0, end) } : undefined;
}

function parseShortTerm(encoded: string): ParsedApiKey | undefined {
  const url = Buffer.from(encoded, 'base64').toString('latin1');
  // The generators append Version=1 after they have signed: it is no part of the signed query.
  const match = /^(bedrock\.amazonaws\.com)(\/\?(?:.*&)?Action=CallWithBearerToken(?:&.*)?)&Version=1$/.exec(url);
  if (!match) return undefined;
  const [, host = '', target = ''] = match;
  return { kind: 'short-term', head: { method: 'POST', target, headers: { host } } };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
