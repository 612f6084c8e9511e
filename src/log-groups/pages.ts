/** Reads from the store in pieces, so that memory depends on the size of a page and not on that of a group. */
import type { LogEventPosition, LogEventQuery, LogEventRow, Store } from '#store';
import { EVENT_OVERHEAD_BYTES, eventBytes } from './batch.ts';
import { cursorAfter, positionOf, upTo } from './positions.ts';

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

type Reads = Pick<Store, 'readLogEvents'>;

/**
 * Reads up to `limit` events for which `accept` holds (all when absent), in the query's order.
 * With `next` undefined everything that the query means has been looked at.
 */
export async function readPage(
  store: Reads,
  query: Omit<LogEventQuery, 'limit'>,
  limit: number,
  accept?: (row: LogEventRow) => boolean,
): Promise<Page> {
  const page = new PageInMaking(limit, accept);
  await page.readFrom(store, query);
  return page;
}

/** Events that the store looks through at a time for those that match: at first, and at most. */
const WINDOW_EVENTS_MIN = 2_000;
const WINDOW_EVENTS_MAX = 500_000;
/** Windows that take less than this are made larger. Milliseconds. */
const WINDOW_MS_SHORT = 250;
/** How long a call looks for matching events before it gives what it has and a token. Milliseconds. */
const SEARCH_MS_MAX = 3_000;

/**
 * Like {@link readPage} for a query with `matching`: in windows, so that a call for what is rare neither takes for ever
 * nor forgets how far it came.
 */
export async function searchPage(
  store: Reads & Pick<Store, 'logEventAt'>,
  { matching, ...query }: Omit<LogEventQuery, 'limit'>,
  limit: number,
  accept: (row: LogEventRow) => boolean,
  nowMs: () => number,
): Promise<Page> {
  const page = new PageInMaking(limit, accept);
  const startedMs = nowMs();
  let events = WINDOW_EVENTS_MIN;
  for (;;) {
    const windowMs = nowMs();
    const rest = { ...query, ...cursorAfter(query.order, page.next) };
    const end = await store.logEventAt(rest, events - 1);
    const window = { ...rest, ...(end && upTo(query.order, end)), ...(matching && { matching }) };
    const isFull = !(await page.readFrom(store, window));
    if (isFull || !end) return page;
    page.next = end;
    if (nowMs() - startedMs >= SEARCH_MS_MAX) return page;
    if (nowMs() - windowMs < WINDOW_MS_SHORT) events = Math.min(events * 4, WINDOW_EVENTS_MAX);
  }
}

class PageInMaking implements Page {
  readonly rows: LogEventRow[] = [];
  next: LogEventPosition | undefined;
  readonly #limit: number;
  readonly #accept: ((row: LogEventRow) => boolean) | undefined;
  #pageBytes = 0;
  #scannedBytes = 0;

  constructor(limit: number, accept: ((row: LogEventRow) => boolean) | undefined) {
    this.#limit = limit;
    this.#accept = accept;
  }

  /** Takes events of the query; true when it has looked at all of them (then `next` is undefined), false when it stopped at `next`. */
  async readFrom(store: Reads, query: Omit<LogEventQuery, 'limit'>): Promise<boolean> {
    let cursor: LogEventPosition | undefined;
    for (;;) {
      // One more than is missing tells whether there is more; a filter may need many for one.
      const wanted = this.#accept ? PIECE_EVENTS_MAX : Math.min(this.#limit - this.rows.length + 1, PIECE_EVENTS_MAX);
      const bounds = { limit: wanted, bytesMax: PIECE_BYTES_MAX };
      const piece = await store.readLogEvents({ ...query, ...cursorAfter(query.order, cursor), ...bounds });
      let pieceBytes = 0;
      for (const row of piece) {
        const bytes = eventBytes(row.message);
        pieceBytes += bytes - EVENT_OVERHEAD_BYTES;
        this.#scannedBytes += bytes;
        if (!this.#accept || this.#accept(row)) {
          if (this.#isFullFor(bytes)) return this.#stopAt(cursor);
          this.#pageBytes += bytes;
          this.rows.push(row);
        }
        cursor = positionOf(row);
      }
      if (piece.length < wanted && pieceBytes <= PIECE_BYTES_MAX) {
        this.next = undefined;
        return true;
      }
      if (this.#scannedBytes >= SCAN_BYTES_MAX) return this.#stopAt(cursor);
    }
  }

  #isFullFor(bytes: number): boolean {
    return this.rows.length >= this.#limit || (this.rows.length > 0 && this.#pageBytes + bytes > PAGE_BYTES_MAX);
  }

  #stopAt(cursor: LogEventPosition | undefined): false {
    // Of the first event that does not fit nothing has been passed since the last place.
    this.next = cursor ?? this.next;
    return false;
  }
}
