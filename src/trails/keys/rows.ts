import type { SqlRow } from '#state';
import type { TrailPublicKey } from './types.ts';

/** One key of an account and Region is current; of the others only the public part is kept. */
export const KEY_MIGRATIONS = [
  `CREATE TABLE trails_key (
     fingerprint TEXT PRIMARY KEY,
     account TEXT NOT NULL,
     region TEXT NOT NULL,
     public_der BLOB NOT NULL,
     sealed TEXT,
     valid_from_ms INTEGER NOT NULL,
     valid_to_ms INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE UNIQUE INDEX trails_key_current ON trails_key (account, region) WHERE sealed IS NOT NULL;
   CREATE INDEX trails_key_validity ON trails_key (account, region, valid_from_ms, fingerprint)`,
] as const;

export function publicKeyOf(row: SqlRow): TrailPublicKey {
  return {
    fingerprint: String(row['fingerprint']),
    publicDer: Buffer.from(row['public_der'] as Uint8Array),
    validFromMs: Number(row['valid_from_ms']),
    validToMs: Number(row['valid_to_ms']),
  };
}
