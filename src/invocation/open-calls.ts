import type { Journal, Sequence } from '#journal';

/** The name that open calls hold the journal under. */
export const OPEN_CALLS_READER = 'open-calls';
/** The journal's hold is moved at most once in this many entries: it is only there to let segments go. */
const HOLD_STEP_ENTRIES = 1_000;
/** Begins that were appended together may be noted out of order, by far less than this many. */
const DISORDER_MAX = 64;

/** A call between its begin and its end. */
export interface OpenCall {
  /** Of its begin entry; until that is written, a sequence that it cannot be below. */
  sequence: Sequence;
}

/**
 * Which calls have begun and not ended: the journal keeps everything from the oldest of them on, so that
 * after a crash each begin without an end is found again.
 */
export class OpenCalls {
  readonly #journal: Journal;
  /** In the order of their begins, so with nearly ascending sequences. */
  readonly #open = new Set<OpenCall>();
  #heldFrom: Sequence = 0;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Call it before the begin is appended: an entry that is on its way must not count as settled. */
  opening(): OpenCall {
    const call = { sequence: this.#journal.head + 1 };
    this.#open.add(call);
    return call;
  }

  ended(call: OpenCall): void {
    this.#open.delete(call);
    const settled = this.settledThrough;
    if (settled - this.#heldFrom >= HOLD_STEP_ENTRIES) this.hold(settled);
  }

  /** Everything up to and with this entry belongs to calls that have ended. */
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
    this.#journal.holdFrom(OPEN_CALLS_READER, sequence);
  }
}
