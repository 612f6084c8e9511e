/**
 * Inserts of journal ranges: in effect once, whatever happened before.
 *
 * - A batch goes in under the token `node:first-last`; the engine drops a second insert under the same token.
 * - The engine forgets tokens in a power cut, and a crash in the middle of an insert can leave a part of a batch. So a
 *   batch that may have been tried before is counted first: all there → done; nothing there → inserted; a part there →
 *   that range is deleted and the batch inserted under a new token.
 * - When the engine refuses the data, the refusing rows are found by halving, and stored without their attributes.
 */
import { bug, type Clock, type IdSource, OperationalError, sleep } from '#base';
import type { StoreClient } from './client.ts';
import { encodeAttributes, encodeRows, insertColumns } from './encode.ts';
import { isDataError } from './errors.ts';
import { HeldRows } from './held-rows.ts';
import type { StoreEvents } from './events.ts';
import type { InsertTable } from './tables/column.ts';
import type { HeldBatch, InsertBatch } from './types.ts';

/** An earlier try that still runs in the engine is waited for so long, milliseconds. */
const EARLIER_TRY_WAIT_MS = 60_000;
const EARLIER_TRY_POLL_MS = 100;

type Batch<Row> = InsertBatch<Row> | HeldBatch<Row>;
type Found = 'all' | 'none' | 'part';

export class Inserter<Row> {
  readonly #client: StoreClient;
  readonly #table: InsertTable<Row>;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #onEvent: StoreEvents;
  readonly #statement: string;

  constructor(
    client: StoreClient,
    table: InsertTable<Row>,
    tools: { readonly clock: Clock; readonly ids: IdSource; readonly onEvent: StoreEvents },
  ) {
    this.#client = client;
    this.#table = table;
    this.#clock = tools.clock;
    this.#ids = tools.ids;
    this.#onEvent = tools.onEvent;
    this.#statement = `INSERT INTO ${table.name} (${insertColumns(table)}) FORMAT RowBinary`;
  }

  /** Resolves when the rows are durably in the table, each once. Rejects with the client's error; then `retry` it. */
  async insert(batch: Batch<Row>): Promise<void> {
    if (batch.rows.length === 0) return;
    this.#checkKeys(batch);
    const token = `${batch.node}:${batch.firstSequence}-${batch.lastSequence}`;
    if (!batch.retry) return this.#insertOrMend(batch, token);
    const found = await this.#find(batch, token);
    this.#onEvent({ name: 'store.retried', level: 'debug', table: this.#table.name, found });
    if (found === 'all') return;
    if (found === 'none') {
      await this.#insertOrMend(batch, token);
      // A token can be remembered whose rows are gone: then the insert was dropped without a word.
      if ((await this.#count(batch)) === 'all') return;
    }
    await this.#replace(batch, token);
  }

  #checkKeys(batch: Batch<Row>): void {
    if (batch.rows instanceof HeldRows) {
      if (!batch.rows.isWithin(batch)) bug(`held rows of ${this.#table.name} are outside their batch`);
      return;
    }
    for (const row of batch.rows) {
      const { node, sequence } = this.#table.key(row);
      if (node !== batch.node || sequence < batch.firstSequence || sequence > batch.lastSequence) {
        bug(`a row of ${this.#table.name} at ${node}:${sequence} is outside its batch`);
      }
    }
  }

  async #insertOrMend(batch: Batch<Row>, token: string): Promise<void> {
    try {
      await this.#send(batch.rows, token, new Set());
    } catch (error) {
      const rows = rowsAgain(batch);
      if (!isDataError(error) || !this.#table.derived || !rows) throw error;
      const refused = await this.#findRefused(rows);
      if (refused.size === 0) throw error;
      this.#onEvent({ name: 'store.attributes-dropped', level: 'warn', table: this.#table.name, rows: refused.size });
      const again = { ...batch, rows };
      if ((await this.#count(batch)) === 'none') await this.#send(rows, token, refused);
      else await this.#replace(again, token, refused);
    }
  }

  async #replace(batch: Batch<Row>, token: string, refused?: ReadonlySet<Row>): Promise<void> {
    await this.#client.command(`DELETE FROM ${this.#table.name} WHERE ${IN_RANGE}`, this.#range(batch));
    const without = refused ?? new Set<Row>();
    const newToken = `${token}:${this.#ids.hex(16)}`;
    try {
      await this.#send(batch.rows, newToken, without);
    } catch (error) {
      const rows = rowsAgain(batch);
      if (refused !== undefined || !this.#table.derived || !rows || !isDataError(error)) throw error;
      await this.#replace({ ...batch, rows }, token, await this.#findRefused(rows));
    }
  }

  async #send(rows: Batch<Row>['rows'], token: string, withoutAttributes: ReadonlySet<Row>): Promise<void> {
    const startedMs = this.#clock.monotonicMs();
    const isHeld = rows instanceof HeldRows;
    const writer = isHeld ? rows.writer : await encodeRows(this.#table, rows, withoutAttributes);
    await this.#client.insert(this.#statement, token, writer.pieces());
    const { sizeBytes } = writer;
    // Only after success: after a failure a write may still be under way.
    if (!isHeld) writer.release();
    this.#onEvent({
      name: 'store.inserted',
      level: 'debug',
      table: this.#table.name,
      rows: rows.length,
      bytes: sizeBytes,
      durationMs: this.#clock.monotonicMs() - startedMs,
    });
  }

  async #find(batch: Batch<Row>, token: string): Promise<Found> {
    const deadlineMs = this.#clock.monotonicMs() + EARLIER_TRY_WAIT_MS;
    while (await this.#isRunning(token)) {
      if (this.#clock.monotonicMs() > deadlineMs) {
        const message = `an earlier insert into ${this.#table.name} still runs`;
        throw new OperationalError('store-unavailable', message, 'It is tried again by itself.');
      }
      await sleep(EARLIER_TRY_POLL_MS);
    }
    return this.#count(batch);
  }

