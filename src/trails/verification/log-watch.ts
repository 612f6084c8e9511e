/**
 * Finds log files that no digest names: what lies in the folder of an account and Region against what digests name, in the order
 * of time. Holds only what is not told yet, so that memory does not grow with the folder.
 */
import { baseName, logMinuteOf } from './names.ts';
import type { ToldTimes } from './told-times.ts';
import type { AccountFolder } from './types.ts';
import { type TimeRange, walk } from './walk.ts';

const MINUTE_MS = 60_000;
/** A file may be named by a digest so long after the time of its name: deliveries wait for a bucket that refuses. */
const LATE_MS_MAX = 8 * 24 * 3_600_000;
/** Files that were named and are not there are forgotten when they are so many. */
const AHEAD_MAX = 10_000;
/** What has no time in its name is judged when all has been read. */
const LAST_MS = Number.MAX_SAFE_INTEGER;

interface Listed {
  readonly path: string;
  /** Undefined when it has no name of a log file. */
  readonly minuteMs: number | undefined;
}

export interface WatchCounts {
  readonly pending: number;
  readonly untold: number;
}

export class LogWatch {
  readonly #range: TimeRange;
  readonly #told: ToldTimes;
  readonly #onAdded: (path: string) => void | Promise<void>;
  readonly #listing: AsyncGenerator<Listed>;
  #next: Listed | undefined;
  #isListed = false;
  #hasBegun = false;
  /** Listed and named by no digest yet, oldest first. */
  readonly #unnamed = new Map<string, Listed>();
  /** Named, and not listed yet. */
  readonly #ahead = new Set<string>();
  #pending = 0;
  #untold = 0;

  /** @param told the times that valid digests tell of; it grows while they are read */
  constructor(
    folder: AccountFolder,
    region: string,
    range: TimeRange,
    told: ToldTimes,
    onAdded: (path: string) => void | Promise<void>,
  ) {
    this.#range = range;
    this.#told = told;
    this.#onAdded = onAdded;
    this.#listing = listed(folder, `CloudTrail/${region}`, range);
  }

  named(path: string): void {
    if (!this.#unnamed.delete(path) && !this.#isListed) this.#ahead.add(path);
  }

  /** Digests have been read up to this time. */
  async advance(toMs: number): Promise<void> {
    await this.#list(toMs);
    await this.#settle(toMs - LATE_MS_MAX);
  }

  /** All digests have been read. */
  async finish(): Promise<WatchCounts> {
    while (!this.#isListed) {
      await this.#list((this.#next?.minuteMs ?? 0) + LATE_MS_MAX);
      await this.#settle(Number.POSITIVE_INFINITY);
    }
    await this.#settle(Number.POSITIVE_INFINITY);
    return { pending: this.#pending, untold: this.#untold };
  }

  async #list(toMs: number): Promise<void> {
    if (!this.#hasBegun) await this.#step();
    this.#hasBegun = true;
    while (this.#next && (this.#next.minuteMs ?? 0) <= toMs) {
      if (!this.#ahead.delete(this.#next.path)) this.#unnamed.set(this.#next.path, this.#next);
      await this.#step();
    }
    if (this.#ahead.size <= AHEAD_MAX) return;
    const listedToMs = this.#next?.minuteMs ?? 0;
    for (const path of this.#ahead) if ((logMinuteOf(baseName(path)) ?? 0) < listedToMs) this.#ahead.delete(path);
  }

  async #step(): Promise<void> {
    const { value, done } = await this.#listing.next();
    this.#next = done ? undefined : value;
    this.#isListed = done === true;
  }

  /** No digest to come will name files of the time before. */
  async #settle(beforeMs: number): Promise<void> {
    for (const [path, file] of this.#unnamed) {
      if ((file.minuteMs ?? LAST_MS) >= beforeMs) continue;
      this.#unnamed.delete(path);
      await this.#judge(file);
    }
  }

  async #judge({ path, minuteMs }: Listed): Promise<void> {
    const { lastMs } = this.#told;
    if (minuteMs === undefined) {
      if (lastMs === undefined) this.#untold += 1;
      else await this.#onAdded(path);
      return;
    }
    const { fromMs, toMs } = this.#range;
    if (minuteMs + MINUTE_MS <= fromMs || minuteMs > toMs) return;
    // Names tell minutes: one in which digests begin or end tells nothing. A digest may also name a file that came while it was
    // made, just after its end: the minute before must be told of as well, but for the first.
    const { firstMs = minuteMs } = this.#told;
    const wellBeforeMs = Math.min(minuteMs, Math.max(minuteMs - MINUTE_MS, firstMs));
    if (this.#told.holds(wellBeforeMs, minuteMs + MINUTE_MS)) await this.#onAdded(path);
    else if (lastMs !== undefined && minuteMs + MINUTE_MS > lastMs) this.#pending += 1;
    else this.#untold += 1;
  }
}

async function* listed(folder: AccountFolder, path: string, range: TimeRange): AsyncGenerator<Listed> {
  for await (const { path: day, files } of walk(folder, path, range)) {
    for (const file of files) yield { path: `${day}/${file}`, minuteMs: logMinuteOf(baseName(file)) };
  }
}
