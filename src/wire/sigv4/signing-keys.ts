import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

/** Keys kept at most; one is about 300 bytes. A key serves one access key, day, region and service. */
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

/** Derives SigV4's signing key: four HMACs, about 10 µs, hence {@link SigningKeys}. */
export function deriveSigningKey(secret: string, scope: Scope): KeyObject {
  const date = hmac(`AWS4${secret}`, scope.date);
  const region = hmac(date, scope.region);
  const service = hmac(region, scope.service);
  return createSecretKey(hmac(service, 'aws4_request'));
}

/** A bounded cache of signing keys, least recently used out first. */
export class SigningKeys {
  readonly #keys = new Map<string, { secret: string; key: KeyObject }>();
  readonly #keysMax: number;

  constructor(keysMax = KEYS_MAX) {
    this.#keysMax = keysMax;
  }

  get size(): number {
    return this.#keys.size;
  }

  get(accessKeyId: string, secret: string, scope: Scope): KeyObject {
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

export function hmacHex(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
