import type { SqlRow, SqlStatement } from '#state';
import type { Trail, TrailStatus } from './types.ts';

/** A trail's settings and its tags are one document: they are read and written whole. */
export const MIGRATIONS = [
  `
CREATE TABLE trails_trail (
  id TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL,
  UNIQUE (account, region, name)) STRICT, WITHOUT ROWID;
CREATE TABLE trails_status (
  trail TEXT PRIMARY KEY REFERENCES trails_trail (id) ON DELETE CASCADE, document TEXT NOT NULL) STRICT, WITHOUT ROWID;
`,
];

type Document = Omit<Trail, 'tags'> & { readonly tags: readonly (readonly [string, string])[] };

export function trailOf(row: SqlRow): Trail {
  const { tags, ...trail } = JSON.parse(String(row['document'])) as Document;
  return { ...trail, tags: new Map(tags) };
}

export function statusOf(row: SqlRow): TrailStatus {
  return JSON.parse(String(row['document'])) as TrailStatus;
}

/** Makes the row, or replaces what it holds. */
export function putTrail(trail: Trail): SqlStatement {
  const document: Document = { ...trail, tags: [...trail.tags] };
  return {
    sql: `INSERT INTO trails_trail VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
    parameters: [trail.id, trail.accountId, trail.homeRegion, trail.name, JSON.stringify(document)],
  };
}

export function removeTrail(id: string): SqlStatement {
  return { sql: 'DELETE FROM trails_trail WHERE id = ?', parameters: [id] };
}

/** Of a trail that is gone meanwhile nothing is kept. */
export function putStatus(id: string, status: TrailStatus): SqlStatement {
  return {
    sql: `INSERT INTO trails_status SELECT id, ? FROM trails_trail WHERE id = ?
          ON CONFLICT (trail) DO UPDATE SET document = excluded.document`,
    parameters: [JSON.stringify(status), id],
  };
}
