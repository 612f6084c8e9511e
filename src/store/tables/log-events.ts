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

/** Rows that were there before the column was: `#insights` knows it (event-source.ts), and says so instead of finding nothing. */
const COMPLETION_TEXT = "String DEFAULT '\\x01unknowncompletion' CODEC(ZSTD(3))";
const COMPLETION_INDEX =
  'ft_completion completion TYPE text(tokenizer = splitByNonAlpha, preprocessor = lower(completion))';

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
  derived: (row) => deriveAttributes(row.message, row.completion),
  hasOthers: true,
  hasCompletion: true,
  hasVerbatim: true,
};

export const LOG_EVENT_INDEXES = [
  'INDEX i_sequence sequence TYPE minmax GRANULARITY 1',
  'INDEX i_stream stream TYPE bloom_filter(0.01) GRANULARITY 1',
  'INDEX ft_message message TYPE text(tokenizer = splitByNonAlpha, preprocessor = lower(message))',
];

/** Version 4: completions. */
export const LOG_EVENT_COMPLETION = [
  `ADD COLUMN IF NOT EXISTS completion ${COMPLETION_TEXT} AFTER message`,
  `ADD INDEX IF NOT EXISTS ${COMPLETION_INDEX}`,
];
/** The order in which events are told apart and read. */
export const LOG_EVENT_ORDER = '(generation, ts, sequence, position, node)';
