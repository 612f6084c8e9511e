/** An entry on its way to disk and, once durable, in the tail that readers share; and the chunks of memory it lives in. */
import { ENTRY_HEAD_BYTES, patchEntry, sealEntry, writeEntryHead } from './format.ts';
import type { Segment } from './segment.ts';
import type { HeldReservation } from './space.ts';
import type { Sequence } from './types.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Entries above this get a chunk of their own. */
const SHARED_CHUNK_ENTRY_BYTES_MAX = CHUNK_BYTES / 4;
const FREE_CHUNKS_MAX = 4;

export interface Chunk {
  readonly buffer: Buffer;
  used: number;
  /** Entries in it that are still needed, and reads that have some of them. */
  live: number;
}

/**
 * Entries are laid out in chunks exactly as they stand in the segment: one copy serves the write (one buffer a batch instead
 * of several an entry) and the tail, and the caller's buffers, often slices of much larger ones, are let go.
 */
export class ChunkArena {
  #current: Chunk = { buffer: Buffer.allocUnsafeSlow(CHUNK_BYTES), used: 0, live: 0 };
  readonly #free: Buffer[] = [];

  place(sizeBytes: number): { chunk: Chunk; offset: number } {
    if (sizeBytes > SHARED_CHUNK_ENTRY_BYTES_MAX) {
      return { chunk: { buffer: Buffer.allocUnsafeSlow(sizeBytes), used: sizeBytes, live: 1 }, offset: 0 };
    }
    if (this.#current.used + sizeBytes > CHUNK_BYTES) {
      const full = this.#current;
      this.#current = { buffer: this.#free.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES), used: 0, live: 0 };
      if (full.live === 0) this.#recycle(full);
    }
    const chunk = this.#current;
    const offset = chunk.used;
    chunk.used += sizeBytes;
    chunk.live += 1;
    return { chunk, offset };
  }

  /** One more needs the chunk, until it releases it; who never does leaves it to the collector. */
  retain(chunk: Chunk): void {
    chunk.live += 1;
  }

  release(chunk: Chunk): void {
    chunk.live -= 1;
    if (chunk.live > 0) return;
    if (chunk === this.#current) chunk.used = 0;
    else this.#recycle(chunk);
  }

  #recycle(chunk: Chunk): void {
    if (chunk.buffer.length === CHUNK_BYTES && this.#free.length < FREE_CHUNKS_MAX) this.#free.push(chunk.buffer);
  }
}

export class PendingEntry {
  readonly kind: number;
  routes: readonly string[];
  attachments: readonly string[];
  pieces: readonly Uint8Array[] | undefined;
  sizeBytes: number;
  /** What it counts for in the bound of waiting entries, whatever becomes of it. */
  readonly waitingBytes: number;
  readonly until: 'durable' | 'written';
  readonly reservation: HeldReservation | undefined;
  #settle: { resolve: (sequence: Sequence) => void; reject: (error: Error) => void } | undefined;
  /** 0 until it is put into a batch. */
  sequence: Sequence = 0;
  writtenMs = 0;
  chunk: Chunk | undefined;
  offset = 0;
  payloadOffset = 0;
  segment: Segment | undefined;
  position = 0;
  /** The caller knows its sequence, so that the sequence cannot be given to another entry. */
  isTold = false;
  isVoid = false;
  rewrites = 0;
  /** The journal's count of failures when this was written. */
  failuresBefore = 0;
  /** Bytes of all entries up to and with this one since the journal was opened. */
  bytesThrough = 0;

  constructor(
    input: {
      kind: number;
      routes: readonly string[];
      attachments: readonly string[];
      pieces: readonly Uint8Array[];
      sizeBytes: number;
      until: 'durable' | 'written';
      reservation: HeldReservation | undefined;
    },
    resolve: (sequence: Sequence) => void,
    reject: (error: Error) => void,
  ) {
    this.kind = input.kind;
    this.routes = input.routes;
    this.attachments = input.attachments;
    this.pieces = input.pieces;
    this.sizeBytes = input.sizeBytes;
    this.waitingBytes = input.sizeBytes;
    this.until = input.until;
    this.reservation = input.reservation;
    this.#settle = { resolve, reject };
  }

  /** Whether reserved space pays for it. */
  get isReserved(): boolean {
    return this.reservation !== undefined && !this.reservation.isReleased && this.sizeBytes <= this.reservation.bytes;
  }

  get payload(): Buffer {
    const buffer = this.chunk?.buffer ?? Buffer.alloc(0);
    return buffer.subarray(this.payloadOffset, this.offset + this.sizeBytes);
  }

  tell(): void {
    this.isTold = true;
    this.#settle?.resolve(this.sequence);
    this.#settle = undefined;
  }

  refuse(error: Error): void {
    this.#settle?.reject(error);
    this.#settle = undefined;
  }

  /** Lays the entry out for `segment`; a second time only what changed is written. */
  encode(arena: ChunkArena, sequence: Sequence, acknowledged: Sequence, nowMs: number, salt: number): Chunk {
    if (this.chunk) {
      patchEntry(this.chunk.buffer, this.offset, acknowledged);
      sealEntry(this.chunk.buffer, this.offset, this.sizeBytes, salt);
      return this.chunk;
    }
    const { chunk, offset } = arena.place(this.sizeBytes);
    this.sequence = sequence;
    this.writtenMs = nowMs;
    this.chunk = chunk;
    this.offset = offset;
    const pieces = this.pieces ?? [];
    let payloadBytes = 0;
    for (const piece of pieces) payloadBytes += piece.length;
    this.payloadOffset = writeEntryHead(chunk.buffer, offset, this, acknowledged, payloadBytes);
    let at = this.payloadOffset;
    for (const piece of pieces) {
      chunk.buffer.set(piece, at);
      at += piece.length;
    }
    this.pieces = undefined;
    sealEntry(chunk.buffer, offset, this.sizeBytes, salt);
    return chunk;
  }

  /** Leaves only the sequence: the append was refused, but a later sequence is known to its caller. */
  makeVoid(): void {
    this.isVoid = true;
    this.routes = [];
    this.attachments = [];
    this.sizeBytes = ENTRY_HEAD_BYTES;
    if (!this.chunk) return;
    this.payloadOffset = writeEntryHead(this.chunk.buffer, this.offset, this, 0, 0);
  }
}
