/** How far the store has read the journal, for reads that wait for their writes (house plan, decision 6). */
import { sleep } from '#base';

export class StoredPosition {
  #sequence = 0;
  readonly #waiters = new Set<{ readonly sequence: number; readonly resolve: (stored: boolean) => void }>();
  /** Asks the store's reader not to wait for more. */
  readonly #hurry: () => void;
  /** Undefined once the store has been started, or has failed to: reads tell of that themselves. */
  #starting: Promise<void> | undefined;

  constructor(hurry: () => void, storeStarted: Promise<void>) {
    this.#hurry = hurry;
    const settled = (): void => {
      this.#starting = undefined;
    };
    this.#starting = storeStarted.then(settled, settled);
  }

  /** Everything up to `sequence` is in the store. */
  passed(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
    for (const waiter of this.#waiters) if (waiter.sequence <= this.#sequence) waiter.resolve(true);
  }

  /** Resolves true once the store has passed the sequence, false when it has not within the time. */
  async reached(sequence: number, timeoutMs: number): Promise<boolean> {
    // Right after a start a read waits for the store; it is not refused.
    if (this.#starting) await within(this.#starting, timeoutMs);
    if (sequence <= this.#sequence) return true;
    return new Promise((resolve) => {
      const settle = (stored: boolean): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        resolve(stored);
      };
      const waiter = { sequence, resolve: settle };
      const timer = setTimeout(() => settle(false), timeoutMs);
      this.#waiters.add(waiter);
      this.#hurry();
    });
  }
}

async function within(work: Promise<void>, timeoutMs: number): Promise<void> {
  const done = new AbortController();
  await Promise.race([work.finally(() => done.abort()), sleep(timeoutMs, done.signal)]);
}
