/**
 * Writes entries: one loop gathers what came in one turn of the event loop and writes it with one call; under `fsync` a second
 * loop runs fdatasync while the first goes on writing. An entry is acknowledged by the first fdatasync that began after its
 * write had ended. One whose caller only waits for the write does not start it: it shares the next that somebody waits for,
 * or has its own a little later.
 *
 * A small batch is written by the event loop itself (prompt-writes.ts), but never while an fdatasync runs, as it does while a disk
 * hangs.
 *
 * Faults. A failed write refuses its batch and leaves the segment behind: its position has not moved, so that what may stand
 * behind it never counts. A failed fdatasync is not tried again on the same file, since the kernel may have dropped the dirty
 * pages and would now report success: what was not acknowledged is written again into a new segment, once, and then refused.
 * A refused entry gives its sequence back, unless a later one has been told to a caller already: then it stays as a void entry.
 */
import { bug, type Clock, OperationalError, sleep } from '#base';
import { ActiveSegment, type ActiveSegmentOptions } from './active-segment.ts';
import { layOut } from './batch.ts';
import { SEGMENT_HEADER_BYTES } from './format.ts';
import type { ChunkArena, PendingEntry } from './pending.ts';
import type { SegmentPool } from './pool.ts';
import { PromptWrites } from './prompt-writes.ts';
import type { ReservedSpace } from './space.ts';
import type { Sequence } from './types.ts';

export type Durability = 'fsync' | 'os';

/** Entries that may wait for the disk; past it appends are refused at once, so that memory stays bounded when a disk hangs. */
const WAITING_BYTES_MAX = 256 * 1024 * 1024;
/** How long written entries that nobody waits for wait for an fdatasync that somebody does. */
const SYNC_DELAY_MS = 5;
/** How long the loop waits before it tries again to write entries that it may not refuse. */
const RETRY_MS = 250;

export interface WriterOptions extends ActiveSegmentOptions {
  readonly clock: Clock;
  readonly pool: SegmentPool;
  readonly reserved: ReservedSpace;
  readonly arena: ChunkArena;
  /** Entries have become durable, in order: readers may see them. */
  readonly onVisible: (entries: readonly PendingEntry[]) => void;
}

export class Writer {
  readonly #options: WriterOptions;
  #queue: PendingEntry[] = [];
  /** Written, not yet known to be durable. */
  #unsynced: PendingEntry[] = [];
  readonly #active: ActiveSegment;
  #next: Sequence;
  #head: Sequence;
  #running: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #syncError: unknown;
  #lateSync: NodeJS.Timeout | undefined;
  #closed = false;
  #waitingBytes = 0;
  readonly #prompt: PromptWrites;

  constructor(options: WriterOptions, head: Sequence) {
    this.#options = options;
    this.#active = new ActiveSegment(options);
    this.#prompt = new PromptWrites(options.clock);
    this.#head = head;
    this.#next = head + 1;
  }

  get head(): Sequence {
    return this.#head;
  }

  /** Puts the first segment to use. */
  async start(): Promise<void> {
    this.#active.begin(await this.#options.pool.take(SEGMENT_HEADER_BYTES), this.#next);
    await this.#active.anchor(this.#head);
  }

  add(entry: PendingEntry): void {
    if (this.#closed) {
      entry.refuse(new OperationalError('journal-closed', 'the journal is closed', 'Start the server again.'));
      return;
    }
    if (this.#waitingBytes + entry.waitingBytes > WAITING_BYTES_MAX) {
      entry.refuse(overloaded());
      return;
    }
    this.#waitingBytes += entry.waitingBytes;
    this.#queue.push(entry);
    this.#run();
  }

