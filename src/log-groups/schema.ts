/**
 * Tables of this room (see `State.migrate`: never edit a step that was released).
 *
 * log_streams.deleting: 1 while the events of a deleted stream are still to be removed from the store; its name can
 *   only be used again afterwards.
 * log_doomed: generations of deleted groups whose events are still to be removed.
 * log_deliveries: keys of batches that services delivered, so that each is appended once. `sequence` is NULL from before
 *   the append until after it; `after` is the journal's head at that time.
 * log_metric_filters.filter: JSON of `FilterJson` (metric-filters/registry.ts).
 * log_export_tasks: `task` is the JSON of `ExportTask`, `progress` that of `ExportProgress` (exports/types.ts).
 * log_secrets: the key that page tokens are signed with.
 */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE log_groups (
     generation TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
     created_ms INTEGER NOT NULL, retention_days INTEGER, class TEXT NOT NULL, protected INTEGER NOT NULL,
     tags TEXT NOT NULL, UNIQUE (account, region, name)) STRICT;
   CREATE TABLE log_streams (
     generation TEXT NOT NULL, name TEXT NOT NULL, created_ms INTEGER NOT NULL, deleting INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (generation, name)) STRICT, WITHOUT ROWID;
   CREATE TABLE log_doomed (generation TEXT PRIMARY KEY) STRICT;
   CREATE TABLE log_deliveries (
     number INTEGER PRIMARY KEY AUTOINCREMENT, generation TEXT NOT NULL, delivery_key TEXT NOT NULL,
     after INTEGER NOT NULL, sequence INTEGER, UNIQUE (generation, delivery_key)) STRICT;
   CREATE TABLE log_secrets (name TEXT PRIMARY KEY, secret BLOB NOT NULL) STRICT`,
  `CREATE TABLE log_resource_policies (
     account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
     PRIMARY KEY (account, region, name)) STRICT`,
  `ALTER TABLE log_groups ADD COLUMN kms_key TEXT`,
  `CREATE TABLE log_metric_filters (
     generation TEXT NOT NULL, name TEXT NOT NULL, filter TEXT NOT NULL,
     PRIMARY KEY (generation, name)) STRICT, WITHOUT ROWID`,
  `CREATE TABLE log_export_tasks (
     number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, task TEXT NOT NULL, progress TEXT NOT NULL) STRICT`,
];
