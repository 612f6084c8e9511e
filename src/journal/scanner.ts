/** Walks the entries of a segment file, a window at a time, and finds the way again after damaged bytes. */
import { claimedSizeBytes, ENTRY_HEAD_BYTES, EntryView, isEntrySound } from './format.ts';
import type { OpenFile } from './file-system.ts';

/** How much is read from disk at a time. */
export const READ_STEP_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(64 * 1024);
/** A damaged stretch cannot have held more entries than this: bounds what is taken for a sequence when searching. */
const LOST_ENTRIES_MAX = 2 ** 32;

/**
 * Use: `next()` until it gives `end`; on `more` await `fill()`; on `bad` either stop or await `resync()`.
 * Views are valid until the next `fill` or `resync`.
 */
export class SegmentScanner {
  readonly #file: OpenFile;
  readonly #salt: number;
  readonly #end: number;
  #window: Buffer = Buffer.alloc(0);
  #windowPosition: number;
  #filled = 0;
  #offset = 0;
  #wanted = ENTRY_HEAD_BYTES;

  /** Scans from `position` to `end` (exclusive), both where an entry begins or the bytes stop. */
  constructor(file: OpenFile, salt: number, position: number, end: number) {
    this.#file = file;
    this.#salt = salt;
    this.#windowPosition = position;
    this.#end = end;
  }

  /** Where the next entry would begin. */
  get position(): number {
    return this.#windowPosition + this.#offset;
  }

  next(): EntryView | 'more' | 'bad' | 'end' {
    const left = this.#end - this.position;
    if (left <= 0) return 'end';
    if (left < ENTRY_HEAD_BYTES) return 'bad';
    if (!this.#has(ENTRY_HEAD_BYTES)) return 'more';
    const size = claimedSizeBytes(this.#window, this.#offset);
    if (size === undefined || size > left) return 'bad';
    if (!this.#has(size)) return 'more';
    if (!isEntrySound(this.#window, this.#offset, size, this.#salt)) return 'bad';
    const view = new EntryView(this.#window, this.#offset, size);
    this.#offset += size;
    return view;
  }

  #has(bytes: number): boolean {
    this.#wanted = bytes;
    return this.#filled - this.#offset >= bytes;
  }

  /** Reads on, so that `next` has what it asked for. */
  async fill(): Promise<void> {
    const position = this.position;
    const size = Math.min(Math.max(READ_STEP_BYTES, this.#wanted), this.#end - position);
    if (this.#window.length < size) this.#window = Buffer.allocUnsafeSlow(size);
    const filled = await this.#file.read(this.#window.subarray(0, size), position);
    this.#windowPosition = position;
    this.#offset = 0;
    // What the file does not hold (it was cut) counts as zeros, which are no entry.
    this.#window.fill(0, filled, size);
    this.#filled = size;
  }

  /**
   * From a bad place on, searches the next sound entry with a sequence ≥ `expected`; true when `next` will give one.
   * Otherwise the scan is at its end.
   */
  async resync(expected: number): Promise<boolean> {
    let position = this.position;
    const probe = Buffer.alloc(READ_STEP_BYTES + ENTRY_HEAD_BYTES);
    while (position + ENTRY_HEAD_BYTES <= this.#end) {
      const filled = await this.#file.read(probe.subarray(0, Math.min(probe.length, this.#end - position)), position);
      const last = Math.min(filled - ENTRY_HEAD_BYTES, READ_STEP_BYTES - 1);
      if (last < 0) break;
      for (let at = 0; at <= last; at += 1) {
        at = skipZeros(probe, at, filled);
        if (at > last) break;
        if (!this.#isCandidate(probe, at, position + at, expected)) continue;
        if (await this.#soundAt(position + at)) return true;
      }
      position += last + 1;
    }
    this.#windowPosition = this.#end;
    this.#offset = 0;
    this.#filled = 0;
    return false;
  }

  #isCandidate(bytes: Buffer, at: number, position: number, expected: number): boolean {
    const size = claimedSizeBytes(bytes, at);
    if (size === undefined || position + size > this.#end) return false;
    const sequence = bytes.readUIntLE(at + 8, 6);
    return sequence >= expected && sequence - expected < LOST_ENTRIES_MAX;
  }

  async #soundAt(position: number): Promise<boolean> {
    this.#windowPosition = position;
    this.#offset = 0;
    this.#filled = 0;
    let found = this.next();
    while (found === 'more') {
      await this.fill();
      found = this.next();
    }
    if (!(found instanceof EntryView)) return false;
    this.#offset = 0;
    return true;
  }
}

/** The offset at or after `at` from which there may be something else than zeros. */
function skipZeros(bytes: Buffer, at: number, end: number): number {
  let offset = at;
  while (offset + ZEROS.length <= end && bytes[offset] === 0) {
    if (bytes.compare(ZEROS, 0, ZEROS.length, offset, offset + ZEROS.length) !== 0) break;
    // An entry's length may begin inside the last zeros.
    offset += ZEROS.length - ENTRY_HEAD_BYTES;
  }
  return offset;
}
