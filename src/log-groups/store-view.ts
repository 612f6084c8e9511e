/** The store as this room may use it: only after it has read the journal far enough. */
import type { Store } from '#store';
import type { Appender } from './appender.ts';
import { unavailable } from './errors.ts';

/** How long a read waits for the store to have what was put before it. */
export const READ_WAIT_MS = 10_000;

/** Resolves true when the store has passed the sequence, false when it has not within the time. */
export type StoredUpTo = (sequence: number, timeoutMs: number) => Promise<boolean>;

export class StoreView {
  readonly store: Pick<Store, 'readLogEvents' | 'streamStatistics' | 'deleteLogEvents'>;
  readonly #appender: Appender;
  readonly #storedUpTo: StoredUpTo;

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

  caughtUp(generation: string): Promise<boolean> {
    return this.#storedUpTo(this.#appender.lastSequence(generation), READ_WAIT_MS);
  }
}
