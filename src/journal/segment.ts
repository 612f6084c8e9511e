/** One segment file as the running journal knows it: what it holds and where. Format: `format.ts`. */
import { SEGMENT_HEADER_BYTES } from './format.ts';
import type { OpenFile } from './file-system.ts';

/** A reader behind the tail finds its place to within this many bytes. */
const INDEX_STEP_BYTES = 64 * 1024;

export function segmentName(ordinal: number): string {
  return `${String(ordinal).padStart(10, '0')}.segment`;
}

export function segmentOrdinal(name: string): number | undefined {
  const match = /^(\d{10})\.segment$/.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** What is known of a sealed segment: see `index-file.ts`. */
export interface SegmentDescription {
  readonly salt: number;
  readonly first: number;
  readonly last: number;
  readonly position: number;
  readonly attachments: readonly { readonly sequence: number; readonly id: string }[];
  readonly sequences: readonly number[];
  readonly positions: readonly number[];
}

export class Segment {
  readonly ordinal: number;
  readonly path: string;
  /** Bytes of the file: those prepared, or those kept after sealing. */
  sizeBytes: number;
  salt = 0;
  /** Sequence of the first entry: fixed when the segment is put to use. */
  first = 0;
  /** Sequence of the last entry; `first - 1` while there is none. */
  last = -1;
  /** Where the next entry goes; 0 until the header is written. */
  position = 0;
  /** Its header is known to be durable: while one such segment is there, no sequence can be given twice. */
  isAnchored = false;
  /** Open for writing; undefined once sealed. */
  file: OpenFile | undefined;
  /** Spool ids that the segment's entries name, with the entry's sequence. */
  attachments: { readonly sequence: number; readonly id: string }[] = [];
  #indexSequences: number[] = [];
  #indexPositions: number[] = [];

  constructor(ordinal: number, path: string, sizeBytes: number) {
    this.ordinal = ordinal;
    this.path = path;
    this.sizeBytes = sizeBytes;
  }

  /** Puts a prepared segment to use for entries from `first` on. */
  begin(first: number, salt: number): void {
    this.first = first;
    this.last = first - 1;
    this.salt = salt;
  }

  describe(): SegmentDescription {
    const { salt, first, last, position, attachments } = this;
    return {
      salt,
      first,
      last,
      position,
      attachments,
      sequences: this.#indexSequences,
      positions: this.#indexPositions,
    };
  }

  /** Takes over what a scan would find. */
  adopt(description: SegmentDescription): void {
    this.begin(description.first, description.salt);
    this.last = description.last;
    this.position = description.position;
    this.attachments = [...description.attachments];
    this.#indexSequences = [...description.sequences];
    this.#indexPositions = [...description.positions];
  }

  get isEmpty(): boolean {
    return this.last < this.first;
  }

  get roomBytes(): number {
    return this.sizeBytes - Math.max(this.position, SEGMENT_HEADER_BYTES);
  }

  /** Notes an entry that stands at `position`. */
  note(sequence: number, position: number, attachments: readonly string[]): void {
    const previous = this.#indexPositions.at(-1);
    if (previous === undefined || position - previous >= INDEX_STEP_BYTES) {
      this.#indexSequences.push(sequence);
      this.#indexPositions.push(position);
    }
    for (const id of attachments) this.attachments.push({ sequence, id });
    this.last = sequence;
  }

  /** Forgets the entries from `sequence` on, whose bytes begin at `position`. */
  cut(sequence: number, position: number): void {
    while ((this.#indexSequences.at(-1) ?? -1) >= sequence) {
      this.#indexSequences.pop();
      this.#indexPositions.pop();
    }
    this.attachments = this.attachments.filter((attachment) => attachment.sequence < sequence);
    this.last = Math.min(this.last, sequence - 1);
    this.position = position;
  }

  /** A position at or before the entry `sequence`, where an entry begins. */
  positionBefore(sequence: number): number {
    let low = 0;
    let high = this.#indexSequences.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#indexSequences[middle] ?? 0) <= sequence) low = middle;
      else high = middle - 1;
    }
    const found = this.#indexPositions[low];
    return found !== undefined && (this.#indexSequences[low] ?? 0) <= sequence ? found : SEGMENT_HEADER_BYTES;
  }
}
