/**
 * Temporary credentials as sealed tokens: nothing is stored, the token carries all that is needed to know its
 * bearer, and only this server's key can open or make one.
 *
 *   token   base64 of: 0x01 | nonce (12 bytes) | ciphertext | GCM tag (16 bytes)
 *           AES-256-GCM; the additional data is the access key id, so that a token serves its own key only
 *   text    JSON of {@link Session}
 *   secret  the first 40 characters of base64(HMAC-SHA-256(secretKey, accessKeyId "\n" token))
 * Both keys are derived from the server key by HKDF-SHA-256.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { IdSource } from '#base';
import type { SessionCredentials } from './types.ts';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Tokens longer than this are not ours; ours have about 400 characters. */
const TOKEN_CHARS_MAX = 8_192;

/** Whose session it is. */
export interface Session {
  readonly accountId: string;
  readonly roleId: string;
  readonly sessionName: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

export class SessionTokens {
  readonly #sealKey: Buffer;
  readonly #secretKey: Buffer;

  /** @param serverKey at least 32 random bytes, the same as long as tokens shall be good */
  constructor(serverKey: Buffer) {
    this.#sealKey = derivedKey(serverKey, 'varve session token seal');
    this.#secretKey = derivedKey(serverKey, 'varve session token secret');
  }

  issue(session: Session, ids: IdSource): SessionCredentials {
    const accessKeyId = `ASIA${ids.base32(16)}`;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonce).setAAD(Buffer.from(accessKeyId));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(session), 'utf8'), cipher.final()]);
    const sessionToken = Buffer.concat([Buffer.of(VERSION), nonce, sealed, cipher.getAuthTag()]).toString('base64');
    return {
      accessKeyId,
      secretAccessKey: this.secretOf(accessKeyId, sessionToken),
      sessionToken,
      expiresAtMs: session.expiresAtMs,
    };
  }

  /** The session of a token, or undefined when this server did not make it for this access key. Expiry is not judged. */
  open(accessKeyId: string, sessionToken: string): Session | undefined {
    if (sessionToken.length > TOKEN_CHARS_MAX) return undefined;
    const bytes = Buffer.from(sessionToken, 'base64');
    // Base64 has many spellings of the same bytes; the secret hangs on the text, so only ours counts.
    if (bytes.length <= 1 + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) return undefined;
    if (bytes.toString('base64') !== sessionToken) return undefined;
    const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#sealKey, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(accessKeyId))
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      const text =
        decipher.update(bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      // Only this server could seal it, so what is inside has our form.
      const session: Session = JSON.parse(text);
      return session;
    } catch {
      return undefined;
    }
  }

  secretOf(accessKeyId: string, sessionToken: string): string {
    return createHmac('sha256', this.#secretKey)
      .update(`${accessKeyId}\n${sessionToken}`)
      .digest('base64')
      .slice(0, 40);
  }
}

export function derivedKey(serverKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', serverKey, Buffer.alloc(0), purpose, 32));
}
