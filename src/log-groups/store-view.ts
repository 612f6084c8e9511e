/** The store as this room may use it: only after it has read the journal far enough. */
import type { Store } from '#store';
import type { Appender } from './appender.ts';
import { unavailable } from './errors.ts';

/** How long a read waits for the store to have what was put before it. */
export const READ_WAIT_MS = 10_000;

/** Resolves true when the store has passed the sequence, false when it has not within the time. */
export type StoredUpTo = (sequence: number, timeoutMs: number) => Promise<boolean>;

export class StoreView {
  readonly store: Pick<Store, 'readLogEvents' | 'logEventAt' | 'streamStatistics' | 'deleteLogEvents'>;
  readonly #appender: Appender;
  readonly #storedUpTo: StoredUpTo;
  readonly #waiting = new Set<(stored: boolean) => void>();
  #stopped = false;

  constructor(store: StoreView['store'], appender: Appender, storedUpTo: StoredUpTo) {
    this.store = store;
    this.#appender = appender;
    this.#storedUpTo = storedUpTo;
  }

  /**
   * Reads after the store has everything that was put into the group.
   * @throws {ApiError} ServiceUnavailableException when that takes too long, or the store fails: never an old answer
   */
  async read<T>(generation: string, work: (store: StoreView['store']) => Promise<T>): Promise<T> {
    try {
      if (await this.caughtUp(generation)) return await work(this.store);
    } catch (error) {
      throw unavailable('The service is temporarily unavailable: log events cannot be read at present.', error);
    }
    throw unavailable('The service is temporarily unavailable: the newest log events cannot be read yet.');
  }

  /** Waits for the store to have everything of the group; false past the bound, and from the moment of {@link stop}. */
  async caughtUp(generation: string): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    this.#waiting.add(resolve);
    if (this.#stopped) resolve(false);
    this.#storedUpTo(this.#appender.lastSequence(generation), READ_WAIT_MS).then(resolve, reject);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(resolve);
    }
  }

  /** Ends all waiting: the server is stopping. */
  stop(): void {
    this.#stopped = true;
    for (const resolve of this.#waiting) resolve(false);
  }
}
