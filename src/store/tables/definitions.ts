/**
 * Table definitions: one text for the embedded engine and a single server, one for a replicated cluster. What reads and
 * writes the tables is the same for both.
 */
import { OperationalError } from '#base';
import { AUDIT_EVENT_DAYS, AUDIT_EVENT_INDEXES, AUDIT_EVENT_ORDER, AUDIT_EVENTS } from './audit-events.ts';
import {
  ATTRIBUTES_CODEC,
  ATTRIBUTES_NAME,
  ATTRIBUTES_TYPE,
  type InsertTable,
  OTHERS_NAME,
  OTHERS_TYPE,
  VERBATIM_NAME,
  VERBATIM_TYPE,
} from './column.ts';
import { LOG_WORD_COLUMNS, LOG_WORDS } from './log-words.ts';
import { INVOCATION_INDEXES, INVOCATION_LESS, INVOCATION_ORDER, INVOCATIONS } from './invocations.ts';
import { LOG_EVENT_CASE, LOG_EVENT_COMPLETION, LOG_EVENT_INDEXES, LOG_EVENT_ORDER, LOG_EVENTS } from './log-events.ts';

export interface SchemaVariant {
  /** ReplicatedMergeTree instead of MergeTree: needs a keeper and the macros {shard} and {replica} on the servers. */
  readonly replicated: boolean;
  /** Definitions run ON CLUSTER of this name. */
  readonly cluster?: string;
}

/**
 * What makes an acknowledged insert survive a power cut (store-measurements, Durability recipe): all three fsync settings
 * are needed; old parts are kept for eight minutes because the indexes of merged parts are not synced.
 */
const DURABLE = {
  fsync_after_insert: 1,
  fsync_part_directory: 1,
  min_rows_to_fsync_after_merge: 1,
  old_parts_lifetime: 480,
  max_suspicious_broken_parts: 100_000,
};
/**
 * Parts that hold less, uncompressed, are one file of data instead of several files a column, each synced at every merge: bytes.
 * (The default, 10 MB, is three thousand records.)
 */
const WIDE_PART_BYTES_MIN = 100 * 1024 * 1024;
/** The last room on the disk is the journal's. */
const SPARING = { min_free_disk_bytes_to_perform_insert: 1_000_000_000 };
const INSERTED = { ...SPARING, min_bytes_for_wide_part: WIDE_PART_BYTES_MIN };

export function createDatabase(variant: SchemaVariant): string {
  return `CREATE DATABASE IF NOT EXISTS varve${onCluster(variant)}`;
}

export function createVersions(variant: SchemaVariant): string {
  const columns = ['version UInt32', "applied DateTime64(3, 'UTC')"];
  return createTable(variant, 'varve.schema_version', columns, 'ORDER BY version', DURABLE);
}

export function createInvocations(variant: SchemaVariant): string {
  const body = [...columnTexts(INVOCATIONS), ...INVOCATION_INDEXES];
  return createTable(variant, INVOCATIONS.name, body, partitioned(INVOCATION_ORDER), insertSettings(variant));
}

export function createLogEvents(variant: SchemaVariant): string {
  const body = [...columnTexts(LOG_EVENTS), ...LOG_EVENT_INDEXES];
  return createTable(variant, LOG_EVENTS.name, body, partitioned(LOG_EVENT_ORDER), insertSettings(variant));
}

/** Version 2: what events have besides `attrs`. */
export function addLogEventOthers(variant: SchemaVariant): string {
  return `ALTER TABLE ${LOG_EVENTS.name}${onCluster(variant)} ADD COLUMN IF NOT EXISTS ${OTHERS_NAME} ${OTHERS_TYPE}`;
}

/** Version 3: the event history. */
export function createAuditEvents(variant: SchemaVariant): string {
  const layout = `${partitioned(AUDIT_EVENT_ORDER)} TTL toDateTime(ts) + INTERVAL ${AUDIT_EVENT_DAYS} DAY`;
  const settings = { ...insertSettings(variant), ttl_only_drop_parts: 1 };
  return createTable(
    variant,
    AUDIT_EVENTS.name,
    [...columnTexts(AUDIT_EVENTS), ...AUDIT_EVENT_INDEXES],
    layout,
    settings,
  );
}

