import type { Derived } from '../attributes.ts';
import type { RowBinaryWriter } from '../row-binary.ts';

/** A column: how it is defined, and how a row's value for it is written as RowBinary. */
export interface Column<Row> {
  readonly name: string;
  /** ClickHouse type with codec and settings, as in CREATE TABLE. */
  readonly definition: string;
  readonly write: (writer: RowBinaryWriter, row: Row) => void;
}

/** A table that batches of rows are inserted into. */
export interface InsertTable<Row> {
  /** With its database. */
  readonly name: string;
  readonly columns: readonly Column<Row>[];
  readonly key: (row: Row) => { readonly node: string; readonly sequence: number; readonly index: number };
  /** The partitioning time, milliseconds. */
  readonly timestampMs: (row: Row) => number;
  /** The derived columns; see attributes.ts. The inserter can leave them empty for a row. Absent: the table has none. */
  readonly derived?: (row: Row) => Derived;
  /** Whether the table has the columns `others`, `completion` and `verbatim`, too. */
  readonly hasOthers?: boolean;
  readonly hasCompletion?: boolean;
  readonly hasVerbatim?: boolean;
}

export const ATTRIBUTES_NAME = 'attrs';
export const OTHERS_NAME = 'others';
export const COMPLETION_NAME = 'completion';
export const VERBATIM_NAME = 'verbatim';
/** Of rows that were there before the column was: nobody knows what they have. */
export const OTHERS_TYPE = "Array(LowCardinality(String)) DEFAULT ['*'] CODEC(ZSTD(1))";
/** As `others`. */
export const VERBATIM_TYPE = 'UInt8 DEFAULT 0 CODEC(ZSTD(1))';
export const ATTRIBUTES_TYPE = 'JSON(max_dynamic_paths=128)';
/** A path is read four times as fast as with ZSTD(1), which saves a hundredth of a log group's room. */
export const ATTRIBUTES_CODEC = 'CODEC(LZ4)';

/** DateTime64(3) holds 1900 to 2299; what is beyond becomes the nearest. Milliseconds. */
const TIME_MIN_MS = Date.UTC(1900, 0, 1);
const TIME_MAX_MS = Date.UTC(2299, 11, 31);

export function storableTimeMs(timeMs: number): number {
  return Math.min(Math.max(Math.trunc(timeMs) || 0, TIME_MIN_MS), TIME_MAX_MS);
}

export const LOW_CARDINALITY = 'LowCardinality(String)';
export const SHORT_TEXT = 'String CODEC(ZSTD(1))';
/**
 * Long texts compress best in blocks of 1 MB; only these columns get such buffers, which are memory at every insert. They have
 * the engine's default codec: LZ4, which takes a fifth of the recorder's cost off ZSTD(3); the embedded engine compresses large
 * parts with ZSTD(3) all the same (engine-arguments.ts).
 */
export const LONG_TEXT =
  'String CODEC(Default) SETTINGS (min_compress_block_size = 1048576, max_compress_block_size = 1048576)';
export const COUNT = 'UInt32 CODEC(T64, ZSTD(1))';
export const TIME = "DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))";
export const SEQUENCE = 'UInt64 CODEC(Delta(8), ZSTD(1))';
