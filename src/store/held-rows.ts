import { bug } from '#base';
import type { Derived } from './attributes.ts';
import { encodeRow } from './encode.ts';
import { RowBinaryWriter } from './row-binary.ts';
import { OthersSeen } from './known-others.ts';
import type { InsertTable } from './tables/column.ts';
import { LOG_EVENTS } from './tables/log-events.ts';
import type { LogEventRow } from './types.ts';

/**
 * Rows that wait for others before they are inserted, encoded already: what lives on the heap for longer than a moment is
 * copied again and again by the collector, bytes are not.
 */
export class HeldRows<Row> {
  readonly #table: InsertTable<Row>;
  readonly #writer = new RowBinaryWriter();
  #count = 0;
  #node: string | undefined;
  #firstSequence = Number.POSITIVE_INFINITY;
  #lastSequence = Number.NEGATIVE_INFINITY;
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;

  constructor(table: InsertTable<Row>) {
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
    const { node, sequence } = this.#table.key(row);
    this.#node ??= node;
    if (node !== this.#node)
      bug(`rows of ${this.#table.name} of the nodes ${this.#node} and ${node} are held together`);
    const derived = encodeRow(this.#table, this.#writer, row, true);
    if (derived) this.derivedOf(row, derived);
    const timestampMs = this.#table.timestampMs(row);
    this.#firstSequence = Math.min(this.#firstSequence, sequence);
    this.#lastSequence = Math.max(this.#lastSequence, sequence);
    this.#fromMs = Math.min(this.#fromMs, timestampMs);
    this.#toMs = Math.max(this.#toMs, timestampMs);
    this.#count += 1;
  }

  /** Hears what was derived from a row. */
  protected derivedOf(_row: Row, _derived: Derived): void {}

  /** The times of the oldest and the newest, milliseconds. */
  get span(): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: this.#fromMs, toMs: this.#toMs };
  }

  /** Where in the journal they come from; of no rows nothing is outside. */
  isWithin(range: { readonly node: string; readonly firstSequence: number; readonly lastSequence: number }): boolean {
    if (this.#count === 0) return true;
    const { node, firstSequence, lastSequence } = range;
    return this.#node === node && this.#firstSequence >= firstSequence && this.#lastSequence <= lastSequence;
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

export class HeldLogEvents extends HeldRows<LogEventRow> {
  readonly seen = new OthersSeen();

  constructor() {
    super(LOG_EVENTS);
  }

  protected override derivedOf(row: LogEventRow, derived: Derived): void {
    this.seen.add(row, derived);
  }
}
