import { createHmac, hash } from 'node:crypto';

/** Keys kept at most; one is about 500 bytes. A key serves one access key, day, region and service. */
const KEYS_MAX = 10_000;

/** What a signing key is derived for. */
export interface Scope {
  /** `YYYYMMDD`, UTC. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export function scopeText(scope: Scope): string {
  return `${scope.date}/${scope.region}/${scope.service}/aws4_request`;
}

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Longer texts get a buffer of their own; what is signed has some 150 bytes. */
const SCRATCH_BYTES = 4096;
const SCRATCH = Buffer.alloc(BLOCK_BYTES + SCRATCH_BYTES);

/**
 * A key for many HMACs with SHA-256, as two one-shot hashes (RFC 2104 §2): an Hmac object for each costs three times as much in a
 * busy server, and the collector more.
 */
export class SigningKey {
  readonly #inner = Buffer.alloc(BLOCK_BYTES, 0x36);
  /** Its key block, and room for the inner digest. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);

  /** @param key of at most 64 bytes: SigV4's have 32 */
  constructor(key: Buffer) {
    for (const [at, byte] of key.entries()) {
      this.#inner[at] = byte ^ 0x36;
      this.#outer[at] = byte ^ 0x5c;
    }
  }

  /** Lower-case hex. */
  sign(text: string): string {
    hash('sha256', this.#keyed(text), 'buffer').copy(this.#outer, BLOCK_BYTES);
    return hash('sha256', this.#outer, 'hex');
  }

  /** The text behind the inner key block; valid until the next. */
  #keyed(text: string): Buffer {
    // A UTF-16 unit has at most three bytes.
    if (text.length * 3 > SCRATCH_BYTES) return Buffer.concat([this.#inner, Buffer.from(text)]);
    this.#inner.copy(SCRATCH);
    return SCRATCH.subarray(0, BLOCK_BYTES + SCRATCH.write(text, BLOCK_BYTES));
  }
}

/** Derives SigV4's signing key: four HMACs, about 10 µs, hence {@link SigningKeys}. */
export function deriveSigningKey(secret: string, scope: Scope): SigningKey {
  const date = hmac(`AWS4${secret}`, scope.date);
  const region = hmac(date, scope.region);
  const service = hmac(region, scope.service);
  return new SigningKey(hmac(service, 'aws4_request'));
}

/** A bounded cache of signing keys, least recently used out first. */
export class SigningKeys {
  readonly #keys = new Map<string, { secret: string; key: SigningKey }>();
  readonly #keysMax: number;

  constructor(keysMax = KEYS_MAX) {
    this.#keysMax = keysMax;
  }

  get size(): number {
    return this.#keys.size;
  }

  get(accessKeyId: string, secret: string, scope: Scope): SigningKey {
    const name = `${accessKeyId}/${scope.date}/${scope.region}/${scope.service}`;
    const known = this.#keys.get(name);
    if (known) this.#keys.delete(name);
    // A key id whose secret was replaced must not be served by the old secret's key.
    const entry = known?.secret === secret ? known : { secret, key: deriveSigningKey(secret, scope) };
    this.#keys.set(name, entry);
    if (this.#keys.size > this.#keysMax) {
      const oldest = this.#keys.keys().next();
      if (!oldest.done) this.#keys.delete(oldest.value);
    }
    return entry.key;
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
