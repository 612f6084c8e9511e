/** Table `varve.log_events`: one row a log event; ordered as it is read: by group generation, then time and journal position. */
import { deriveAttributes } from '../attributes.ts';
import type { LogEventRow } from '../types.ts';
import {
  COUNT,
  type Column,
  type InsertTable,
  LONG_TEXT,
  LOW_CARDINALITY,
  SEQUENCE,
  storableTimeMs,
  TIME,
} from './column.ts';

const COLUMNS: readonly Column<LogEventRow>[] = [
  { name: 'node', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.key.node) },
  { name: 'sequence', definition: SEQUENCE, write: (to, row) => to.uint64(row.key.sequence) },
  { name: 'position', definition: COUNT, write: (to, row) => to.uint32(row.key.index) },
  { name: 'ts', definition: TIME, write: (to, row) => to.int64(storableTimeMs(row.timestampMs)) },
  { name: 'ingestion', definition: TIME, write: (to, row) => to.int64(storableTimeMs(row.ingestionMs)) },
  { name: 'account', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.accountId) },
  { name: 'region', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.region) },
  { name: 'generation', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.groupGeneration) },
  { name: 'stream', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.streamName) },
  { name: 'message', definition: LONG_TEXT, write: (to, row) => to.string(row.message) },
];

export const LOG_EVENTS: InsertTable<LogEventRow> = {
  name: 'varve.log_events',
  columns: COLUMNS,
  key: (row) => row.key,
  timestampMs: (row) => storableTimeMs(row.timestampMs),
  derived: (row) => deriveAttributes(row.message),
  hasOthers: true,
};

export const LOG_EVENT_INDEXES = [
  'INDEX i_sequence sequence TYPE minmax GRANULARITY 1',
  'INDEX i_stream stream TYPE bloom_filter(0.01) GRANULARITY 1',
  'INDEX ft_message message TYPE text(tokenizer = splitByNonAlpha, preprocessor = lower(message))',
];
/** The order in which events are told apart and read. */
export const LOG_EVENT_ORDER = '(generation, ts, sequence, position, node)';
