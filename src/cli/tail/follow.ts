/**
 * Follows a log group by FilterLogEvents, again and again.
 *
 * Events come late: a batch of invocations is delivered a minute after the first call of it, and PutLogEvents takes events
 * of earlier times. So every read begins a while before the last one did, and now and then one begins long before; what was
 * given already is left out by its id. An event is missed only when it is more than {@link LATE_MS} old as it arrives.
 *
 * Ids need not be kept for all that time: FilterLogEvents gives everything that was ingested before it was asked, so what was
 * ingested before the last long read (less {@link CLOCKS_MS}) has been given.
 */
import type {
  FilteredLogEvent,
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { sleep } from '#base';
import { Seen } from './seen.ts';

/** Between the end of a read and the next one; a read that took long is given more rest, so that the server is not kept busy. */
const POLL_MS = 1_000;
const REST_FACTOR = 2;
/** A read may also have taken long because the server was away: it is not left alone as long again. */
const REST_MS_MAX = 5_000;
/** How far every read goes back before the beginning of the one before it: a delivery interval of a minute and a call. */
const OVERLAP_MS = 120_000;
/** How far a long read goes back, and how often there is one. */
const LATE_MS = 900_000;
const LONG_READ_EVERY_MS = 30_000;
/** By so much may the clocks of several servers that ingest differ, and a batch be on its way. */
const CLOCKS_MS = 30_000;

export type ReadPage = (input: FilterLogEventsCommandInput) => Promise<FilterLogEventsCommandOutput>;

export interface Followed {
  readonly logGroup: string;
  readonly filterPattern: string | undefined;
  readonly sinceMs: number;
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  /** Told once when more events come than can be told apart. */
  readonly onOverflow: () => void;
  readonly seen?: Seen;
  readonly pause?: (delayMs: number, signal: AbortSignal) => Promise<void>;
}

/** New events, page by page, each once, until the signal aborts. Throws what `readPage` throws. */
export async function* follow(
  readPage: ReadPage,
  { logGroup, filterPattern, sinceMs }: Followed,
  { signal, nowMs, onOverflow, seen = new Seen(), pause = sleep }: FollowOptions,
): AsyncGenerator<readonly FilteredLogEvent[]> {
  let lastMs: number | undefined;
  let lastLongMs = -Infinity;
  let told = false;
  while (!signal.aborted) {
    const startedMs = nowMs();
    const long = startedMs - lastLongMs >= LONG_READ_EVERY_MS;
    const fromMs = Math.max(0, sinceMs, ((long ? lastLongMs : lastMs) ?? -Infinity) - (long ? LATE_MS : OVERLAP_MS));
    const horizonMs = seen.newestIngestionMs - CLOCKS_MS;
    // The next long read begins here: what is older is not met again.
    const metAgainMs = (long ? startedMs : lastLongMs) - LATE_MS;
    const input = {
      logGroupIdentifier: logGroup,
      startTime: fromMs,
      ...(filterPattern !== undefined && { filterPattern }),
    };
    let nextToken: string | undefined;
    do {
      const page = await readPage({ ...input, ...(nextToken !== undefined && { nextToken }) });
      const events = (page.events ?? []).filter((event) => seen.add(event, (event.timestamp ?? 0) >= metAgainMs));
      if (events.length > 0) yield events;
      ({ nextToken } = page);
    } while (nextToken !== undefined && !signal.aborted);
    if (long) {
      seen.settle(horizonMs);
      lastLongMs = startedMs;
    }
    lastMs = startedMs;
    if (seen.overflowed && !told) {
      told = true;
      onOverflow();
    }
    const restMs = Math.min(REST_FACTOR * (nowMs() - startedMs), REST_MS_MAX);
    await pause(Math.max(POLL_MS, restMs), signal);
  }
}
