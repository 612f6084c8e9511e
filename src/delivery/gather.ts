/** Gathers a reader's next batch from the journal. */
import type { Clock } from '#base';
import type { Journal, JournalEntry, LostEntries, Sequence } from '#journal';
import type { BatchLimits, BatchPlan, ReaderFilter } from './types.ts';

/** An idle reader looks up this often, to let go of segments whose entries are not for it. */
const IDLE_MS = 5_000;

export interface GatherOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly filter: ReaderFilter;
  readonly limits: BatchLimits;
  /** A batch has its first entry: from now on something is held. */
  readonly onFirst: (entry: JournalEntry) => void;
  readonly onLost: (lost: LostEntries) => void;
}

export interface Gathered {
  readonly entries: JournalEntry[];
  /** How far the journal was looked through. */
  readonly last: Sequence;
}

/**
 * Waits for a first entry after `after` (at most some seconds), then for more until the batch is full, or its first entry is
 * older than the batch's waiting time. When `signal` aborts it gives what there is at once.
 */
export async function gatherBatch(options: GatherOptions, after: Sequence, signal: AbortSignal): Promise<Gathered> {
  const { limits, clock } = options;
  const batch = new Batch(options, after);
  await batch.readOn({ waitMs: IDLE_MS }, signal);
  while (batch.entries.length > 0 && !batch.isFull && !signal.aborted) {
    const leftMs = (batch.entries[0]?.writtenMs ?? 0) + limits.waitMs - clock.nowMs();
    if (leftMs <= 0) break;
    // A first entry stamped in the future (the clock was set back) must not hold the batch for ever.
    const waitMs = Math.min(leftMs, limits.waitMs);
    await batch.readOn({ waitMs, gather: batch.room }, signal);
  }
  await batch.readUp();
  return { entries: batch.entries, last: batch.last };
}

/** Reads a plan's entries again. */
export async function readPlanned(options: GatherOptions, plan: BatchPlan): Promise<JournalEntry[]> {
  const { journal, filter, onLost } = options;
  const entries: JournalEntry[] = [];
  let after = plan.firstAfter;
  while (after < plan.last && entries.length < plan.entryCount) {
    const maxEntries = plan.entryCount - entries.length;
    const read = await journal.read({ after, maxBytes: Number.MAX_SAFE_INTEGER, maxEntries, waitMs: 0, ...filter });
    for (const lost of read.lost) onLost(lost);
    entries.push(...read.entries.filter((entry) => entry.sequence <= plan.last));
    if (read.nextAfter === after) break;
    after = read.nextAfter;
  }
  return entries;
}

class Batch {
  readonly entries: JournalEntry[] = [];
  last: Sequence;
  #bytes = 0;
  readonly #options: GatherOptions;

  constructor(options: GatherOptions, after: Sequence) {
    this.#options = options;
    this.last = after;
  }

  get room(): { entries: number; bytes: number } {
    const { entriesMax, bytesMax } = this.#options.limits;
    return { entries: entriesMax - this.entries.length, bytes: bytesMax - this.#bytes };
  }

  get isFull(): boolean {
    return this.room.entries <= 0 || this.room.bytes <= 0;
  }

  async readOn(
    wait: { waitMs: number; gather?: { entries: number; bytes: number } },
    signal?: AbortSignal,
  ): Promise<void> {
    const { journal, filter, onLost } = this.#options;
    const { entries: maxEntries, bytes: maxBytes } = this.room;
    const read = await journal.read({
      after: this.last,
      maxBytes,
      maxEntries,
      ...filter,
      ...wait,
      ...(signal && { signal }),
    });
    for (const lost of read.lost) onLost(lost);
    const [first] = read.entries;
    if (first && this.entries.length === 0) this.#options.onFirst(first);
    for (const entry of read.entries) {
      this.entries.push(entry);
      this.#bytes += entry.payload.length;
    }
    this.last = read.nextAfter;
  }

  /** Takes what is there without waiting. */
  async readUp(): Promise<void> {
    while (!this.isFull && this.last < this.#options.journal.head) {
      const before = this.last;
      await this.readOn({ waitMs: 0 });
      if (this.last === before) return;
    }
  }
}
