/** How far the store has read the journal, for reads that wait for their writes (house plan, decision 6). */
export class StoredPosition {
  #sequence = 0;
  readonly #waiters = new Set<{ readonly sequence: number; readonly resolve: (stored: boolean) => void }>();
  /** Asks the store's reader not to wait for more. */
  readonly #hurry: () => void;

  constructor(hurry: () => void) {
    this.#hurry = hurry;
  }

  /** Everything up to `sequence` is in the store. */
  passed(sequence: number): void {
    this.#sequence = Math.max(this.#sequence, sequence);
    for (const waiter of this.#waiters) if (waiter.sequence <= this.#sequence) waiter.resolve(true);
  }

  /** Resolves true once the store has passed the sequence, false when it has not within the time. */
  reached(sequence: number, timeoutMs: number): Promise<boolean> {
    if (sequence <= this.#sequence) return Promise.resolve(true);
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
