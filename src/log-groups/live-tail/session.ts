/**
 * One live tail: what was put and matches, in updates a second apart. Nothing is left out while the caller keeps up; an
 * update says `sampled` when since the last one events did not fit into what waits for the caller.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { EventTest } from '#insights';
import type { AppendedEvent } from '../appended-events.ts';

/** Between updates. */
const UPDATE_INTERVAL_MS = 1_000;
/** Events of one update (AWS). */
export const UPDATE_EVENTS_MAX = 500;
/** "Your session automatically stops after three hours." */
const SESSION_MS_MAX = 3 * 3_600_000;
/** What waits for the caller: events, and UTF-16 units of their messages. */
const WAITING_EVENTS_MAX = 20_000;
const WAITING_CHARS_MAX = 8 * 1_048_576;

export interface LiveTailSelection {
  readonly generations: ReadonlySet<string>;
  readonly acceptsStream: (streamName: string) => boolean;
  readonly test: EventTest;
}

export interface LiveTailUpdate {
  readonly events: readonly AppendedEvent[];
  readonly sampled: boolean;
}

export class LiveTailSession {
  readonly id: string;
  readonly #selection: LiveTailSelection;
  readonly #onEnd: () => void;
  readonly #ended = new AbortController();
  #waiting: AppendedEvent[] = [];
  #waitingChars = 0;
  #sampled = false;

  constructor(id: string, selection: LiveTailSelection, onEnd: () => void) {
    this.id = id;
    this.#selection = selection;
    this.#onEnd = onEnd;
  }

  watches(generation: string): boolean {
    return this.#selection.generations.has(generation);
  }

  see(event: AppendedEvent): void {
    const { acceptsStream, test } = this.#selection;
    if (!this.watches(event.group.generation) || !acceptsStream(event.streamName)) return;
    if (!test.matches(event.message)) return;
    const chars = this.#waitingChars + event.message.length;
    if (this.#waiting.length >= WAITING_EVENTS_MAX || chars > WAITING_CHARS_MAX) return this.missed();
    this.#waiting.push(event);
    this.#waitingChars = chars;
  }

  /** Events may have been missed. */
  missed(): void {
    this.#sampled = true;
  }

  /**
   * Updates until the session ends.
   * @returns true when its time is over, false when it was ended
   */
  async *updates(): AsyncGenerator<LiveTailUpdate, boolean, undefined> {
    const stop = this.#ended.signal;
    const endMs = performance.now() + SESSION_MS_MAX;
    try {
      while (!stop.aborted && performance.now() < endMs) {
        await pause(UPDATE_INTERVAL_MS, undefined, { signal: stop }).catch(() => undefined);
        if (stop.aborted) break;
        yield* this.#take();
      }
      return !stop.aborted;
    } finally {
      this.end();
    }
  }

  end(): void {
    this.#ended.abort();
    this.#onEnd();
  }

  *#take(): Generator<LiveTailUpdate, void, undefined> {
    const events = this.#waiting;
    const sampled = this.#sampled;
    this.#waiting = [];
    this.#waitingChars = 0;
    this.#sampled = false;
    // An update without events comes, too: it shows that the session is alive.
    for (let start = 0; start === 0 || start < events.length; start += UPDATE_EVENTS_MAX) {
      yield { events: events.slice(start, start + UPDATE_EVENTS_MAX), sampled };
    }
  }
}
