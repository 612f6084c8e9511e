/**
 * Writes entries: one loop gathers what came in one turn of the event loop and writes it with one call; under `fsync` a second
 * loop runs fdatasync while the first goes on writing. An entry is acknowledged by the first fdatasync that began after its
 * write had ended.
 *
 * Faults. A failed write refuses its batch and leaves the segment behind: its position has not moved, so that what may stand
 * behind it never counts. A failed fdatasync is not tried again on the same file, since the kernel may have dropped the dirty
 * pages and would now report success: what was not acknowledged is written again into a new segment, once, and then refused.
 * A refused entry gives its sequence back, unless a later one has been told to a caller already: then it stays as a void entry.
 */
import { type Clock, OperationalError, sleep } from '#base';
import { ENTRY_HEAD_BYTES, encodeSegmentHeader, SEGMENT_HEADER_BYTES } from './format.ts';
import { type FileSystem, removeIfThere } from './file-system.ts';
import type { Health } from './health.ts';
import { ChunkArena, type PendingEntry } from './pending.ts';
import type { SegmentPool } from './pool.ts';
import type { Segment } from './segment.ts';
import type { DiskUsage, ReservedSpace } from './space.ts';
import type { Sequence } from './types.ts';

export type Durability = 'fsync' | 'os';

/** What one write takes at most. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;
/** How long the loop waits before it tries again to write entries that it may not refuse. */
const RETRY_MS = 250;

export interface WriterOptions {
  readonly durability: Durability;
  readonly fileSystem: FileSystem;
  readonly nodeId: string;
  readonly clock: Clock;
  readonly pool: SegmentPool;
  readonly reserved: ReservedSpace;
  readonly usage: DiskUsage;
  readonly health: Health;
  readonly arena: ChunkArena;
  readonly newSalt: () => number;
  /** All segments that hold entries, oldest first; the writer adds the one it writes to. */
  readonly segments: Segment[];
  /** Entries have become durable, in order: readers may see them. */
  readonly onVisible: (entries: readonly PendingEntry[]) => void;
}

export class Writer {
  readonly #options: WriterOptions;
  #queue: PendingEntry[] = [];
  /** Written, not yet known to be durable. */
  #unsynced: PendingEntry[] = [];
  #active: Segment | undefined;
  readonly #toSeal = new Set<Segment>();
  #next: Sequence;
  #head: Sequence;
  #running: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #syncError: unknown;
  #closed = false;

  constructor(options: WriterOptions, head: Sequence) {
    this.#options = options;
    this.#head = head;
    this.#next = head + 1;
  }

  get head(): Sequence {
    return this.#head;
  }

  get active(): Segment | undefined {
    return this.#active;
  }

