import { hkdfSync } from 'node:crypto';

/** A key of 32 bytes for one purpose, from the server key (HKDF-SHA-256). */
export function derivedKey(serverKey: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', serverKey, Buffer.alloc(0), purpose, 32));
}
