/** Hands entries on to the store as rows; the plan's range is the store's deduplication token. */
import { Slices } from '#base';
import type { JournalEntry } from '#journal';
import type { AuditEventRow, InsertBatch, InvocationRow, LogEventRow } from '#store';
import { messageOf } from './retry.ts';
import type { DeliveryReceipt, ReaderSink } from './types.ts';

/** The rows that an entry becomes; the composition root knows what entries mean. */
export interface StoreRows {
  readonly invocations?: readonly InvocationRow[];
  readonly logEvents?: readonly LogEventRow[];
  readonly auditEvents?: readonly AuditEventRow[];
}

export interface StoreSinkOptions<Rows extends HeldStoreRows = HeldStoreRows> {
  readonly store: StorePort<Rows>;
  readonly node: string;
  /** Throws when the entry cannot be read (a mistake of ours). */
  readonly rowsOf: (entry: JournalEntry) => StoreRows;
  /** Called when all entries up to `sequence` are in the store: reads that wait for their writes go on. */
  readonly onStored?: (sequence: number) => void;
}

/** Rows that wait for the rest of their batch, outside of the heap. */
export interface HeldStoreRows {
  readonly invocations: Held<InvocationRow>;
  readonly logEvents: Held<LogEventRow>;
}

interface Held<Row> {
  readonly length: number;
  add(row: Row): void;
  /** Gives their memory back, once they are inserted. */
  release(): void;
}

type RangeOf = Omit<InsertBatch<never>, 'rows'>;

/** @typeParam Rows what the store itself holds rows in */
export interface StorePort<Rows extends HeldStoreRows> {
  hold(): Rows;
  insertInvocations(
    batch: RangeOf & { rows: Rows['invocations']; again: () => readonly InvocationRow[] },
  ): Promise<void>;
  insertLogEvents(batch: RangeOf & { rows: Rows['logEvents']; again: () => readonly LogEventRow[] }): Promise<void>;
  insertAuditEvents(batch: InsertBatch<AuditEventRow>): Promise<void>;
}

/**
 * Batches of the store's reader. An insert has its price whatever it holds (some 30 ms of the engine's), so few are better; a read that
 * needs what waits hurries the reader.
 */
export const STORE_BATCH = { entriesMax: 10_000, bytesMax: 12 * 1024 * 1024, waitMs: 2_000 } as const;

export function storeSink<Rows extends HeldStoreRows>(options: StoreSinkOptions<Rows>): ReaderSink {
  const { store, node, rowsOf, onStored } = options;
  return {
    deliver: async (plan, entries, retry) => {
      const held = store.hold();
      const { auditEvents, unreadable } = await collect(entries, rowsOf, held);
      const range = { node, firstSequence: plan.firstAfter + 1, lastSequence: plan.last, retry };
      const { invocations, logEvents } = held;
      const invocationsAgain = () => again(entries, rowsOf, 'invocations');
      const logEventsAgain = () => again(entries, rowsOf, 'logEvents');
      await Promise.all([
        invocations.length > 0 && store.insertInvocations({ ...range, rows: invocations, again: invocationsAgain }),
        logEvents.length > 0 && store.insertLogEvents({ ...range, rows: logEvents, again: logEventsAgain }),
        auditEvents.length > 0 && store.insertAuditEvents({ ...range, rows: auditEvents }),
      ]);
      invocations.release();
      logEvents.release();
      onStored?.(plan.last);
      return { unreadable };
    },
  };
}

async function collect(
  entries: readonly JournalEntry[],
  rowsOf: (entry: JournalEntry) => StoreRows,
  { invocations, logEvents }: HeldStoreRows,
): Promise<DeliveryReceipt & { readonly auditEvents: readonly AuditEventRow[] }> {
  const slices = new Slices();
  const auditEvents: AuditEventRow[] = [];
  const unreadable: DeliveryReceipt['unreadable'][number][] = [];
  for (const entry of entries) {
    const rows = readable(entry, rowsOf);
    if (typeof rows === 'string') unreadable.push({ sequence: entry.sequence, reason: rows });
    else {
      for (const row of rows.invocations ?? []) invocations.add(row);
      for (const row of rows.logEvents ?? []) logEvents.add(row);
      for (const row of rows.auditEvents ?? []) auditEvents.push(row);
    }
    const turn = slices.over();
    if (turn) await turn;
  }
  return { auditEvents, unreadable };
}

function again<Table extends keyof StoreRows>(
  entries: readonly JournalEntry[],
  rowsOf: (entry: JournalEntry) => StoreRows,
  table: Table,
): NonNullable<StoreRows[Table]>[number][] {
  return entries.flatMap((entry) => {
    const rows = readable(entry, rowsOf);
    return typeof rows === 'string' ? [] : [...(rows[table] ?? [])];
  });
}

/** The rows, or why there are none. */
function readable(entry: JournalEntry, rowsOf: (entry: JournalEntry) => StoreRows): StoreRows | string {
  try {
    return rowsOf(entry);
  } catch (error) {
    return `the entry cannot be read: ${messageOf(error)}`;
  }
}
