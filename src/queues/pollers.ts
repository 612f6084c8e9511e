/**
 * Long polling: receivers of an empty queue wait in line, first come first served. One loop a queue looks for messages, when
 * one was sent or the next hidden one comes back; nobody asks again and again.
 */
import { type Clock, sleep } from '#base';
import type { ReceivedMessage } from './types.ts';

export interface Poller {
  /** 0–20,000 */
  readonly waitMs: number;
  /** Takes what can be received now. */
  readonly take: () => Promise<ReceivedMessage[]>;
  /** When something that is hidden now can be received. Milliseconds since the epoch. */
  readonly nextVisibleMs: () => Promise<number | undefined>;
  /** Gives messages back: the receiver has gone while they were taken. */
  readonly release: (messages: readonly ReceivedMessage[]) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

interface Waiter extends Poller {
  readonly finish: (messages: ReceivedMessage[]) => void;
  readonly fail: (error: unknown) => void;
  /** Its time is up, its receiver has gone, or it has been served. */
  over: boolean;
}

interface Line {
  readonly waiters: Waiter[];
  /** Something may have changed since the loop last looked. */
  changed: boolean;
  wake: AbortController;
}

/** The event loop's timers take no longer ones. */
const SLEEP_MS_MAX = 60_000;

export class Pollers {
  readonly #clock: Clock;
  /** By the queue's generation. */
  readonly #lines = new Map<string, Line>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Messages as soon as there are some; none when the time is up, the receiver has gone or the server stops. */
  wait(generation: string, poller: Poller): Promise<ReceivedMessage[]> {
    if (this.#closed || poller.signal?.aborted) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        poller.signal?.removeEventListener('abort', gone);
        waiter.over = true;
      };
      const gone = (): void => {
        leave();
        resolve([]);
        this.wake(generation);
      };
      const waiter: Waiter = {
        ...poller,
        over: false,
        finish: (messages) => {
          leave();
          resolve(messages);
        },
        fail: (error) => {
          leave();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      const timer = setTimeout(gone, poller.waitMs);
      poller.signal?.addEventListener('abort', gone, { once: true });
      this.#join(generation, waiter);
    });
  }

  /** To be called whenever a message of the queue may have become visible. */
  wake(generation: string): void {
    const line = this.#lines.get(generation);
    if (!line) return;
    line.changed = true;
    line.wake.abort();
  }

  /** Ends all waits with nothing. */
  close(): void {
    this.#closed = true;
    for (const [generation, line] of this.#lines) {
      for (const waiter of line.waiters) waiter.finish([]);
      this.wake(generation);
    }
  }

  #join(generation: string, waiter: Waiter): void {
    const line = this.#lines.get(generation);
    if (line) {
      line.waiters.push(waiter);
      return;
    }
    const first: Line = { waiters: [waiter], changed: true, wake: new AbortController() };
    this.#lines.set(generation, first);
    void this.#serve(generation, first);
  }

  async #serve(generation: string, line: Line): Promise<void> {
    for (;;) {
      while (line.waiters[0]?.over) line.waiters.shift();
      const [waiter] = line.waiters;
      if (!waiter) {
        this.#lines.delete(generation);
        return;
      }
      try {
        await this.#serveFirst(line, waiter);
      } catch (error) {
        waiter.fail(error);
      }
    }
  }

  async #serveFirst(line: Line, waiter: Waiter): Promise<void> {
    line.changed = false;
    line.wake = new AbortController();
    const messages = await waiter.take();
    if (messages.length > 0) {
      if (waiter.over) await waiter.release(messages);
      else waiter.finish(messages);
      return;
    }
    const nextMs = await waiter.nextVisibleMs();
    if (line.changed || waiter.over) return;
    const delayMs = nextMs === undefined ? SLEEP_MS_MAX : nextMs - this.#clock.nowMs();
    await sleep(Math.min(Math.max(delayMs, 1), SLEEP_MS_MAX), line.wake.signal);
  }
}