  /** Puts the first segment to use, with its header durable: the next sequence is then on disk whatever is deleted. */
  async start(): Promise<void> {
    const segment = await this.#options.pool.take(SEGMENT_HEADER_BYTES);
    this.#activate(segment);
    await segment.file?.write([this.#header(segment)], 0);
    segment.position = SEGMENT_HEADER_BYTES;
    if (this.#options.durability === 'fsync') await segment.file?.datasync();
    segment.isAnchored = true;
  }

  add(entry: PendingEntry): void {
    if (this.#closed) {
      entry.refuse(new OperationalError('journal-closed', 'the journal is closed', 'Start the server again.'));
      return;
    }
    this.#queue.push(entry);
    this.#run();
  }

  /** Bytes that reserved entries, none above `largestBytes`, can surely still take without any further preparation. */
  reservableBytes(largestBytes = 0): number {
    const { pool, reserved } = this.#options;
    let bytes = reserved.usable(this.#active?.roomBytes ?? 0, largestBytes);
    for (const segment of pool.ready) bytes += reserved.usable(segment.sizeBytes - SEGMENT_HEADER_BYTES, largestBytes);
    return bytes;
  }

  /** Writes what is queued, makes it durable, cuts the active segment to its length. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running ?? this.#syncing) await (this.#running ?? this.#syncing);
    const active = this.#active;
    this.#active = undefined;
    if (active) await this.#seal(active).catch(() => undefined);
  }

  #run(): void {
    this.#running ??= this.#loop().finally(() => {
      this.#running = undefined;
      if (this.#queue.length > 0 || this.#syncError !== undefined) this.#run();
    });
  }

  async #loop(): Promise<void> {
    // One turn of the event loop: what other sockets bring in the same turn shares the write.
    await new Promise(setImmediate);
    while (this.#queue.length > 0 || this.#syncError !== undefined) {
      if (this.#syncError !== undefined) await this.#takeBackUnsynced();
      const first = this.#queue[0];
      if (!first) continue;
      try {
        await this.#makeRoom(first);
      } catch (error) {
        await this.#refuseFirst(error);
        continue;
      }
      await this.#writeBatch();
    }
  }

  /** Sees to it that the active segment can take `entry`, and that reserved entries still have their space after it. */
  async #makeRoom(entry: PendingEntry): Promise<void> {
    const { pool, reserved } = this.#options;
    for (;;) {
      const active = this.#active;
      const fits = active !== undefined && entry.sizeBytes <= active.roomBytes;
      if (!entry.isReserved && reserved.bytes > 0) {
        const lost = fits ? 0 : reserved.usable(active?.roomBytes ?? 0, 0);
        if (this.reservableBytes() - lost - entry.sizeBytes < reserved.bytes) {
          await pool.prepare(entry.sizeBytes + SEGMENT_HEADER_BYTES);
          continue;
        }
      }
      if (fits) return;
      const next = await pool.take(entry.sizeBytes + SEGMENT_HEADER_BYTES);
      this.#leaveActive();
      this.#activate(next);
    }
  }

  async #writeBatch(): Promise<void> {
    const options = this.#options;
    const { segment, batch, buffers, end } = this.#takeBatch();
    try {
      await segment.file?.write(buffers, segment.position);
    } catch (error) {
      this.#refuse(batch, options.health.fail(error));
      this.#leaveActive();
      await this.#pauseIfStuck();
      return;
    }
    for (const entry of batch) {
      segment.note(entry.sequence, entry.position, entry.attachments);
      entry.reservation?.release();
      if (entry.until === 'written') entry.tell();
    }
    segment.position = end;
    if (options.durability === 'os') return this.#acknowledge(batch);
    for (const entry of batch) this.#unsynced.push(entry);
    this.#sync();
  }

  /** Takes queued entries that fit, and lays them out as they will stand in the segment. */
  #takeBatch(): { segment: Segment; batch: PendingEntry[]; buffers: Buffer[]; end: number } {
    const { reserved, clock, arena, health } = this.#options;
    const segment = this.#active as Segment;
    const buffers: Buffer[] = segment.position === 0 ? [this.#header(segment)] : [];
    const start = Math.max(segment.position, SEGMENT_HEADER_BYTES);
    const nowMs = clock.nowMs();
    let spare = reserved.bytes > 0 ? this.reservableBytes() - reserved.bytes : Number.POSITIVE_INFINITY;
    let end = start;
    let count = 0;
    let run: { chunk: PendingEntry['chunk']; from: number; to: number } | undefined;
    for (const entry of this.#queue) {
      if (count > 0 && end - start + entry.sizeBytes > BATCH_BYTES_MAX) break;
      if (end + entry.sizeBytes > segment.sizeBytes) break;
      if (count > 0 && !entry.isReserved && spare < entry.sizeBytes) break;
      if (!entry.isReserved) spare -= entry.sizeBytes;
      count += 1;
      entry.encode(arena, this.#next, this.#head, nowMs, segment.salt);
      this.#next = entry.sequence + 1;
      entry.segment = segment;
      entry.failuresBefore = health.failures;
      entry.position = end;
      end += entry.sizeBytes;
      if (run && run.chunk === entry.chunk && run.to === entry.offset) {
        run.to += entry.sizeBytes;
        continue;
      }
      if (run) buffers.push(piece(run));
      run = { chunk: entry.chunk, from: entry.offset, to: entry.offset + entry.sizeBytes };
    }
    if (run) buffers.push(piece(run));
    const batch = this.#queue.slice(0, count);
    this.#queue = count === this.#queue.length ? [] : this.#queue.slice(count);
    return { segment, batch, buffers, end };
  }

  #sync(): void {
    this.#syncing ??= this.#syncLoop().finally(() => {
      this.#syncing = undefined;
      if (this.#syncError !== undefined) this.#run();
      else if (this.#unsynced.length > 0) this.#sync();
    });
  }

  async #syncLoop(): Promise<void> {
    while (this.#unsynced.length > 0 && this.#syncError === undefined) {
      const count = this.#unsynced.length;
      try {
        for (const segment of new Set(this.#unsynced.map((entry) => entry.segment))) await segment?.file?.datasync();
      } catch (error) {
        this.#syncError = error;
        return;
      }
      const durable = this.#unsynced.slice(0, count);
      this.#unsynced = this.#unsynced.slice(count);
      this.#acknowledge(durable);
    }
  }

  #acknowledge(entries: readonly PendingEntry[]): void {
    const last = entries.at(-1);
    if (last) {
      this.#head = last.sequence;
      if (last.segment) last.segment.isAnchored = true;
      if (last.failuresBefore === this.#options.health.failures) this.#options.health.heal();
      this.#options.onVisible(entries);
      for (const entry of entries) entry.tell();
    }
    for (const segment of this.#toSeal) {
      if (segment.last > this.#head) continue;
      this.#toSeal.delete(segment);
      this.#seal(segment).catch((error: unknown) => this.#options.health.fail(error));
    }
  }

  /** After a failed fdatasync: what was not acknowledged goes back to the head of the queue, for a new segment. */
  async #takeBackUnsynced(): Promise<void> {
    const error = this.#options.health.fail(this.#syncError);
    this.#syncError = undefined;
    const entries = this.#unsynced;
    this.#unsynced = [];
    for (const entry of entries) {
      const { segment } = entry;
      if (segment && segment.last >= entry.sequence) segment.cut(entry.sequence, entry.position);
    }
    for (const segment of new Set(entries.map((entry) => entry.segment))) {
      if (segment === this.#active) this.#leaveActive();
      else if (segment?.isEmpty && !segment.isAnchored) this.#discard(segment);
    }
    for (const entry of entries) entry.rewrites += 1;
    if (entries.every((entry) => entry.rewrites <= 1)) {
      this.#queue = [...entries, ...this.#queue];
      return;
    }
    this.#refuse(entries, error);
    await this.#pauseIfStuck();
  }

  /** Entries that may not be refused are tried again, but not in a hot loop. */
  async #pauseIfStuck(): Promise<void> {
    if ((this.#queue[0]?.sequence ?? 0) > 0) await sleep(RETRY_MS);
  }

  /** Refuses the entry at the head of the queue; waits a little when it may not be refused. */
  async #refuseFirst(cause: unknown): Promise<void> {
    const error = this.#options.health.fail(cause);
    const numbered = this.#queue.filter((entry) => entry.sequence > 0);
    if (numbered.length === 0) {
      this.#queue.shift()?.refuse(error);
      return;
    }
    for (const entry of this.#queue.splice(numbered.length)) entry.refuse(error);
    this.#refuse(this.#queue.splice(0), error);
    await this.#pauseIfStuck();
  }

  /** Refuses numbered entries; those whose sequence a caller knows, and voids for what stands before them, stay queued. */
  #refuse(entries: readonly PendingEntry[], error: OperationalError): void {
    const waiting = this.#queue.findIndex((entry) => entry.sequence === 0);
    const numberedAfter = this.#queue.splice(0, waiting < 0 ? this.#queue.length : waiting);
    const all = [...entries, ...numberedAfter];
    const kept = this.#closed ? [] : all.slice(0, all.findLastIndex((entry) => entry.isTold) + 1);
    this.#next = kept.at(-1) ? (kept.at(-1)?.sequence ?? 0) + 1 : (all[0]?.sequence ?? this.#next);
    for (const [index, entry] of all.entries()) {
      if (entry.isTold && index < kept.length) continue;
      entry.refuse(error);
      if (index < kept.length) entry.makeVoid();
      else if (entry.chunk) this.#options.arena.release(entry.chunk);
    }
    this.#queue = [...kept, ...this.#queue];
  }

  #header(segment: Segment): Buffer {
    const { first, salt } = segment;
    return encodeSegmentHeader({ nodeId: this.#options.nodeId, first, salt, acknowledged: this.#head });
  }

  #activate(segment: Segment): void {
    segment.begin(this.#queue[0]?.sequence || this.#next, this.#options.newSalt());
    this.#active = segment;
    this.#options.segments.push(segment);
  }

  /** No entry is written into the active segment any more. */
  #leaveActive(): void {
    const segment = this.#active;
    this.#active = undefined;
    if (!segment) return;
    if (segment.isEmpty && !segment.isAnchored) return this.#discard(segment);
    this.#toSeal.add(segment);
    this.#acknowledge([]);
  }

  #discard(segment: Segment): void {
    const { segments, usage, fileSystem } = this.#options;
    const index = segments.indexOf(segment);
    if (index >= 0) segments.splice(index, 1);
    usage.sizeBytes -= segment.sizeBytes;
    const file = segment.file;
    segment.file = undefined;
    const gone = async (): Promise<void> => {
      await file?.close();
      await removeIfThere(fileSystem, segment.path);
    };
    gone().catch((error: unknown) => this.#options.health.fail(error));
  }

  /** Gives back the space behind the last entry and closes the file. */
  async #seal(segment: Segment): Promise<void> {
    const file = segment.file;
    segment.file = undefined;
    if (!file) return;
    try {
      await file.truncate(segment.position);
      this.#options.usage.sizeBytes -= segment.sizeBytes - segment.position;
      segment.sizeBytes = segment.position;
      if (this.#options.durability === 'fsync') await file.datasync();
    } finally {
      await file.close();
    }
  }
}

function piece(run: { chunk: PendingEntry['chunk']; from: number; to: number }): Buffer {
  return run.chunk ? run.chunk.buffer.subarray(run.from, run.to) : Buffer.alloc(ENTRY_HEAD_BYTES);
}
