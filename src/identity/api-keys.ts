/**
 * Bedrock API keys. Two kinds, both known without any stored state:
 *   long-term   `ABSK` base64("BedrockAPIKey-NAME-at-ACCOUNT:EXPIRES.MAC"), AWS's outer form;
 *               EXPIRES in seconds since the epoch, 0 for never; MAC = base64url(HMAC-SHA-256(key, what precedes it))
 *   short-term  `bedrock-api-key-` base64("bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-…&Version=1"):
 *               a presigned POST made by the caller from credentials of any kind, as aws-bedrock-token-generator does
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { RequestHead } from '#wire';
import { derivedKey } from './derived-key.ts';

const LONG_TERM_PREFIX = 'ABSK';
const SHORT_TERM_PREFIX = 'bedrock-api-key-';
/** Keys longer than this are refused unread; a short-term key with a session token has about 2,000 characters. */
const KEY_CHARS_MAX = 16_384;
/** Short-term keys live twelve hours at most. (Bedrock User Guide, "API keys".) */
export const SHORT_TERM_SECONDS_MAX = 43_200;

export interface LongTermKey {
  readonly accountId: string;
  /** Lower-case letters and digits; the user behind the key is `BedrockAPIKey-NAME`. */
  readonly name: string;
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
}

export type ParsedApiKey =
  | { readonly kind: 'long-term'; readonly key: LongTermKey }
  /** The presigned request inside; whether its signature is right has yet to be seen. */
  | { readonly kind: 'short-term'; readonly head: RequestHead };

export class ApiKeys {
  readonly #macKey: Buffer;

  constructor(serverKey: Buffer) {
    this.#macKey = derivedKey(serverKey, 'varve bedrock api key');
  }

  /** The same key for the same arguments, always. */
  issue({ accountId, name, expiresAtMs }: LongTermKey): string {
    const said = `BedrockAPIKey-${name}-at-${accountId}:${expiresAtMs === undefined ? 0 : Math.floor(expiresAtMs / 1000)}`;
    return LONG_TERM_PREFIX + Buffer.from(`${said}.${this.#mac(said)}`).toString('base64');
  }

  /** What a bearer token is, or undefined when it is no key of ours nor of the SDK's form. */
  parse(token: string): ParsedApiKey | undefined {
    if (token.length > KEY_CHARS_MAX) return undefined;
    if (token.startsWith(SHORT_TERM_PREFIX)) return parseShortTerm(token.slice(SHORT_TERM_PREFIX.length));
    return token.startsWith(LONG_TERM_PREFIX) ? this.#parseLongTerm(token.slice(LONG_TERM_PREFIX.length)) : undefined;
  }

  #parseLongTerm(encoded: string): ParsedApiKey | undefined {
    const text = Buffer.from(encoded, 'base64').toString('latin1');
    const match = /^(BedrockAPIKey-([a-z0-9]{1,32})-at-(\d{12}):(\d{1,11}))\.([\w-]{43})$/.exec(text);
    if (!match) return undefined;
    const [, said = '', name = '', accountId = '', expires = '', mac = ''] = match;
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(this.#mac(said)))) return undefined;
    const expiresAtMs = expires === '0' ? undefined : Number(expires) * 1000;
    return { kind: 'long-term', key: { accountId, name, expiresAtMs } };
  }

  #mac(said: string): string {
    return createHmac('sha256', this.#macKey).update(said).digest('base64url');
  }
}

function parseShortTerm(encoded: string): ParsedApiKey | undefined {
  const url = Buffer.from(encoded, 'base64').toString('latin1');
  // The generators append Version=1 after they have signed: it is no part of the signed query.
  const match = /^(bedrock\.amazonaws\.com)(\/\?(?:.*&)?Action=CallWithBearerToken(?:&.*)?)&Version=1$/.exec(url);
  if (!match) return undefined;
  const [, host = '', target = ''] = match;
  return { kind: 'short-term', head: { method: 'POST', target, headers: { host } } };
}
