/** Lays queued entries out as they will stand in a segment, for one write. */
import { SEGMENT_HEADER_BYTES } from './format.ts';
import type { Chunk, ChunkArena, PendingEntry } from './pending.ts';
import type { Segment } from './segment.ts';
import type { Sequence } from './types.ts';

/** What one write takes at most: laying it out with its checksums holds the event loop for well under a millisecond. */
const BATCH_BYTES_MAX = 1024 * 1024;

export interface BatchContext {
  readonly segment: Segment;
  readonly arena: ChunkArena;
  /** Sequence of the next entry that has none yet. */
  readonly next: Sequence;
  /** The journal's head: what readers may see. */
  readonly head: Sequence;
  readonly nowMs: number;
  /** Bytes that entries without a reservation may take. */
  readonly spareBytes: number;
  readonly failures: number;
}

export interface Batch {
  readonly count: number;
  readonly buffers: readonly Buffer[];
  /** Where the segment's next entry goes once the batch is written. */
  readonly end: number;
  readonly next: Sequence;
}

/** Takes from the head of `queue` what fits: at least the first entry, for which there must be room. */
export function layOut(queue: readonly PendingEntry[], context: BatchContext): Batch {
  const { segment, arena, head, nowMs, failures } = context;
  const start = Math.max(segment.position, SEGMENT_HEADER_BYTES);
  const runs = new Runs();
  let { next, spareBytes } = context;
  let end = start;
  let count = 0;
  for (const entry of queue) {
    const isFirst = count === 0;
    if (end + entry.sizeBytes > segment.sizeBytes) break;
    if (!isFirst && end - start + entry.sizeBytes > BATCH_BYTES_MAX) break;
    if (!entry.isReserved) {
      if (!isFirst && spareBytes < entry.sizeBytes) break;
      spareBytes -= entry.sizeBytes;
    }
    const chunk = entry.encode(arena, next, head, nowMs, segment.salt);
    next = entry.sequence + 1;
    entry.segment = segment;
    entry.position = end;
    entry.failuresBefore = failures;
    runs.add(chunk, entry.offset, entry.sizeBytes);
    end += entry.sizeBytes;
    count += 1;
  }
  return { count, buffers: runs.finish(), end, next };
}

/** Neighbours in a chunk are written as one buffer. */
class Runs {
  readonly #buffers: Buffer[] = [];
  #chunk: Chunk | undefined;
  #from = 0;
  #to = 0;

  add(chunk: Chunk, offset: number, sizeBytes: number): void {
    if (this.#chunk !== chunk || this.#to !== offset) {
      this.#cut();
      this.#chunk = chunk;
      this.#from = offset;
      this.#to = offset;
    }
    this.#to += sizeBytes;
  }

  finish(): readonly Buffer[] {
    this.#cut();
    return this.#buffers;
  }

  #cut(): void {
    if (this.#chunk) this.#buffers.push(this.#chunk.buffer.subarray(this.#from, this.#to));
  }
}