/** Version 4: what models wrote, stitched together. */
export function addLogEventCompletions(variant: SchemaVariant): string[] {
  return LOG_EVENT_COMPLETION.map((change) => `ALTER TABLE ${LOG_EVENTS.name}${onCluster(variant)} ${change}`);
}

/** Version 5: whether the words of texts stand in messages as they are. */
export function addLogEventVerbatim(variant: SchemaVariant): string {
  return `ALTER TABLE ${LOG_EVENTS.name}${onCluster(variant)} ADD COLUMN IF NOT EXISTS ${VERBATIM_NAME} ${VERBATIM_TYPE}`;
}

/** Version 6: words in their case, and the list of them; what is read and merged faster; small parts in few files. */
export function readAndMergeFaster(variant: SchemaVariant): string[] {
  const alter = (table: string, changes: readonly string[]): string =>
    `ALTER TABLE ${table}${onCluster(variant)} ${changes.join(', ')}`;
  return [
    createTable(variant, LOG_WORDS, LOG_WORD_COLUMNS, 'PARTITION BY day ORDER BY (kind, part)', {
      ...DURABLE,
      ...SPARING,
    }),
    ...LOG_EVENT_CASE.map((changes) => alter(LOG_EVENTS.name, changes)),
    alter(INVOCATIONS.name, INVOCATION_LESS),
    ...[INVOCATIONS, LOG_EVENTS, AUDIT_EVENTS].map(({ name }) =>
      alter(name, [`MODIFY SETTING min_bytes_for_wide_part = ${WIDE_PART_BYTES_MIN}`]),
    ),
  ];
}

/** What may never be read again; see log-event-deletions.ts. */
export function createLogDeletions(variant: SchemaVariant): string {
  const columns = [
    'generation String',
    'stream String',
    "events_before DateTime64(3, 'UTC')",
    "ingested_before DateTime64(3, 'UTC')",
    "deleted DateTime64(3, 'UTC')",
  ];
  return createTable(variant, 'varve.log_deletions', columns, 'ORDER BY (generation, stream)', DURABLE);
}

/** Takes attributes and keeps nothing: tells whether the engine would refuse them. */
export function createAttributesProbe(variant: SchemaVariant): string {
  return `CREATE TABLE IF NOT EXISTS varve.attributes_probe${onCluster(variant)} (${ATTRIBUTES_NAME} ${ATTRIBUTES_TYPE}) ENGINE = Null`;
}

function columnTexts<Row>({ columns, derived }: InsertTable<Row>): string[] {
  const texts = columns.map((column) => `${column.name} ${column.definition}`);
  return derived ? [...texts, `${ATTRIBUTES_NAME} ${ATTRIBUTES_TYPE} ${ATTRIBUTES_CODEC}`] : texts;
}

function partitioned(order: string): string {
  return `PARTITION BY toDate(ts) ORDER BY ${order}`;
}

/** Retries of an insert are recognised by their token: replicated tables know that by themselves. */
function insertSettings(variant: SchemaVariant): Record<string, number> {
  const window = variant.replicated ? {} : { non_replicated_deduplication_window: 10_000 };
  return { ...DURABLE, ...INSERTED, ...window };
}

function createTable(
  variant: SchemaVariant,
  name: string,
  body: readonly string[],
  layout: string,
  settings: Record<string, number>,
): string {
  const engine = variant.replicated ? 'ReplicatedMergeTree' : 'MergeTree';
  const settingTexts = Object.entries(settings).map(([setting, value]) => `${setting} = ${value}`);
  return [
    `CREATE TABLE IF NOT EXISTS ${name}${onCluster(variant)} (`,
    body.map((line) => `  ${line}`).join(',\n'),
    `) ENGINE = ${engine} ${layout}`,
    `SETTINGS ${settingTexts.join(', ')}`,
  ].join('\n');
}

function onCluster({ cluster }: SchemaVariant): string {
  if (cluster === undefined) return '';
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(cluster)) {
    const message = `"${cluster.slice(0, 64)}" is no name of a ClickHouse cluster`;
    throw new OperationalError('store-config', message, 'Use letters, digits, _ and - only.');
  }
  return ` ON CLUSTER \`${cluster}\``;
}
