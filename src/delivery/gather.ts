/** Gathers a reader's next batch from the journal. */
import { type Clock, Slices } from '#base';
import type { Journal, JournalEntry, LostEntries, Sequence } from '#journal';
import type { BatchEntry, BatchLimits, BatchPlan, ReaderFilter, ReaderSink } from './types.ts';

/** An idle reader looks up this often, to let go of segments whose entries are not for it. */
const IDLE_MS = 5_000;
/** A plan's entries are read again in pieces of so many bytes: what condensing leaves of them may be far less. */
const PLANNED_READ_BYTES = 8 * 1024 * 1024;

export interface GatherOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly filter: ReaderFilter;
  readonly limits: BatchLimits;
  readonly condense: ReaderSink['condense'];
  /** A batch has its first entry: from now on something is held. */
  readonly onFirst: (entry: JournalEntry) => void;
  readonly onLost: (lost: LostEntries) => void;
}

export interface Gathered {
  readonly entries: BatchEntry[];
  /** How far the journal was looked through. */
  readonly last: Sequence;
  /** The batch is delivered: none of its entries is used any more. */
  readonly release: () => void;
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
  return { entries: batch.entries, last: batch.last, release: () => batch.release() };
}

/** Reads a plan's entries again. */
export async function readPlanned(options: GatherOptions, plan: BatchPlan): Promise<BatchEntry[]> {
  const { journal, filter, onLost } = options;
  const entries: BatchEntry[] = [];
  let after = plan.firstAfter;
  while (after < plan.last && entries.length < plan.entryCount) {
    const maxEntries = plan.entryCount - entries.length;
    const read = await journal.read({ after, maxBytes: PLANNED_READ_BYTES, maxEntries, waitMs: 0, ...filter });
    for (const lost of read.lost) onLost(lost);
    await eachCondensed(options, read.entries, (entry) => {
      if (entry.sequence <= plan.last) entries.push(entry);
    });
    if (read.nextAfter === after) break;
    after = read.nextAfter;
  }
  return entries;
}

async function eachCondensed(
  { condense }: GatherOptions,
  entries: readonly JournalEntry[],
  take: (entry: BatchEntry) => void,
): Promise<void> {
  const slices = new Slices();
  for (const entry of entries) {
    take(condense ? condense(entry) : entry);
    const turn = slices.over();
    if (turn) await turn;
  }
}

/** Bytes that an entry of a batch holds in memory. */
function sizeOf({ payload, condensed }: BatchEntry): number {
  const line = condensed && 'rendered' in condensed ? condensed.rendered?.line : undefined;
  return payload.length + (line?.length ?? 0);
}

class Batch {
  readonly entries: BatchEntry[] = [];
  /** Give back what the entries are lent. */
  readonly #releases: (() => void)[] = [];
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
    await eachCondensed(this.#options, read.entries, (entry) => {
      this.entries.push(entry);
      this.#bytes += sizeOf(entry);
    });
    this.last = read.nextAfter;
    // What condensing leaves holds nothing of the entries.
    if (this.#options.condense) read.release();
    else this.#releases.push(read.release);
  }

  release(): void {
    for (const release of this.#releases.splice(0)) release();
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
