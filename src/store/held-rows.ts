import { bug } from '#base';
import { RowBinaryWriter } from './row-binary.ts';
import type { InsertTable } from './tables/column.ts';

/**
 * Rows that wait for others before they are inserted, encoded already: what lives on the heap for seconds is copied again and
 * again by the collector, bytes are not. Only for tables without derived columns.
 */
export class HeldRows<Row> {
  readonly #table: InsertTable<Row>;
  readonly #writer = new RowBinaryWriter();
  #count = 0;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  constructor(table: InsertTable<Row>) {
    if (table.derived) bug(`rows of ${table.name} cannot be held: they have derived columns`);
    this.#table = table;
  }

  get length(): number {
    return this.#count;
  }

  /** Encoded. */
  get sizeBytes(): number {
    return this.#writer.sizeBytes;
  }

  add(row: Row): void {
    for (const column of this.#table.columns) column.write(this.#writer, row);
    const timestampMs = this.#table.timestampMs(row);
    this.#fromMs = Math.min(this.#fromMs, timestampMs);
    this.#toMs = Math.max(this.#toMs, timestampMs);
    this.#count += 1;
  }

  /** The times of the oldest and the newest, milliseconds. */
  get span(): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: this.#fromMs, toMs: this.#toMs };
  }

  /** May be asked for again, for a retry; nothing may be added any more. */
  get writer(): RowBinaryWriter {
    return this.#writer;
  }

  /** Gives the memory back: only when they are inserted, as after a failure a socket may still hold it. */
  release(): void {
    this.#writer.release();
  }
}
