/**
 * Writes that the event loop makes itself: the page cache takes a small batch in a few microseconds, and a thread has to wake up
 * (ADR 7). Only where the disk is surely not waited for: the file's pages were in memory a moment ago, since a page that was
 * evicted would first be read again to be written in part. So a thread reads ahead of the writes.
 */
import type { Clock } from '#base';
import type { Segment } from './segment.ts';

/** What is written so at most. */
const PROMPT_BYTES_MAX = 64 * 1024;
/** After a write that took longer ... */
const SLOW_MS = 5;
/** ... writing is left to the threads for so long. */
const PAUSE_MS = 10_000;
/** How far a thread reads ahead. */
const AHEAD_BYTES = 256 * 1024;
/** How long pages that were read ahead are taken to be in memory; after half of it they are read again. */
const WARM_MS = 5_000;

export class PromptWrites {
  readonly #clock: Clock;
  readonly #scratch = Buffer.allocUnsafeSlow(AHEAD_BYTES);
  #segment: Segment | undefined;
  /** Pages of the segment up to here were in memory at `#readMs`. */
  #warmTo = 0;
  #readMs = 0;
  #isReading = false;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Writes at the segment's position, if it may.
   * @returns whether it did
   * @throws the file system's error when not all could be written
   */
  write(segment: Segment, buffers: readonly Buffer[], end: number): boolean {
    const { file, position } = segment;
    const startedMs = this.#clock.monotonicMs();
    if (!file?.writeNow || end - position > PROMPT_BYTES_MAX || startedMs < this.#notBeforeMs) return false;
    const ageMs = startedMs - this.#readMs;
    const isWarm = segment === this.#segment && end <= this.#warmTo && ageMs <= WARM_MS;
    if (!isWarm || end > this.#warmTo - AHEAD_BYTES / 2 || ageMs > WARM_MS / 2) this.#readAhead(segment);
    if (!isWarm) return false;
    try {
      file.writeNow(buffers, position);
    } finally {
      const endedMs = this.#clock.monotonicMs();
      if (endedMs - startedMs > SLOW_MS) this.#notBeforeMs = endedMs + PAUSE_MS;
    }
    return true;
  }

  /** Pages that cannot be read will not be written by the event loop. */
  #readAhead(segment: Segment): void {
    const { file, position } = segment;
    if (this.#isReading || !file) return;
    this.#isReading = true;
    // A read that a disk has held for long says nothing of what was evicted meanwhile.
    const readMs = this.#clock.monotonicMs();
    const keep = (): void => {
      this.#segment = segment;
      this.#warmTo = position + AHEAD_BYTES;
      this.#readMs = readMs;
    };
    void file
      .read(this.#scratch, position)
      .then(keep, () => undefined)
      .finally(() => {
        this.#isReading = false;
      });
  }
}
