/**
 * The event history of accounts: what LookupEvents and Varve's own search read. Both answer with everything that was
 * acknowledged before they were asked: they wait, bounded, until the store has it (house plan, decision 6).
 */
import type { Clock } from '#base';
import type { AuditEventPage, AuditEventQuery, AuditEventRow, Store } from '#store';
import { unavailable } from './errors.ts';
import { conditionsOf, isInsight, type LookupInput, rangeOf, resultsOf } from './lookup.ts';
import { LookupRate } from './lookup-rate.ts';
import { readToken, writeToken } from './page-token.ts';

/** How long a read waits for the store to have what happened before it. Milliseconds. */
const READ_WAIT_MS = 10_000;
const DAY_MS = 24 * 3_600_000;
/** How far back events are told. (CloudTrail User Guide, "Viewing event history".) */
export const HISTORY_DAYS = 90;
/** An event that ends now may be stamped a little later than we look. */
const AHEAD_MS = 60_000;
/** Events of an export that are in memory at a time, and bytes of their records. */
const EXPORT_PAGE = { limit: 1_000, bytesMax: 4 * 1024 * 1024 } as const;
const SEARCH_BYTES_MAX = 8 * 1024 * 1024;

/** What an event can be found by, besides its account; all of it at once. */
export type EventFilter = Omit<AuditEventQuery, 'accountId' | 'startMs' | 'endMs' | 'after' | 'limit' | 'bytesMax'> & {
  /** Inclusive, milliseconds; default: as far back as events are kept. */
  readonly startMs?: number;
  /** Exclusive, milliseconds; default: now. */
  readonly endMs?: number;
};

export interface EventPage {
  readonly events: readonly AuditEventRow[];
  readonly nextToken: string | undefined;
}

export interface EventHistoryOptions {
  readonly store: Pick<Store, 'readAuditEvents'>;
  /** Resolves true once the store has every event that was acknowledged before; false when it has not within the time. */
  readonly caughtUp: (timeoutMs: number) => Promise<boolean>;
  readonly clock: Clock;
  /** How often an account may look up events in a Region each second; 0: without limit. */
  readonly lookupPerSecond: number;
}

export class EventHistory {
  readonly #options: EventHistoryOptions;
  readonly #rate: LookupRate;

  constructor(options: EventHistoryOptions) {
    this.#options = options;
    this.#rate = new LookupRate(options.clock, options.lookupPerSecond);
  }

  /**
   * Management events of an account and Region, the newest first.
   * @throws {ApiError} ThrottlingException, InvalidLookupAttributesException, InvalidTimeRangeException, InvalidMaxResultsException,
   *   InvalidEventCategoryException, InvalidNextTokenException, ServiceUnavailableException
   */
  async lookup(accountId: string, region: string, input: LookupInput): Promise<EventPage> {
    this.#rate.take(accountId, region);
    const insight = isInsight(input.category);
    const conditions = conditionsOf(input.attributes);
    const range = rangeOf(input);
    const limit = resultsOf(input.maxResults);
    const binding = JSON.stringify(['lookup', accountId, region, insight, conditions, range]);
    const after = input.nextToken === undefined ? undefined : readToken(binding, input.nextToken);
    // Nothing is analysed for Insights.
    if (insight) return { events: [], nextToken: undefined };
    const page = await this.#read({
      ...conditions,
      ...this.#times(range),
      accountId,
      regions: [region],
      categories: ['Management'],
      limit,
      ...(after && { after }),
    });
    return pageOf(page, binding);
  }

  /**
   * Events of an account, the newest first, by whatever of the filter is given.
   * @param limit events of a page at most
   * @throws {ApiError} InvalidNextTokenException, ServiceUnavailableException
   */
  async search(accountId: string, filter: EventFilter, limit: number, token?: string): Promise<EventPage> {
    const binding = JSON.stringify(['search', accountId, filter]);
    const after = token === undefined ? undefined : readToken(binding, token);
    const page = await this.#read({
      ...filter,
      ...this.#times(filter),
      accountId,
      limit,
      bytesMax: SEARCH_BYTES_MAX,
      ...(after && { after }),
    });
    return pageOf(page, binding);
  }

  /**
   * All events of a filter that there are now, the newest first, a page in memory at a time.
   * @throws {ApiError} ServiceUnavailableException, also between pages
   */
  async *all(accountId: string, filter: EventFilter): AsyncGenerator<readonly AuditEventRow[], void, void> {
    const query = { ...filter, ...this.#times(filter), accountId, ...EXPORT_PAGE };
    let page = await this.#read(query);
    for (;;) {
      yield page.events;
      const { next } = page;
      if (!next) return;
      page = await this.#stored({ ...query, after: next });
    }
  }

  /** Nothing older than events are kept, whether or not it has been removed. */
  #times({ startMs, endMs }: { startMs?: number | undefined; endMs?: number | undefined }): {
    startMs: number;
    endMs: number;
  } {
    const nowMs = this.#options.clock.nowMs();
    const keptFromMs = nowMs - HISTORY_DAYS * DAY_MS;
    return { startMs: Math.max(startMs ?? keptFromMs, keptFromMs), endMs: endMs ?? nowMs + AHEAD_MS };
  }

  async #read(query: AuditEventQuery): Promise<AuditEventPage> {
    if (!(await this.#options.caughtUp(READ_WAIT_MS))) {
      throw unavailable('The service is temporarily unavailable: the newest events cannot be read yet.');
    }
    return this.#stored(query);
  }

  async #stored(query: AuditEventQuery): Promise<AuditEventPage> {
    try {
      return await this.#options.store.readAuditEvents(query);
    } catch (error) {
      throw unavailable('The service is temporarily unavailable: events cannot be read at present.', error);
    }
  }
}

function pageOf({ events, next }: AuditEventPage, binding: string): EventPage {
  return { events, nextToken: next && writeToken(binding, next) };
}
