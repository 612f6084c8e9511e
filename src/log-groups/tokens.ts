/**
 * Page tokens: opaque to callers, signed, and bound to what they page through, so that a token of another group, another
 * operation or another making is refused as AWS refuses it.
 *
 * Text: base64url(JSON payload) "." first 16 bytes of HMAC-SHA-256(key, binding NUL payload) in base64url.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { invalidToken } from './errors.ts';

const MAC_BYTES = 16;
/** Longer than any token that is given out. */
const TOKEN_LENGTH_MAX = 4096;

export class PageTokens {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The same payload and binding always give the same token. */
  write(binding: string, payload: unknown): string {
    const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
    return `${text}.${this.#mac(binding, text).toString('base64url')}`;
  }

  /** @throws {ApiError} InvalidParameterException unless `write` made the token for the same binding */
  read(binding: string, token: string): unknown {
    const [text, mac, ...rest] = token.length <= TOKEN_LENGTH_MAX ? token.split('.') : [];
    if (!text || !mac || rest.length > 0) throw invalidToken();
    const given = Buffer.from(mac, 'base64url');
    if (given.length !== MAC_BYTES || !timingSafeEqual(given, this.#mac(binding, text))) throw invalidToken();
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  }

  #mac(binding: string, text: string): Buffer {
    return createHmac('sha256', this.#key).update(`${binding}\0${text}`).digest().subarray(0, MAC_BYTES);
  }
}
