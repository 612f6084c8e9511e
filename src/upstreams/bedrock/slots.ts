import type { Guard } from './guard.ts';

/** Counts the calls under way: one connection each. Who waits too long, or has gone, leaves the queue. */
export class Slots {
  #free: number;
  /** In order of arrival. */
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when there is a place; it is given back when the guard releases. @throws when the guard stops first */
  take(guard: Guard): Promise<void> | undefined {
    if (this.#free > 0) {
      this.#free--;
      guard.holds(this.#give);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const admit = (): void => {
        guard.holds(this.#give);
        resolve();
      };
      this.#waiting.add(admit);
      guard.onStop(() => {
        if (this.#waiting.delete(admit)) reject(new Error('no connection became free'));
      });
    });
  }

  readonly #give = (): void => {
    const { value: next } = this.#waiting.values().next();
    if (!next) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  };
}
