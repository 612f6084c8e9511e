/** Counts what was served although the journal could not take it (`onFailure: serve`), and says so in a gap marker. */
import type { Journal } from '#journal';
import { encodeGap, ENTRY_KIND } from '#records';
import type { Emit } from '#telemetry';

export class MissedEntries {
  readonly #journal: Journal;
  readonly #emit: Emit;
  /** Since the last gap marker. */
  #count = 0;

  constructor(journal: Journal, emit: Emit) {
    this.#journal = journal;
    this.#emit = emit;
  }

  note(): void {
    this.#count += 1;
    this.#emit({ name: 'record-missed', count: 1 });
  }

  /** The journal takes entries again: says how many it missed. A marker that fails is told with the next. */
  tell(): void {
    if (this.#count === 0) return;
    const count = this.#count;
    this.#count = 0;
    const at = this.#journal.head;
    const payload = encodeGap({
      reader: 'journal',
      firstSequence: at + 1,
      lastSequence: at,
      count,
      reason: 'journal-unwritable',
    });
    this.#journal.append({ kind: ENTRY_KIND.gap, payload }).catch(() => {
      this.#count += count;
    });
  }
}
