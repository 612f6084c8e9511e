import type { Clock } from '#base';
import { throttled } from './errors.ts';

/** Accounts and Regions that are remembered; with more, those that asked for nothing lately are forgotten. */
const KNOWN_MAX = 1_000;

interface Bucket {
  left: number;
  atMs: number;
}

/** How often an account may look up events in a Region: so many times at once, and so many more each second. */
export class LookupRate {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param perSecond 0: as often as they like */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** @throws {ApiError} ThrottlingException */
  take(accountId: string, region: string): void {
    if (this.#perSecond === 0) return;
    const key = `${accountId} ${region}`;
    const nowMs = this.#clock.monotonicMs();
    const bucket = this.#buckets.get(key) ?? { left: this.#perSecond, atMs: nowMs };
    const left = this.#leftOf(bucket, nowMs);
    this.#buckets.set(key, { left: left < 1 ? left : left - 1, atMs: nowMs });
    if (this.#buckets.size > KNOWN_MAX) this.#forgetFull(nowMs);
    if (left < 1) throw throttled();
  }

  #leftOf({ left, atMs }: Bucket, nowMs: number): number {
    return Math.min(this.#perSecond, left + ((nowMs - atMs) / 1000) * this.#perSecond);
  }

  #forgetFull(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#leftOf(bucket, nowMs) >= this.#perSecond) this.#buckets.delete(key);
    }
  }
}
