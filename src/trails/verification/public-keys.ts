/** Public keys from files: what `aws cloudtrail list-public-keys` prints, PEM, DER, or DER in base64. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

/** By fingerprint, which is reckoned from the key itself. */
export type PublicKeys = ReadonlyMap<string, KeyObject>;

export class NoPublicKey extends Error {
  override readonly name = 'NoPublicKey';
}

/** @throws {NoPublicKey} in words, when the file holds none */
export function publicKeysOf(file: Buffer): Map<string, KeyObject> {
  const text = file.toString('utf8').trim();
  if (text.startsWith('{') || text.startsWith('[')) return indexed(keysOfJson(text));
  if (text.includes('-----BEGIN')) return indexed(pemBlocks(text).map((pem) => keyOf(() => createPublicKey(pem))));
  if (/^[A-Za-z0-9+/=\s]+$/.test(text)) return indexed([keyOfDer(Buffer.from(text, 'base64'))]);
  return indexed([keyOfDer(file)]);
}

/** The key as CloudTrail gives it: DER of PKCS#1, or of SubjectPublicKeyInfo. @throws {NoPublicKey} */
export function keyOfDer(der: Uint8Array): KeyObject {
  const bytes = Buffer.from(der);
  try {
    return createPublicKey({ key: bytes, format: 'der', type: 'pkcs1' });
  } catch {
    return keyOf(() => createPublicKey({ key: bytes, format: 'der', type: 'spki' }));
  }
}

/** MD5 of the PKCS#1 DER, in hex, as digests name keys. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('md5')
    .update(key.export({ type: 'pkcs1', format: 'der' }))
    .digest('hex');
}

function indexed(keys: readonly KeyObject[]): Map<string, KeyObject> {
  if (keys.length === 0) throw new NoPublicKey('it holds no public key');
  return new Map(keys.map((key) => [fingerprintOf(key), key]));
}

function keysOfJson(text: string): KeyObject[] {
  const values = valuesOf(parsed(text));
  return values.map((value) => keyOfDer(Buffer.from(value, 'base64')));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoPublicKey('it begins like JSON and is none');
  }
}

/** The `Value` of each key of `{"PublicKeyList":[…]}`, of a list, or of one key. */
function valuesOf(json: unknown): string[] {
  if (Array.isArray(json)) return json.flatMap(valuesOf);
  if (typeof json !== 'object' || json === null) return [];
  if ('PublicKeyList' in json) return valuesOf(json.PublicKeyList);
  return 'Value' in json && typeof json.Value === 'string' ? [json.Value] : [];
}

function pemBlocks(text: string): string[] {
  return text.match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----/g) ?? [];
}

function keyOf(read: () => KeyObject): KeyObject {
  try {
    const key = read();
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // Worded below.
  }
  throw new NoPublicKey('it holds no RSA public key in JSON of list-public-keys, PEM or DER');
}
