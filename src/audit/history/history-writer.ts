/**
 * Puts audit events into the store, many at a time: an insert costs the engine some 25 ms however few rows it has, which twice a
 * second would be more than all else that auditing costs. So the rows that the store's reader hands over wait here for others.
 *
 * The reader moves on meanwhile. What waits is safe all the same: the journal is held from the first entry whose row is not in
 * the store, and {@link HistoryWriter.start} makes rows again of what an earlier run has left.
 */
import { sleep } from '#base';
import type { Journal, JournalEntry, Sequence } from '#journal';
import type { State } from '#state';
import type { AuditEventRow, InsertBatch } from '#store';

/** The name that the journal is held under. */
export const HISTORY_READER = 'event-history';

/** How long a row waits for others, unless a read asks for it. Milliseconds. */
const WAIT_MS = 5_000;
/** With so many rows, or bytes of them, an insert begins at once. */
const ROWS_MAX = 20_000;
const BYTES_MAX = 16 * 1024 * 1024;
/** Past so many times these bounds whoever brings more must wait. */
const HELD_FACTOR = 2;
const REPLAY_READ_BYTES = 8 * 1024 * 1024;
const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 5_000;

const MIGRATIONS = ['CREATE TABLE audit_history (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL) STRICT'] as const;

export interface HistoryWriterOptions<Rows extends HeldRows> {
  readonly journal: Pick<Journal, 'nodeId' | 'head' | 'read' | 'holdFrom'>;
  readonly state: State;
  /** Where rows wait. */
  readonly hold: () => Rows;
  /** Inserts what was held, and keeps it until it is released. */
  readonly insert: (batch: HistoryBatch<Rows>) => Promise<void>;
  /** Kinds of entries that audit events are in, and the rows of one; throws when the entry cannot be read. */
  readonly kinds: readonly number[];
  readonly rowsOf: (entry: JournalEntry) => readonly AuditEventRow[];
  readonly waitMs?: number;
}

/** Rows that wait, outside of the heap. */
export interface HeldRows {
  readonly length: number;
  readonly sizeBytes: number;
  add(row: AuditEventRow): void;
  release(): void;
}

export type HistoryBatch<Rows> = Omit<InsertBatch<AuditEventRow>, 'rows'> & { readonly rows: Rows };

interface Held<Rows> {
  readonly rows: Rows;
  /** All rows of entries up to and with this one are here, or in the store already. */
  through: Sequence;
  /** Rows of these may be in the store: an earlier run may have put them there. */
  maybeTried: boolean;
}

export class HistoryWriter<Rows extends HeldRows = HeldRows> {
  readonly #options: HistoryWriterOptions<Rows>;
  readonly #waitMs: number;
  readonly #isNew: boolean;
  readonly #closing = new AbortController();
  /** Everything up to here is in the store. */
  #stored: Sequence = 0;
  #held: Held<Rows>;
  #due: NodeJS.Timeout | undefined;
  #inserting: Promise<void> | undefined;
  #replayed: Promise<void> = Promise.resolve();

  private constructor(options: HistoryWriterOptions<Rows>, stored: Sequence | undefined) {
    this.#options = options;
    this.#waitMs = options.waitMs ?? WAIT_MS;
    this.#isNew = stored === undefined;
    this.#stored = stored ?? 0;
    this.#held = this.#emptyAfter(this.#stored);
  }

  static async open<Rows extends HeldRows>(options: HistoryWriterOptions<Rows>): Promise<HistoryWriter<Rows>> {
    await options.state.migrate('audit-history', MIGRATIONS);
    const [row] = await options.state.all('SELECT sequence FROM audit_history WHERE id = 1');
    return new HistoryWriter(options, row && Number(row['sequence']));
  }

  /**
   * Takes up what an earlier run took from the reader and did not insert; what the reader brings waits until that is done.
   * @param readerCursor how far the store's reader has come; a history that is new begins there
   */
  async start(readerCursor: Sequence): Promise<void> {
    if (this.#isNew) {
      await this.#keep(readerCursor);
      this.#stored = readerCursor;
      this.#held = this.#emptyAfter(readerCursor);
    }
    this.#options.journal.holdFrom(HISTORY_READER, this.#stored);
    this.#replayed = this.#replay(readerCursor).catch(() => undefined);
  }

