import type { Journal } from '#journal';

/** The name that open calls hold the journal under. */
export const OPEN_CALLS_READER = 'open-calls';

/**
 * Which calls have begun and not ended: the journal keeps everything from the oldest of them on, so that
 * after a crash each begin without an end is found again.
 */
export class OpenCalls {
  readonly #journal: Journal;
  /** Sequences of begin entries in the order of insertion; nearly ascending. */
  readonly #open = new Set<number>();
  #heldFrom = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get count(): number {
    return this.#open.size;
  }

  begun(sequence: number): void {
    this.#open.add(sequence);
  }

  ended(sequence: number): void {
    this.#open.delete(sequence);
    this.#advance();
  }

  /** Everything up to and with this entry belongs to calls that have ended. */
  get settledThrough(): number {
    let oldest = Number.POSITIVE_INFINITY;
    // Begins that were appended together may be noted out of order, by far less than this many.
    let looked = 0;
    for (const sequence of this.#open) {
      oldest = Math.min(oldest, sequence);
      if ((looked += 1) >= 64) break;
    }
    return Math.min(oldest - 1, this.#journal.head);
  }

  /** Called after recovery and whenever a call ends: moves the journal's hold, at most once every 1,000 entries. */
  #advance(): void {
    const settled = this.settledThrough;
    if (settled - this.#heldFrom < 1_000) return;
    this.hold(settled);
  }

  hold(sequence: number): void {
    this.#heldFrom = sequence;
    this.#journal.holdFrom(OPEN_CALLS_READER, sequence);
  }
}
