/**
 * Table `varve.audit_events`: one row an API call, for the event history. Lean on purpose, since every model call makes a row
 * here besides its invocation: what is filtered by has a column, all else stands in `record`.
 *
 * An event is told apart by its id. The same event gives the same time wherever it comes from, so that its twins stand side
 * by side in this order and reads drop them (`LIMIT 1 BY`); see audit-event-reads.ts.
 *
 * Rows go after {@link AUDIT_EVENT_DAYS} days, a whole part at a time: a day's last rows may outlive it by a day, reads do
 * not show them.
 */
import type { AuditEventRow } from '../types.ts';
import {
  COUNT,
  type Column,
  type InsertTable,
  LOW_CARDINALITY,
  SEQUENCE,
  SHORT_TEXT,
  storableTimeMs,
  TIME,
} from './column.ts';

/** How long events are kept. (CloudTrail User Guide, "Viewing event history": 90 days.) */
export const AUDIT_EVENT_DAYS = 90;

const COLUMNS: readonly Column<AuditEventRow>[] = [
  { name: 'node', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.key.node) },
  { name: 'sequence', definition: SEQUENCE, write: (to, row) => to.uint64(row.key.sequence) },
  { name: 'position', definition: COUNT, write: (to, row) => to.uint32(row.key.index) },
  { name: 'ts', definition: TIME, write: (to, row) => to.int64(storableTimeMs(row.timestampMs)) },
  { name: 'account', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.accountId) },
  { name: 'region', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.region) },
  { name: 'event_id', definition: SHORT_TEXT, write: (to, row) => to.string(row.eventId) },
  { name: 'event_source', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.eventSource) },
  { name: 'event_name', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.eventName) },
  { name: 'username', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.username) },
  { name: 'access_key_id', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.accessKeyId) },
  { name: 'identity_arn', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.identityArn) },
  { name: 'read_only', definition: 'Bool', write: (to, row) => to.bool(row.readOnly) },
  { name: 'category', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.category) },
  { name: 'error_code', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.errorCode) },
  { name: 'source_ip', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.sourceIp) },
  { name: 'request_id', definition: SHORT_TEXT, write: (to, row) => to.string(row.requestId) },
  {
    name: 'resource_types',
    definition: 'Array(LowCardinality(String))',
    write: (to, row) => to.strings(row.resources.map(({ type }) => type)),
  },
  {
    name: 'resource_names',
    definition: 'Array(String) CODEC(ZSTD(1))',
    write: (to, row) => to.strings(row.resources.map(({ name }) => name)),
  },
  // Of `shape` and `record` one is empty.
  {
    name: 'shape',
    definition: 'LowCardinality(String) CODEC(ZSTD(1))',
    write: (to, row) => to.string(row.shape ?? ''),
  },
  {
    name: 'record',
    definition: SHORT_TEXT,
    write: (to, row) => to.string(row.shape === undefined ? row.record : ''),
  },
];

export const AUDIT_EVENTS: InsertTable<AuditEventRow> = {
  name: 'varve.audit_events',
  columns: COLUMNS,
  key: (row) => row.key,
  timestampMs: (row) => storableTimeMs(row.timestampMs),
};

export const AUDIT_EVENT_INDEXES = [
  'INDEX i_event event_id TYPE bloom_filter(0.01) GRANULARITY 1',
  'INDEX i_request request_id TYPE bloom_filter(0.01) GRANULARITY 1',
];
export const AUDIT_EVENT_ORDER = '(account, ts, event_id)';