  /** Whether an earlier try of this batch still runs inside the engine: what it has written is not settled then. */
  async #isRunning(token: string): Promise<boolean> {
    const rows = await this.#client.rows<{ running: number }>(
      RUNNING_INSERTS,
      // The embedded store appends # and an id of its own, `#replace` a colon and a new token's digits.
      { tokenLength: token.length + 1, tokens: [token, `${token}#`, `${token}:`] },
    );
    return (rows[0]?.running ?? 0) > 0;
  }

  async #count(batch: Batch<Row>): Promise<Found> {
    const rows = await this.#client.rows<{ rows: number; keys: number }>(
      `SELECT count() AS rows, uniqExact(sequence, position) AS keys FROM ${this.#table.name} WHERE ${IN_RANGE}`,
      this.#range(batch),
    );
    const { rows: found = 0, keys = 0 } = rows[0] ?? {};
    if (found === 0) return 'none';
    return found === batch.rows.length && keys === found ? 'all' : 'part';
  }

  /** The batch's own times bound the range too, so that only its partitions are read. */
  #range(batch: Batch<Row>): Record<string, string | number> {
    const { fromMs, toMs } = this.#span(batch.rows);
    return { node: batch.node, first: batch.firstSequence, last: batch.lastSequence, from: fromMs, to: toMs };
  }

  #span(rows: Batch<Row>['rows']): { readonly fromMs: number; readonly toMs: number } {
    if (rows instanceof HeldRows) return rows.span;
    let fromMs = Infinity;
    let toMs = -Infinity;
    for (const row of rows) {
      const timestampMs = this.#table.timestampMs(row);
      if (timestampMs < fromMs) fromMs = timestampMs;
      if (timestampMs > toMs) toMs = timestampMs;
    }
    return { fromMs, toMs };
  }

  /** The rows whose attributes the engine refuses, found by halving. */
  async #findRefused(rows: readonly Row[]): Promise<Set<Row>> {
    const refused = new Set<Row>();
    const parts: (readonly Row[])[] = [rows];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      if (await this.#attributesTaken(part)) continue;
      const [only] = part;
      if (part.length === 1 && only !== undefined) refused.add(only);
      else parts.push(part.slice(0, part.length >> 1), part.slice(part.length >> 1));
    }
    return refused;
  }

  async #attributesTaken(rows: readonly Row[]): Promise<boolean> {
    const writer = await encodeAttributes(this.#table, rows);
    try {
      await this.#client.insert('INSERT INTO varve.attributes_probe (attrs) FORMAT RowBinary', '', writer.pieces());
      return true;
    } catch (error) {
      if (!isDataError(error)) throw error;
      return false;
    }
  }
}

/** The rows themselves, which only tell what of them the engine refuses. */
function rowsAgain<Row>(batch: Batch<Row>): readonly Row[] | undefined {
  return 'again' in batch ? batch.again?.() : batch.rows;
}

const RUNNING_INSERTS =
  "SELECT count() AS running FROM system.processes WHERE substring(Settings['log_comment'], 1, {tokenLength:UInt32}) IN {tokens:Array(String)} AND query_kind = 'Insert'";

const IN_RANGE =
  'node = {node:String} AND sequence BETWEEN {first:UInt64} AND {last:UInt64} AND ts BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})';
