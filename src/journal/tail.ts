/** The latest durable entries in memory, shared by all readers that are near the head. */
import type { ChunkArena, PendingEntry } from './pending.ts';
import type { Sequence } from './types.ts';

/** What an entry costs in memory beside its bytes. */
const ENTRY_OVERHEAD_BYTES = 256;

export class Tail {
  readonly #bytesMax: number;
  readonly #arena: ChunkArena;
  #entries: PendingEntry[] = [];
  #start = 0;
  #bytes = 0;
  /** Bytes of all entries that became visible since the journal was opened. */
  bytesTotal = 0;
  /** The sequence after the last entry. */
  #next: Sequence;

  constructor(arena: ChunkArena, bytesMax: number, head: Sequence) {
    this.#arena = arena;
    this.#bytesMax = bytesMax;
    this.#next = head + 1;
  }

  /** Sequence of the oldest entry held; head + 1 when none is. */
  get first(): Sequence {
    return this.#entries[this.#start]?.sequence ?? this.#next;
  }

  push(entries: readonly PendingEntry[]): void {
    for (const entry of entries) {
      this.bytesTotal += entry.sizeBytes;
      entry.bytesThrough = this.bytesTotal;
      this.#entries.push(entry);
      this.#bytes += entry.sizeBytes + ENTRY_OVERHEAD_BYTES;
      this.#next = entry.sequence + 1;
    }
    while (this.#bytes > this.#bytesMax && this.#start < this.#entries.length) this.#drop();
    if (this.#start > 1024 && this.#start * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#start);
      this.#start = 0;
    }
  }

  /** The entry with this sequence, when it is held. */
  get(sequence: Sequence): PendingEntry | undefined {
    return this.#entries[this.#start + sequence - this.first];
  }

  /** Bytes of the entries after `sequence`; undefined when some of them are not held any more. */
  bytesAfter(sequence: Sequence): number | undefined {
    if (sequence + 1 >= this.#next) return 0;
    const next = sequence + 1 < this.first ? undefined : this.get(sequence + 1);
    return next && this.bytesTotal - next.bytesThrough + next.sizeBytes;
  }

  #drop(): void {
    const entry = this.#entries[this.#start];
    if (!entry) return;
    this.#bytes -= entry.sizeBytes + ENTRY_OVERHEAD_BYTES;
    if (entry.chunk) this.#arena.release(entry.chunk);
    this.#entries[this.#start] = undefined as unknown as PendingEntry;
    this.#start += 1;
  }
}