  /** Takes a batch of the store's reader; resolves when it may go on, which is not when the rows are stored. */
  async take({ rows, lastSequence, retry }: InsertBatch<AuditEventRow>): Promise<void> {
    await this.#replayed;
    while (this.#isOver(HELD_FACTOR)) await this.#insertHeld();
    this.#add(rows, lastSequence, retry);
  }

  /** Inserts all that waits; resolves false when that fails or takes longer than `timeoutMs`. */
  async flush(timeoutMs: number): Promise<boolean> {
    const bound = new AbortController();
    const late = sleep(timeoutMs, AbortSignal.any([bound.signal, this.#closing.signal])).then(() => false);
    const done = (async () => {
      await this.#replayed;
      const wanted = this.#held.through;
      while (this.#stored < wanted && !bound.signal.aborted && !this.#closing.signal.aborted) await this.#insertHeld();
      return this.#stored >= wanted;
    })();
    const stored = await Promise.race([done, late]);
    bound.abort();
    return stored;
  }

  /** Ends, after the insert under way or `boundMs`; what waits is taken up by the next start. */
  async close(boundMs: number): Promise<void> {
    clearTimeout(this.#due);
    this.#closing.abort();
    const bound = new AbortController();
    const ended = this.#inserting?.finally(() => bound.abort());
    await Promise.race([ended, sleep(boundMs, bound.signal)]);
  }

  #add(rows: readonly AuditEventRow[], through: Sequence, maybeTried: boolean): void {
    const held = this.#held;
    // A batch that the reader tries again is here already.
    if (through <= held.through) return;
    for (const row of rows) {
      if (row.key.sequence <= held.through) continue;
      held.rows.add(row);
    }
    held.through = through;
    held.maybeTried ||= maybeTried;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closing.signal.aborted || this.#inserting) return;
    if (this.#isOver(1)) {
      void this.#insertHeld();
      return;
    }
    this.#due ??= setTimeout(() => void this.#insertHeld(), this.#waitMs).unref();
  }

  #isOver(factor: number): boolean {
    return this.#held.rows.length >= factor * ROWS_MAX || this.#held.rows.sizeBytes >= factor * BYTES_MAX;
  }

  /** One insert at a time; resolves when the one under way has ended, or none can be made. Never rejects. */
  async #insertHeld(): Promise<void> {
    this.#inserting ??= this.#insert().finally(() => {
      this.#inserting = undefined;
      if (this.#held.rows.length > 0) this.#schedule();
    });
    await this.#inserting;
  }

  async #insert(): Promise<void> {
    clearTimeout(this.#due);
    this.#due = undefined;
    const held = this.#held;
    this.#held = this.#emptyAfter(held.through);
    const { journal, insert } = this.#options;
    const range = {
      node: journal.nodeId,
      firstSequence: this.#stored + 1,
      lastSequence: held.through,
      rows: held.rows,
    };
    let retry = held.maybeTried;
    for (let pauseMs = RETRY_FIRST_MS; ; pauseMs = Math.min(2 * pauseMs, RETRY_MAX_MS)) {
      // The journal keeps them: the next start takes them up.
      if (this.#closing.signal.aborted) return;
      try {
        if (held.rows.length > 0) await insert({ ...range, retry });
        break;
      } catch {
        // Why the store fails, it tells itself.
        retry = true;
        await sleep(pauseMs, this.#closing.signal);
      }
    }
    held.rows.release();
    this.#stored = held.through;
    // What cannot be kept only makes the next start look at more.
    await this.#keep(held.through).catch(() => undefined);
    journal.holdFrom(HISTORY_READER, held.through);
  }

  #emptyAfter(through: Sequence): Held<Rows> {
    return { rows: this.#options.hold(), through, maybeTried: false };
  }

  async #keep(sequence: Sequence): Promise<void> {
    const sql = 'INSERT OR REPLACE INTO audit_history (id, sequence) VALUES (1, ?)';
    await this.#options.state.transaction([{ sql, parameters: [sequence] }]);
  }

  async #replay(upTo: Sequence): Promise<void> {
    const { journal, kinds, rowsOf } = this.#options;
    let after = this.#held.through;
    while (after < upTo && !this.#closing.signal.aborted) {
      const read = await journal.read({ after, maxBytes: REPLAY_READ_BYTES, kinds, waitMs: 0 });
      if (read.nextAfter === after) return;
      const rows = read.entries.flatMap((entry) => (entry.sequence <= upTo ? readable(entry, rowsOf) : []));
      after = Math.min(read.nextAfter, upTo);
      while (this.#isOver(HELD_FACTOR) && !this.#closing.signal.aborted) await this.#insertHeld();
      this.#add(rows, after, true);
    }
  }
}

/** The reader has told of what cannot be read. */
function readable(
  entry: JournalEntry,
  rowsOf: (entry: JournalEntry) => readonly AuditEventRow[],
): readonly AuditEventRow[] {
  try {
    return rowsOf(entry);
  } catch {
    return [];
  }
}
