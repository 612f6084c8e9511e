/** How much groups hold, for DescribeLogGroups: a figure that AWS, too, brings up to date only now and then. */
import { type Clock, Semaphore } from '#base';
import type { Store } from '#store';

const FRESH_MS = 60_000;
const KNOWN_MAX = 10_000;
/** Queries at a time; a page of groups asks for fifty. */
const AT_A_TIME = 4;

export class GroupSizes {
  readonly #store: Pick<Store, 'streamStatistics'>;
  readonly #clock: Clock;
  readonly #known = new Map<string, { bytes: number; atMs: number }>();
  readonly #turns = new Semaphore(AT_A_TIME);

  constructor(store: Pick<Store, 'streamStatistics'>, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Bytes of the group's messages, at most a minute old; 0 while the store cannot say. */
  async of(generation: string): Promise<number> {
    const known = this.#known.get(generation);
    if (known && this.#clock.nowMs() - known.atMs < FRESH_MS) return known.bytes;
    return this.#turns.with(1, async () => {
      try {
        const streams = await this.#store.streamStatistics(generation);
        const bytes = streams.reduce((sum, stream) => sum + stream.bytes, 0);
        if (this.#known.size >= KNOWN_MAX) this.#known.clear();
        this.#known.set(generation, { bytes, atMs: this.#clock.nowMs() });
        return bytes;
      } catch {
        return known?.bytes ?? 0;
      }
    });
  }
}
