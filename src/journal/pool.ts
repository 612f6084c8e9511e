/** Segment files prepared ahead of their use: filled with zeros and synced, so that appending changes no metadata. */
import type { Clock } from '#base';
import { type FileSystem, removeIfThere } from './file-system.ts';
import { Segment, segmentName } from './segment.ts';
import type { DiskUsage } from './space.ts';
import type { Durability } from './writer.ts';

const ZERO_STEP = Buffer.alloc(1024 * 1024);
/** After a failure no new attempt is made for this long: a full disk is not hammered by each append. */
const COOLDOWN_MS = 250;

export interface PoolOptions {
  readonly directory: string;
  readonly fileSystem: FileSystem;
  readonly durability: Durability;
  readonly segmentBytes: number;
  readonly usage: DiskUsage;
  readonly clock: Clock;
}

export class SegmentPool {
  readonly #options: PoolOptions;
  #nextOrdinal: number;
  readonly #ready: Segment[] = [];
  #preparing: Promise<void> | undefined;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #failure: unknown;
  #closed = false;

  constructor(options: PoolOptions, nextOrdinal: number) {
    this.#options = options;
    this.#nextOrdinal = nextOrdinal;
  }

  get ready(): readonly Segment[] {
    return this.#ready;
  }

  /** Gives a prepared segment with room for `roomBytes`, header included, and begins to prepare the one after it. */
  async take(roomBytes: number): Promise<Segment> {
    for (;;) {
      const index = this.#ready.findIndex((segment) => segment.sizeBytes >= roomBytes);
      const [segment] = index < 0 ? [] : this.#ready.splice(index, 1);
      if (segment) {
        this.prepareAhead();
        return segment;
      }
      await this.prepare(roomBytes);
    }
  }

  /** Prepares a segment when none is ready, without anyone waiting for it. */
  prepareAhead(): void {
    if (this.#ready.length > 0 || this.#preparing || this.#closed) return;
    // Not yet a failure: the append that needs the space will try again, and tell.
    this.prepare(0).catch(() => undefined);
  }

  /**
   * Prepares one more segment of at least `roomBytes`; joins a preparation that is under way.
   * @throws the file system's error, or `journal-unwritable` when a bound of disk space is met
   */
  prepare(roomBytes: number, sizeBytes = this.#options.segmentBytes): Promise<void> {
    const cooling = this.#options.clock.monotonicMs() - this.#failedAtMs < COOLDOWN_MS;
    if (cooling && !this.#preparing) return Promise.reject(this.#failure);
    this.#preparing ??= this.#make(Math.max(sizeBytes, roomBytes))
      .catch((error: unknown) => {
        this.#failedAtMs = this.#options.clock.monotonicMs();
        this.#failure = error;
        throw error;
      })
      .finally(() => {
        this.#preparing = undefined;
      });
    return this.#preparing;
  }

  async #make(sizeBytes: number): Promise<void> {
    const { directory, fileSystem, durability, usage } = this.#options;
    await usage.check(sizeBytes);
    const ordinal = this.#nextOrdinal++;
    const segment = new Segment(ordinal, `${directory}/${segmentName(ordinal)}`, sizeBytes);
    const file = await fileSystem.open(segment.path, 'wx+');
    usage.sizeBytes += sizeBytes;
    try {
      for (let at = 0; at < sizeBytes; at += ZERO_STEP.length) {
        await file.write([ZERO_STEP.subarray(0, Math.min(ZERO_STEP.length, sizeBytes - at))], at);
      }
      if (durability === 'fsync') {
        await file.datasync();
        await fileSystem.syncDirectory(directory);
      }
    } catch (error) {
      usage.sizeBytes -= sizeBytes;
      await file.close().catch(() => undefined);
      await removeIfThere(fileSystem, segment.path).catch(() => undefined);
      throw error;
    }
    segment.file = file;
    this.#ready.push(segment);
  }

  /** Removes what was prepared and not used. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#preparing?.catch(() => undefined);
    for (const segment of this.#ready.splice(0)) {
      await segment.file?.close().catch(() => undefined);
      await removeIfThere(this.#options.fileSystem, segment.path).catch(() => undefined);
    }
  }
}
