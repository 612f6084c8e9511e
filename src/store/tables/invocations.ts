/**
 * Table `varve.invocations`: one row a model call, found by request id. What is searched are log events: its texts have no text
 * index, and its record no attributes, which over the same words and fields again are a third of what the recorder costs in the
 * store.
 */
import type { InvocationRow } from '../types.ts';
import {
  COUNT,
  type Column,
  type InsertTable,
  LONG_TEXT,
  LOW_CARDINALITY,
  SEQUENCE,
  SHORT_TEXT,
  storableTimeMs,
  TIME,
} from './column.ts';

const COLUMNS: readonly Column<InvocationRow>[] = [
  { name: 'node', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.key.node) },
  { name: 'sequence', definition: SEQUENCE, write: (to, row) => to.uint64(row.key.sequence) },
  { name: 'position', definition: COUNT, write: (to, row) => to.uint32(row.key.index) },
  { name: 'ts', definition: TIME, write: (to, row) => to.int64(storableTimeMs(row.timestampMs)) },
  { name: 'account', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.accountId) },
  { name: 'region', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.region) },
  { name: 'request_id', definition: SHORT_TEXT, write: (to, row) => to.string(row.requestId) },
  { name: 'operation', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.operation) },
  { name: 'model_id', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.modelId) },
  { name: 'identity', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.identityArn) },
  { name: 'input_tokens', definition: COUNT, write: (to, row) => to.uint32(row.inputTokens) },
  { name: 'output_tokens', definition: COUNT, write: (to, row) => to.uint32(row.outputTokens) },
  { name: 'cache_read_tokens', definition: COUNT, write: (to, row) => to.uint32(row.cacheReadTokens) },
  { name: 'cache_write_tokens', definition: COUNT, write: (to, row) => to.uint32(row.cacheWriteTokens) },
  { name: 'latency_ms', definition: COUNT, write: (to, row) => to.uint32(row.latencyMs) },
  { name: 'ttft_ms', definition: COUNT, write: (to, row) => to.uint32(row.timeToFirstTokenMs) },
  { name: 'error_code', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.errorCode) },
  { name: 'error_message', definition: SHORT_TEXT, write: (to, row) => to.string(row.errorMessage) },
  { name: 'outcome', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.outcome) },
  { name: 'stop_reason', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.stopReason) },
  { name: 'upstream', definition: LOW_CARDINALITY, write: (to, row) => to.string(row.upstream) },
  { name: 'upstream_request_id', definition: SHORT_TEXT, write: (to, row) => to.string(row.upstreamRequestId) },
  { name: 'prompt', definition: LONG_TEXT, write: (to, row) => to.text(row.prompt) },
  { name: 'completion', definition: LONG_TEXT, write: (to, row) => to.text(row.completion) },
  { name: 'raw', definition: LONG_TEXT, write: (to, row) => to.bytes(row.raw) },
];

export const INVOCATIONS: InsertTable<InvocationRow> = {
  name: 'varve.invocations',
  columns: COLUMNS,
  key: (row) => row.key,
  timestampMs: (row) => storableTimeMs(row.timestampMs),
};

export const INVOCATION_INDEXES = [
  'INDEX i_request request_id TYPE bloom_filter(0.01) GRANULARITY 1',
  'INDEX i_sequence sequence TYPE minmax GRANULARITY 1',
];

/** Version 6: no text indexes, which nothing searches, nor attributes, which nothing reads; the codec of what is merged from now on. */
export const INVOCATION_LESS = [
  'DROP INDEX IF EXISTS ft_prompt',
  'DROP INDEX IF EXISTS ft_completion',
  'DROP COLUMN IF EXISTS attrs',
  ...['prompt', 'completion', 'raw'].map((name) => `MODIFY COLUMN ${name} ${LONG_TEXT}`),
];
export const INVOCATION_ORDER = '(account, toStartOfHour(ts), identity, ts)';
