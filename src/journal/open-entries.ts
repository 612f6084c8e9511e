import type { Journal, Sequence } from './types.ts';

/** The name that they hold the journal under. */
export const OPEN_ENTRIES_READER = 'open-calls';
/** The journal's hold is moved at most once in this many entries: it is only there to let segments go. */
const HOLD_STEP_ENTRIES = 1_000;
/** Begins that were appended together may be noted out of order, by far less than this many. */
const DISORDER_MAX = 64;

/** Something between its begin and its end: a model call, an API call that changes something. */
export interface OpenEntry {
  /** Of its begin entry; until that is written, a sequence that it cannot be below. */
  sequence: Sequence;
}

/**
 * What has begun and not ended: the journal keeps everything from the oldest of them on, so that
 * after a crash each begin without an end is found again.
 */
export class OpenEntries {
  readonly #journal: Journal;
  /** In the order of their begins, so with nearly ascending sequences. */
  readonly #open = new Set<OpenEntry>();
  #heldFrom: Sequence = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Call it before the begin is appended: an entry that is on its way must not count as settled. */
  opening(): OpenEntry {
    const entry = { sequence: this.#journal.head + 1 };
    this.#open.add(entry);
    return entry;
  }

  ended(entry: OpenEntry): void {
    this.#open.delete(entry);
    const settled = this.settledThrough;
    if (settled - this.#heldFrom >= HOLD_STEP_ENTRIES) this.hold(settled);
  }

  /** Everything up to and with this entry belongs to what has ended. */
  get settledThrough(): Sequence {
    let oldest = Number.POSITIVE_INFINITY;
    let looked = 0;
    for (const { sequence } of this.#open) {
      oldest = Math.min(oldest, sequence);
      if ((looked += 1) >= DISORDER_MAX) break;
    }
    return Math.min(oldest - 1, this.#journal.head);
  }

  hold(sequence: Sequence): void {
    this.#heldFrom = sequence;
    this.#journal.holdFrom(OPEN_ENTRIES_READER, sequence);
  }
}
