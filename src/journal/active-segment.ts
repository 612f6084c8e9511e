/** The segment that is written to: how it is put to use, left, cut to its length, or thrown away. */
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES } from './format.ts';
import { type FileSystem, removeIfThere } from './file-system.ts';
import { writeIndex } from './index-file.ts';
import type { Health } from './health.ts';
import type { Segment } from './segment.ts';
import type { DiskUsage } from './space.ts';
import type { Sequence } from './types.ts';
import type { Durability } from './writer.ts';

export interface ActiveSegmentOptions {
  readonly durability: Durability;
  readonly fileSystem: FileSystem;
  readonly nodeId: string;
  readonly usage: DiskUsage;
  readonly health: Health;
  readonly newSalt: () => number;
  /** All segments that hold entries, oldest first; the active one is the last of them. */
  readonly segments: Segment[];
}

export class ActiveSegment {
  readonly #options: ActiveSegmentOptions;
  #current: Segment | undefined;
  readonly #toSeal = new Set<Segment>();
  /** Seals and removals under way. */
  readonly #working = new Set<Promise<void>>();

  constructor(options: ActiveSegmentOptions) {
    this.#options = options;
  }

  get current(): Segment | undefined {
    return this.#current;
  }

  get roomBytes(): number {
    return this.#current?.roomBytes ?? 0;
  }

  /** Puts a prepared segment to use; its header goes with the first write. */
  begin(segment: Segment, first: Sequence): void {
    this.leave();
    segment.begin(first, this.#options.newSalt());
    this.#current = segment;
    this.#options.segments.push(segment);
  }

  /** Writes the header by itself and makes it durable: the sequence is then on disk, whatever is deleted. */
  async anchor(head: Sequence): Promise<void> {
    const segment = this.#current;
    if (!segment?.file) return;
    await segment.file.write([this.header(segment, head)], 0);
    segment.position = SEGMENT_HEADER_BYTES;
    if (this.#options.durability === 'fsync') await segment.file.datasync();
    segment.isAnchored = true;
  }

  header(segment: Segment, head: Sequence): Buffer {
    const { first, salt } = segment;
    return encodeSegmentHeader({ nodeId: this.#options.nodeId, first, salt, acknowledged: head });
  }

  /** No entry is written into the current segment any more. */
  leave(): void {
    const segment = this.#current;
    this.#current = undefined;
    if (!segment) return;
    if (segment.isEmpty && !segment.isAnchored) this.discard(segment);
    else this.#toSeal.add(segment);
  }

  /** Seals the segments that were left and whose entries are all durable. */
  sealUpTo(head: Sequence): void {
    for (const segment of this.#toSeal) {
      if (segment.last > head) continue;
      this.#toSeal.delete(segment);
      this.#work(this.#seal(segment));
    }
  }

  /** Removes a segment that holds nothing. Should that fail, recovery finds it superseded by the next one. */
  discard(segment: Segment): void {
    const { segments, usage } = this.#options;
    const index = segments.indexOf(segment);
    if (index >= 0) segments.splice(index, 1);
    usage.sizeBytes -= segment.sizeBytes;
    this.#work(this.#remove(segment));
  }

  async close(): Promise<void> {
    const segment = this.#current;
    this.#current = undefined;
    if (segment) this.#work(this.#seal(segment));
    await Promise.all(this.#working);
  }

  #work(promise: Promise<void>): void {
    const done = promise
      .catch((error: unknown) => {
        this.#options.health.fail(error);
      })
      .finally(() => this.#working.delete(done));
    this.#working.add(done);
  }

  async #remove(segment: Segment): Promise<void> {
    const { file } = segment;
    segment.file = undefined;
    await file?.close();
    await removeIfThere(this.#options.fileSystem, segment.path);
  }

  /** Gives back the space behind the last entry and closes the file. */
  async #seal(segment: Segment): Promise<void> {
    const { file } = segment;
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
    // Should a reader let go of the segment meanwhile, the index left over is removed by the next start.
    await writeIndex(this.#options.fileSystem, segment).catch(() => undefined);
  }
}