  #refuseOne(entry: PendingEntry, error: Error): void {
    this.#waitingBytes -= entry.waitingBytes;
    entry.refuse(error);
  }

  /** Bytes that reserved entries, none above `largestBytes`, can surely still take without any further preparation. */
  reservableBytes(largestBytes = 0): number {
    const { pool, reserved } = this.#options;
    let bytes = reserved.usable(this.#active.roomBytes, largestBytes);
    for (const segment of pool.ready) bytes += reserved.usable(segment.sizeBytes - SEGMENT_HEADER_BYTES, largestBytes);
    return bytes;
  }

  /** Writes what is queued, makes it durable, cuts the active segment to its length. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#syncWhenDue();
    while (this.#running ?? this.#syncing) await (this.#running ?? this.#syncing);
    await this.#active.close();
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
      const isPrompt = await this.#writeBatch();
      // Who appends again as soon as it is told must not keep all others from their turn.
      if (isPrompt && this.#queue.length > 0) await new Promise(setImmediate);
    }
  }

  /** Sees to it that the active segment can take `entry`, and that reserved entries still have their space after it. */
  async #makeRoom(entry: PendingEntry): Promise<void> {
    const { pool, reserved } = this.#options;
    for (;;) {
      const fits = entry.sizeBytes <= this.#active.roomBytes;
      if (!entry.isReserved && reserved.bytes > 0) {
        const lost = fits ? 0 : reserved.usable(this.#active.roomBytes, 0);
        if (this.reservableBytes() - lost - entry.sizeBytes < reserved.bytes) {
          await pool.prepare(entry.sizeBytes + SEGMENT_HEADER_BYTES);
          continue;
        }
      }
      if (fits) return;
      const next = await pool.take(entry.sizeBytes + SEGMENT_HEADER_BYTES);
      this.#active.begin(next, entry.sequence || this.#next);
      this.#active.sealUpTo(this.#head);
    }
  }

  /** @returns whether the event loop did it, and nothing else had a turn meanwhile */
  async #writeBatch(): Promise<boolean> {
    const { reserved, arena, clock, health, durability } = this.#options;
    const segment = this.#active.current ?? bug('a batch is written without a segment');
    const context = {
      segment,
      arena,
      next: this.#next,
      head: this.#head,
      nowMs: clock.nowMs(),
      spareBytes: reserved.bytes > 0 ? this.reservableBytes() - reserved.bytes : Number.POSITIVE_INFINITY,
      failures: health.failures,
    };
    const { count, buffers, end, next } = layOut(this.#queue, context);
    const batch = this.#queue.slice(0, count);
    this.#queue = count === this.#queue.length ? [] : this.#queue.slice(count);
    this.#next = next;
    const header = segment.position === 0 ? [this.#active.header(segment, this.#head)] : [];
    let isPrompt = false;
    try {
      isPrompt = !this.#syncing && this.#prompt.write(segment, [...header, ...buffers], end);
      if (!isPrompt) await segment.file?.write([...header, ...buffers], segment.position);
    } catch (error) {
      this.#refuse(batch, health.fail(error));
      this.#active.leave();
      await this.#pauseIfStuck();
      return false;
    }
    segment.position = end;
    for (const entry of batch) {
      segment.note(entry.sequence, entry.position, entry.attachments);
      entry.reservation?.release();
      if (entry.until === 'written') entry.tell();
    }
    if (durability === 'os') this.#acknowledge(batch);
    else for (const entry of batch) this.#unsynced.push(entry);
    this.#syncWhenDue();
    return isPrompt;
  }

  #syncWhenDue(): void {
    if (this.#unsynced.length === 0) return;
    if (this.#closed || this.#unsynced.some(({ until }) => until === 'durable')) return this.#sync();
    if (this.#lateSync) return;
    this.#lateSync = setTimeout(() => {
      this.#lateSync = undefined;
      if (this.#unsynced.length > 0) this.#sync();
    }, SYNC_DELAY_MS);
  }

  #sync(): void {
    this.#syncing ??= this.#syncOnce().finally(() => {
      this.#syncing = undefined;
      if (this.#syncError !== undefined) this.#run();
      else this.#syncWhenDue();
    });
  }

  async #syncOnce(): Promise<void> {
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

  #acknowledge(entries: readonly PendingEntry[]): void {
    const last = entries.at(-1);
    if (last) {
      this.#head = last.sequence;
      if (last.segment) last.segment.isAnchored = true;
      if (last.failuresBefore === this.#options.health.failures) this.#options.health.heal();
      this.#options.onVisible(entries);
      for (const entry of entries) {
        // Voids have been counted off when they were refused.
        if (!entry.isVoid) this.#waitingBytes -= entry.waitingBytes;
        entry.tell();
      }
    }
    this.#active.sealUpTo(this.#head);
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
      if (segment === this.#active.current) this.#active.leave();
      else if (segment?.isEmpty && !segment.isAnchored) this.#active.discard(segment);
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
    if ((this.#queue[0]?.sequence ?? 0) === 0) {
      const first = this.#queue.shift();
      if (first) this.#refuseOne(first, error);
      return;
    }
    const numbered = this.#takeNumbered();
    for (const entry of this.#queue.splice(0)) this.#refuseOne(entry, error);
    this.#refuse(numbered, error);
    await this.#pauseIfStuck();
  }

  /** Refuses numbered entries; those whose sequence a caller knows, and voids for what stands before them, stay queued. */
  #refuse(entries: readonly PendingEntry[], error: OperationalError): void {
    const all = [...entries, ...this.#takeNumbered()];
    const kept = this.#closed ? [] : all.slice(0, all.findLastIndex((entry) => entry.isTold) + 1);
    this.#next = kept.at(-1) ? (kept.at(-1)?.sequence ?? 0) + 1 : (all[0]?.sequence ?? this.#next);
    for (const [index, entry] of all.entries()) {
      if (index < kept.length && (entry.isTold || entry.isVoid)) continue;
      if (!entry.isVoid) this.#refuseOne(entry, error);
      if (index < kept.length) entry.makeVoid();
      else if (entry.chunk) this.#options.arena.release(entry.chunk);
    }
    this.#queue = [...kept, ...this.#queue];
  }

  /** Takes the entries that have a sequence already; they are at the head of the queue. */
  #takeNumbered(): PendingEntry[] {
    const waiting = this.#queue.findIndex((entry) => entry.sequence === 0);
    return this.#queue.splice(0, waiting < 0 ? this.#queue.length : waiting);
  }
}

function overloaded(): OperationalError {
  return new OperationalError(
    'journal-unwritable',
    `${WAITING_BYTES_MAX} bytes of entries wait to be written to the journal`,
    'Look at the disk: it does not keep up, or hangs.',
  );
}
