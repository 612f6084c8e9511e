/**
 * Counts permits; `acquire` waits, first come first served, until enough are free.
 * Used where memory or parallelism must be bounded: one permit can stand for a byte.
 */
export class Semaphore {
  #free: number;
  readonly #waiting: { permits: number; resolve: () => void }[] = [];
  readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#free = capacity;
  }

  /** Waits for `permits` (at most the capacity is taken) and returns the function that gives them back. */
  async acquire(permits = 1): Promise<() => void> {
    const wanted = Math.min(permits, this.capacity);
    if (this.#waiting.length > 0 || this.#free < wanted) {
      await new Promise<void>((resolve) => this.#waiting.push({ permits: wanted, resolve }));
    } else {
      this.#free -= wanted;
    }
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#free += wanted;
      this.#admit();
    };
  }

  /** Runs `work` while holding `permits`. */
  async with<T>(permits: number, work: () => Promise<T>): Promise<T> {
    const release = await this.acquire(permits);
    try {
      return await work();
    } finally {
      release();
    }
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next && next.permits <= this.#free; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#free -= next.permits;
      next.resolve();
    }
  }
}
