/**
 * What one read takes from the tail: entries that fill most of a chunk are lent, as views into it, until the reader says that it
 * is done with them; of few entries in a chunk there are copies, so that a reader holds at most about twice what it reads.
 */
import type { Chunk, ChunkArena, PendingEntry } from './pending.ts';
import type { JournalEntry } from './types.ts';

/** A chunk is lent when the read has at least one part in so many of it. */
const LENT_PART = 2;

interface Taken {
  bytes: number;
  readonly entries: { -readonly [Key in keyof JournalEntry]: JournalEntry[Key] }[];
}

export class Loans {
  readonly #arena: ChunkArena;
  readonly #taken = new Map<Chunk, Taken>();
  readonly #lent: Chunk[] = [];
  #latest: { readonly chunk: Chunk; readonly taken: Taken } | undefined;

  constructor(arena: ChunkArena) {
    this.#arena = arena;
  }

  /** The entry as its reader gets it; {@link settle} ends the taking, in the same turn of the event loop. */
  take({ sequence, writtenMs, kind, routes, payload, attachments, chunk }: PendingEntry): JournalEntry {
    const entry = { sequence, writtenMs, kind, routes, payload, attachments };
    if (!chunk) return entry;
    const taken = this.#of(chunk);
    taken.bytes += payload.length;
    taken.entries.push(entry);
    return entry;
  }

  /** Decides what is lent and what is copied of what was taken. */
  settle(): void {
    for (const [chunk, { bytes, entries }] of this.#taken) {
      if (bytes * LENT_PART >= chunk.buffer.length) {
        this.#arena.retain(chunk);
        this.#lent.push(chunk);
      } else {
        for (const entry of entries) entry.payload = Buffer.from(entry.payload);
      }
    }
    this.#taken.clear();
    this.#latest = undefined;
  }

  /** Gives back what is lent: no view of it may be used after that. Idempotent. */
  release(): void {
    for (const chunk of this.#lent.splice(0)) this.#arena.release(chunk);
  }

  #of(chunk: Chunk): Taken {
    if (this.#latest?.chunk === chunk) return this.#latest.taken;
    const taken = this.#taken.get(chunk) ?? { bytes: 0, entries: [] };
    this.#taken.set(chunk, taken);
    this.#latest = { chunk, taken };
    return taken;
  }
}
