import type { SqlRow } from '#state';
import type { Bucket, BucketSettings } from './types.ts';

/**
 * `phase` makes creating and deleting, which change the object store too, safe against a crash in between: rows that
 * are not `live` when the server starts are brought to their end (registry.ts).
 */
export const MIGRATIONS = [
  `
CREATE TABLE buckets_bucket (
  name TEXT PRIMARY KEY, generation TEXT NOT NULL UNIQUE, account TEXT NOT NULL, region TEXT NOT NULL,
  created_ms INTEGER NOT NULL, phase TEXT NOT NULL, settings TEXT NOT NULL) STRICT, WITHOUT ROWID;
`,
];

export type Phase = 'creating' | 'live' | 'deleting';

export function bucketOf(row: SqlRow): Bucket {
  return bucketWith(
    {
      name: String(row['name']),
      generation: String(row['generation']),
      accountId: String(row['account']),
      region: String(row['region']),
      createdMs: Number(row['created_ms']),
    },
    JSON.parse(String(row['settings'])) as BucketSettings,
  );
}

export function bucketWith(
  { name, generation, accountId, region, createdMs }: Omit<Bucket, 'settings' | 'aclsEnabled'>,
  settings: BucketSettings,
): Bucket {
  const aclsEnabled = settings.ownership !== 'BucketOwnerEnforced';
  return { name, generation, accountId, region, createdMs, settings, aclsEnabled };
}
