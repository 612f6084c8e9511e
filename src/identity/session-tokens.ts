/**
 * Temporary credentials as sealed tokens: nothing is stored, the token carries all that is needed to know its
 * bearer, and only this server's key can open or make one.
 *
 *   token   base64 of: 0x02 | nonce (12 bytes) | ciphertext | GCM tag (16 bytes)
 *           AES-256-GCM; the additional data is the access key id, so that a token serves its own key only
 *   text    deflated JSON of {@link Session}, and as many zero bytes as the caller asked for
 *   secret  the first 40 characters of base64(HMAC-SHA-256(secretKey, accessKeyId "\n" token))
 * Both keys are derived from the server key by HKDF-SHA-256.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { IdSource } from '#base';
import { derivedKey } from './derived-key.ts';
import type { Tag } from './directory/entities.ts';
import type { CallerSession, SessionCredentials } from './types.ts';

const VERSION = 2;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Tokens longer than this are not ours. */
export const TOKEN_CHARS_MAX = 8_192;
/** What a sealed session may take unpacked: a token within the limit could otherwise unfold to megabytes. */
const SESSION_BYTES_MAX = 64 * 1024;
/**
 * What the packed session may take: AWS packs session policies and tags too and refuses what does not fit
 * (PackedPolicyTooLarge); tokens then fit into a header together with all else.
 */
export const PACKED_BYTES_MAX = 4_096;

/** Whose session it is. */
export interface Session {
  readonly accountId: string;
  readonly principal: SessionPrincipal;
  /** The role session's or the federated user's name; empty for GetSessionToken. */
  readonly name: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** The inline session policy's text. */
  readonly policy?: string | undefined;
  readonly policyArns?: readonly string[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly transitiveTagKeys?: readonly string[] | undefined;
  readonly sourceIdentity?: string | undefined;
  readonly webIdentity?: CallerSession['webIdentity'];
  readonly fromConsole?: true | undefined;
}

/** `user` and `root` are sessions of GetSessionToken, or with `federated` those of GetFederationToken. */
export type SessionPrincipal =
  | { readonly kind: 'role'; readonly roleId: string }
  | { readonly kind: 'user'; readonly userId: string; readonly federated: boolean }
  | { readonly kind: 'root'; readonly federated: boolean };

export class SessionTokens {
  readonly #sealKey: Buffer;
  readonly #secretKey: Buffer;

  /** @param serverKey at least 32 random bytes, the same as long as tokens shall be good */
  constructor(serverKey: Buffer) {
    this.#sealKey = derivedKey(serverKey, 'varve session token seal');
    this.#secretKey = derivedKey(serverKey, 'varve session token secret');
  }

  /** Bytes that a session takes in its token, of {@link PACKED_BYTES_MAX} it may take. */
  packedBytes(session: Session): number {
    return deflateRawSync(JSON.stringify(session)).length;
  }

  /** @param charsMin how long the token shall be at least */
  issue(session: Session, ids: IdSource, charsMin = 0): SessionCredentials {
    const accessKeyId = `ASIA${ids.base32(16)}`;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#sealKey, nonce).setAAD(Buffer.from(accessKeyId));
    const packed = deflateRawSync(JSON.stringify(session));
    const padding = Math.ceil((charsMin * 3) / 4) - packed.length - 1 - NONCE_BYTES - TAG_BYTES;
    const filled = Buffer.concat([packed, Buffer.alloc(Math.max(0, padding))]);
    const sealed = Buffer.concat([cipher.update(filled), cipher.final()]);
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
      const packed = Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
      // Only this server could seal it, so what is inside has our form.
      const session: Session = JSON.parse(
        inflateRawSync(packed, { maxOutputLength: SESSION_BYTES_MAX }).toString('utf8'),
      );
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
