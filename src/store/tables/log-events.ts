/** Table `varve.log_events`: one row a log event; ordered as it is read: by group generation, then time and journal position. */
import { deriveAttributes } from '../attributes.ts';
import type { LogEventRow } from '../types.ts';
import {
  ATTRIBUTES_CODEC,
  ATTRIBUTES_NAME,
  ATTRIBUTES_TYPE,
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
const COMPLETION_TEXT = "String DEFAULT '\\x01unknowncompletion' CODEC(Default)";
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

/** Has the list of the messages' words; see index-words.ts. */
export const MESSAGE_INDEX = 'words_message';

/**
 * Version 6. The indexes keep the case of words, so that they alone tell whether a text holds a part of a word. The engine takes
 * one index for a column; what has none yet it reads whole, until it has made one in the background. Messages, which every
 * search in raw text unpacks, and attributes are packed so that reading them takes half of the time or less; messages take nearly
 * twice the room. (bench/README.md) The changes of one statement each.
 */
export const LOG_EVENT_CASE = [
  [
    'DROP INDEX IF EXISTS ft_message',
    'DROP INDEX IF EXISTS ft_completion',
    'MODIFY COLUMN message String CODEC(LZ4)',
    `MODIFY COLUMN completion ${COMPLETION_TEXT}`,
    `MODIFY COLUMN ${ATTRIBUTES_NAME} ${ATTRIBUTES_TYPE} ${ATTRIBUTES_CODEC}`,
  ],
  [
    `ADD INDEX IF NOT EXISTS ${MESSAGE_INDEX} message TYPE text(tokenizer = splitByNonAlpha)`,
    'ADD INDEX IF NOT EXISTS words_completion completion TYPE text(tokenizer = splitByNonAlpha)',
    // Last: its list takes whatever follows a comma.
    'MODIFY COLUMN message RESET SETTING min_compress_block_size, max_compress_block_size',
  ],
  // Nobody waits for it: it takes a tenth of a second for a thousand events.
  [`MATERIALIZE INDEX ${MESSAGE_INDEX}`, 'MATERIALIZE INDEX words_completion SETTINGS mutations_sync = 0'],
];
/** The order in which events are told apart and read. */
export const LOG_EVENT_ORDER = '(generation, ts, sequence, position, node)';
