/** The schema's versions, applied in order, once; the highest one applied stands in `varve.schema_version`. */
import { OperationalError } from '#base';
import type { StoreClient } from './client.ts';
import {
  addLogEventCompletions,
  addLogEventOthers,
  addLogEventVerbatim,
  createAttributesProbe,
  createAuditEvents,
  createDatabase,
  createInvocations,
  createLogDeletions,
  createLogEvents,
  createVersions,
  readAndMergeFaster,
  type SchemaVariant,
} from './tables/definitions.ts';

/** Each version's statements may be run again after a crash in the middle. */
const MIGRATIONS: readonly ((variant: SchemaVariant) => readonly string[])[] = [
  (variant) => [
    createInvocations(variant),
    createLogEvents(variant),
    createLogDeletions(variant),
    createAttributesProbe(variant),
  ],
  (variant) => [addLogEventOthers(variant)],
  (variant) => [createAuditEvents(variant)],
  (variant) => addLogEventCompletions(variant),
  (variant) => [addLogEventVerbatim(variant)],
  (variant) => readAndMergeFaster(variant),
];

/**
 * Brings the schema up to this program's version.
 * @returns the version, and whether anything was changed (then the data directory is to be synced)
 * @throws {OperationalError} `store-schema-newer` when a later Varve has been here
 */
export async function migrate(
  client: StoreClient,
  variant: SchemaVariant,
  nowMs: number,
): Promise<{ version: number; changed: boolean }> {
  await client.command(createDatabase(variant));
  await client.command(createVersions(variant));
  const found = await appliedVersion(client);
  const newest = MIGRATIONS.length;
  if (found > newest) {
    const message = `the store's schema has version ${found}, this Varve knows up to ${newest}`;
    throw new OperationalError(
      'store-schema-newer',
      message,
      'Run the newer Varve again, or use another data directory.',
    );
  }
  for (let version = found + 1; version <= newest; version += 1) {
    for (const statement of MIGRATIONS[version - 1]?.(variant) ?? []) await client.command(statement);
    await client.command(
      'INSERT INTO varve.schema_version SELECT {version:UInt32}, fromUnixTimestamp64Milli({now:Int64})',
      { version, now: nowMs },
    );
  }
  return { version: newest, changed: found < newest };
}

async function appliedVersion(client: StoreClient): Promise<number> {
  const rows = await client.rows<{ version: number }>('SELECT max(version) AS version FROM varve.schema_version');
  return rows[0]?.version ?? 0;
}
