/** Reads from the store in pieces, so that memory depends on the size of a page and not on that of a group. */
import type { LogEventPosition, LogEventQuery, LogEventRow, Store } from '#store';
import { EVENT_OVERHEAD_BYTES, eventBytes } from './batch.ts';
import { positionOf } from './positions.ts';

/** One page of events: AWS gives at most 1 MB or 10,000 events. Bytes of messages. */
export const PAGE_BYTES_MAX = 1_048_576;
export const PAGE_EVENTS_MAX = 10_000;
/** What one call reads at most to find matching events; a page may be empty and still have a token. Bytes. */
const SCAN_BYTES_MAX = 32 * 1_048_576;
/** What is asked of the store at a time: bytes and events. */
const PIECE_BYTES_MAX = 4 * 1_048_576;
const PIECE_EVENTS_MAX = 5_000;

export interface Page {
  readonly rows: readonly LogEventRow[];
  /** Where reading goes on: the last event that was looked at; undefined when there are no more. */
  readonly next: LogEventPosition | undefined;
}

/**
 * Reads up to `limit` events for which `accept` holds (all when absent), in the query's order.
 * With `next` undefined everything that the query means has been looked at.
 */
export async function readPage(
  store: Pick<Store, 'readLogEvents'>,
  query: Omit<LogEventQuery, 'limit'>,
  limit: number,
  accept?: (row: LogEventRow) => boolean,
): Promise<Page> {
  const rows: LogEventRow[] = [];
  let [pageBytes, scannedBytes] = [0, 0];
  let cursor: LogEventPosition | undefined;
  for (;;) {
    // One more than is missing tells whether there is more; a filter may need many for one.
    const wanted = accept ? PIECE_EVENTS_MAX : Math.min(limit - rows.length + 1, PIECE_EVENTS_MAX);
    const bounds = { limit: wanted, bytesMax: PIECE_BYTES_MAX };
    const piece = await store.readLogEvents({ ...query, ...cursorOf(query.order, cursor), ...bounds });
    let pieceBytes = 0;
    for (const row of piece) {
      const bytes = eventBytes(row.message);
      pieceBytes += bytes - EVENT_OVERHEAD_BYTES;
      scannedBytes += bytes;
      if (!accept || accept(row)) {
        const full = rows.length >= limit || (rows.length > 0 && pageBytes + bytes > PAGE_BYTES_MAX);
        if (full) return { rows, next: cursor };
        pageBytes += bytes;
        rows.push(row);
      }
      cursor = positionOf(row);
    }
    if (piece.length < wanted && pieceBytes <= PIECE_BYTES_MAX) return { rows, next: undefined };
    if (scannedBytes >= SCAN_BYTES_MAX) return { rows, next: cursor };
  }
}

function cursorOf(order: LogEventQuery['order'], cursor: LogEventPosition | undefined): Partial<LogEventQuery> {
  if (!cursor) return {};
  return order === 'ascending' ? { after: cursor } : { before: cursor };
}
