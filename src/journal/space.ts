/**
 * Disk space: what the journal takes, what it may take, and what is kept for reserved entries.
 *
 * A reservation is backed by bytes that are already allocated in prepared segments, so that the end of a begun call never
 * fails for want of space. An entry that does not fit the rest of a segment leaves that rest unused; the largest outstanding
 * reservation is therefore subtracted from what each segment can give.
 */
import { type Clock, OperationalError } from '#base';
import type { FileSystem } from './file-system.ts';
import { ATTACHMENTS_MAX, ENTRY_HEAD_BYTES, ROUTES_MAX, SEGMENT_HEADER_BYTES } from './format.ts';
import type { Reservation } from './types.ts';

/** Added to each reservation for the entry's head; enough for every route and for the few attachments of a call. */
const RESERVED_HEAD_BYTES = ENTRY_HEAD_BYTES + (ROUTES_MAX + Math.min(ATTACHMENTS_MAX, 24)) * 40;
/** How old a look at the free space may be when a spool body grows. */
const FREE_SPACE_AGE_MS = 1_000;

export interface DiskLimits {
  readonly sizeBytesMax: number;
  readonly minFreeBytes: number;
}

/** Bytes of segments and spool together, and the bounds they must keep. */
export class DiskUsage {
  readonly #directory: string;
  readonly #fileSystem: FileSystem;
  readonly #limits: DiskLimits;
  readonly #clock: Clock;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #freeBytes = 0;
  sizeBytes = 0;

  constructor(directory: string, fileSystem: FileSystem, limits: DiskLimits, clock: Clock) {
    this.#directory = directory;
    this.#fileSystem = fileSystem;
    this.#limits = limits;
    this.#clock = clock;
  }

  /** @throws {OperationalError} `journal-unwritable` when `bytes` more would pass a bound */
  async check(bytes: number, options: { mayBeOld?: boolean } = {}): Promise<void> {
    if (this.sizeBytes + bytes > this.#limits.sizeBytesMax) {
      throw new OperationalError(
        'journal-unwritable',
        `the journal in ${this.#directory} has reached its largest size (${this.#limits.sizeBytesMax} bytes)`,
        'A destination is behind and holds it: see `varve doctor`; mend the destination, or raise the limit.',
      );
    }
    const nowMs = this.#clock.monotonicMs();
    if (!options.mayBeOld || nowMs - this.#lookedAtMs > FREE_SPACE_AGE_MS) {
      this.#freeBytes = await this.#fileSystem.freeBytes(this.#directory);
      this.#lookedAtMs = nowMs;
    }
    if (this.#freeBytes - bytes < this.#limits.minFreeBytes) {
      throw new OperationalError(
        'journal-unwritable',
        `the disk of ${this.#directory} has ${this.#freeBytes} bytes free; ${this.#limits.minFreeBytes} must stay free`,
        'Free disk space, or give the data directory a larger disk; writing goes on by itself.',
      );
    }
  }
}

export class HeldReservation implements Reservation {
  readonly bytes: number;
  readonly #space: ReservedSpace;
  #released = false;

  constructor(bytes: number, space: ReservedSpace) {
    this.bytes = bytes;
    this.#space = space;
  }

  get isReleased(): boolean {
    return this.#released;
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#space.give(this.bytes);
  }
}

export class ReservedSpace {
  #bytes = 0;
  #count = 0;
  #largest = 0;

  /** Bytes of all outstanding reservations. */
  get bytes(): number {
    return this.#bytes;
  }

  hold(bytes: number): HeldReservation {
    const held = bytes + RESERVED_HEAD_BYTES;
    this.#bytes += held;
    this.#count += 1;
    this.#largest = Math.max(this.#largest, held);
    return new HeldReservation(held, this);
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
    this.#count -= 1;
    if (this.#count === 0) this.#largest = 0;
  }

  /** What a segment with this much room can surely give to entries, whichever their order. */
  usable(roomBytes: number, largestBytes: number): number {
    return Math.max(0, roomBytes - Math.max(this.#largest, largestBytes));
  }

  /** What a segment must have so that a reservation of `bytes` can be taken from it. */
  segmentBytesFor(bytes: number): number {
    return SEGMENT_HEADER_BYTES + 2 * (bytes + RESERVED_HEAD_BYTES);
  }

  needs(bytes: number): number {
    return bytes + RESERVED_HEAD_BYTES;
  }
}
