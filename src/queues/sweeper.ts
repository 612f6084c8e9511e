/** Removes messages that have expired and what deleted and purged queues left, a little at a time. */
import { sleep } from '#base';
import type { MessageStore } from './message-store.ts';
import type { Queue } from './types.ts';

const SWEEP_INTERVAL_MS = 60_000;

export class Sweeper {
  readonly #store: MessageStore;
  readonly #queues: () => Iterable<Queue>;
  readonly #onFailure: (error: unknown) => void;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> | undefined;

  constructor(store: MessageStore, queues: () => Iterable<Queue>, onFailure: (error: unknown) => void) {
    this.#store = store;
    this.#queues = queues;
    this.#onFailure = onFailure;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** A queue was deleted or purged. */
  wake(): void {
    this.#wake.abort();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#wake = new AbortController();
      await this.#sweep().catch((error: unknown) => {
        if (!signal.aborted) this.#onFailure(error);
      });
      if (!signal.aborted) await sleep(SWEEP_INTERVAL_MS, this.#wake.signal);
    }
  }

  async #sweep(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted && (await this.#store.sweepRemoved())) continue;
    for (const queue of this.#queues()) {
      while (!signal.aborted && (await this.#store.sweepExpired(queue))) continue;
      if (signal.aborted) return;
    }
  }
}
