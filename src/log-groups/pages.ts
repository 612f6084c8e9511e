/** Reads from the store in pieces, so that memory depends on the size of a page and not on that of events. */
import type { LogEventPosition, LogEventQuery, LogEventRow, Store } from '#store';
import { eventBytes } from './batch.ts';
import { positionOf } from './positions.ts';

/** One page of events: AWS gives at most 1 MB or 10,000 events. Bytes of messages. */
export const PAGE_BYTES_MAX = 1_048_576;
export const PAGE_EVENTS_MAX = 10_000;
/** What one call reads at most to find matching events; a page may be empty and still have a token. Bytes. */
const SCAN_BYTES_MAX = 32 * 1_048_576;
/** Events may have 1 MB each, so the first piece is small; the next ones go by the size that was seen. */
const FIRST_ROWS = 16;
const PIECE_BYTES = 4 * 1_048_576;
const PIECE_ROWS_MAX = 5_000;

export interface Page {
  readonly rows: readonly LogEventRow[];
  /** Where reading goes on: the last event that was looked at; undefined when there are no more. */
  readonly next: LogEventPosition | undefined;
}

/**
 * Reads up to `limit` events for which `accept` holds, in the query's order.
 * With `next` undefined everything that the query means has been looked at.
 */
export async function readPage(
  store: Pick<Store, 'readLogEvents'>,
  query: Omit<LogEventQuery, 'limit'>,
  limit: number,
  accept: (row: LogEventRow) => boolean = () => true,
): Promise<Page> {
  const rows: LogEventRow[] = [];
  let [pageBytes, scannedBytes, scanned] = [0, 0, 0];
  let cursor: LogEventPosition | undefined;
  for (;;) {
    const wanted = pieceRows(scanned, scannedBytes, limit - rows.length);
    const piece = await store.readLogEvents({ ...query, ...cursorOf(query.order, cursor), limit: wanted });
    for (const row of piece) {
      const bytes = eventBytes(row.message);
      scannedBytes += bytes;
      scanned += 1;
      if (accept(row)) {
        if (rows.length > 0 && pageBytes + bytes > PAGE_BYTES_MAX) return { rows, next: cursor };
        pageBytes += bytes;
        rows.push(row);
      }
      cursor = positionOf(row);
    }
    if (piece.length < wanted) return { rows, next: undefined };
    if (rows.length >= limit || scannedBytes >= SCAN_BYTES_MAX) return { rows, next: cursor };
  }
}

function cursorOf(order: LogEventQuery['order'], cursor: LogEventPosition | undefined): Partial<LogEventQuery> {
  if (!cursor) return {};
  return order === 'ascending' ? { after: cursor } : { before: cursor };
}

function pieceRows(scanned: number, scannedBytes: number, missing: number): number {
  const rows = scanned === 0 ? FIRST_ROWS : Math.floor((PIECE_BYTES * scanned) / scannedBytes);
  return Math.max(1, Math.min(rows, missing, PIECE_ROWS_MAX));
}
