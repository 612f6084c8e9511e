/** Hands entries on to the store as rows; the plan's range is the store's deduplication token. */
import { Slices } from '#base';
import type { JournalEntry } from '#journal';
import type { AuditEventRow, InsertBatch, InvocationRow, LogEventRow, Store } from '#store';
import { messageOf } from './retry.ts';
import type { BatchPlan, DeliveryReceipt, ReaderSink } from './types.ts';

/** The rows that an entry becomes; the composition root knows what entries mean. */
export interface StoreRows {
  readonly invocations?: readonly InvocationRow[];
  readonly logEvents?: readonly LogEventRow[];
  readonly auditEvents?: readonly AuditEventRow[];
}

export interface StoreSinkOptions {
  readonly store: Pick<Store, 'insertInvocations' | 'insertLogEvents'> & {
    insertAuditEvents(batch: InsertBatch<AuditEventRow>): Promise<void>;
  };
  readonly node: string;
  /** Throws when the entry cannot be read (a mistake of ours). */
  readonly rowsOf: (entry: JournalEntry) => StoreRows;
  /** Called when all entries up to `sequence` are in the store: reads that wait for their writes go on. */
  readonly onStored?: (sequence: number) => void;
}

/** Batches of the store's reader: small waits, since reads wait for it. */
export const STORE_BATCH = { entriesMax: 5_000, bytesMax: 8 * 1024 * 1024, waitMs: 500 } as const;

export function storeSink({ store, node, rowsOf, onStored }: StoreSinkOptions): ReaderSink {
  return {
    deliver: async (plan, entries, retry) => {
      const { invocations, logEvents, auditEvents, receipt } = await collect(entries, rowsOf);
      const batch = insertBatch(node, plan, retry);
      await Promise.all([
        invocations.length > 0 && store.insertInvocations({ ...batch, rows: invocations }),
        logEvents.length > 0 && store.insertLogEvents({ ...batch, rows: logEvents }),
        auditEvents.length > 0 && store.insertAuditEvents({ ...batch, rows: auditEvents }),
      ]);
      onStored?.(plan.last);
      return receipt;
    },
  };
}

function insertBatch(node: string, plan: BatchPlan, retry: boolean): Omit<InsertBatch<never>, 'rows'> {
  return { node, firstSequence: plan.firstAfter + 1, lastSequence: plan.last, retry };
}

async function collect(entries: readonly JournalEntry[], rowsOf: (entry: JournalEntry) => StoreRows) {
  const slices = new Slices();
  const invocations: InvocationRow[] = [];
  const logEvents: LogEventRow[] = [];
  const auditEvents: AuditEventRow[] = [];
  const unreadable: DeliveryReceipt['unreadable'][number][] = [];
  for (const entry of entries) {
    try {
      const rows = rowsOf(entry);
      for (const row of rows.invocations ?? []) invocations.push(row);
      for (const row of rows.logEvents ?? []) logEvents.push(row);
      for (const row of rows.auditEvents ?? []) auditEvents.push(row);
    } catch (error) {
      unreadable.push({ sequence: entry.sequence, reason: `the entry cannot be read: ${messageOf(error)}` });
    }
    const turn = slices.over();
    if (turn) await turn;
  }
  return { invocations, logEvents, auditEvents, receipt: { unreadable } };
}
