import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { bug } from '#base';

const CHUNK_BYTES = 64 * 1024;

/** Bytes `first` to `last` (inclusive) of a file; none when `last < first`. */
export interface Segment {
  readonly path: string;
  readonly first: number;
  readonly last: number;
}

/** Reads segments of files one after the other; `release` is called once, when the reader is done or destroyed. */
export class SegmentReader extends Readable {
  readonly #segments: readonly Segment[];
  readonly #release: () => void;
  #at = 0;
  #offset: number;
  #file: FileHandle | undefined;

  private constructor(segments: readonly Segment[], file: FileHandle | undefined, release: () => void) {
    super({ highWaterMark: CHUNK_BYTES });
    this.#segments = segments;
    this.#release = release;
    this.#file = file;
    this.#offset = segments[0]?.first ?? 0;
  }

  /** Opens the first file before it gives the reader, so that a file that is gone is told at once. */
  static async open(segments: readonly Segment[], release: () => void): Promise<SegmentReader> {
    const [first] = segments;
    return new SegmentReader(segments, first && (await open(first.path, 'r')), release);
  }

  override _read(): void {
    this.#next().then(
      (chunk) => this.push(chunk),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    void this.#close(() => callback(error));
  }

  async #close(done: () => void): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    try {
      await file?.close();
    } catch {
      // The bytes were read; there is nothing left to lose.
    }
    this.#release();
    done();
  }

  async #next(): Promise<Buffer | null> {
    for (let segment = this.#segments[this.#at]; segment; segment = this.#segments[this.#at]) {
      if (this.#offset > segment.last) {
        await this.#advance();
        continue;
      }
      const file = (this.#file ??= await open(segment.path, 'r'));
      if (this.destroyed) {
        await this.#close(() => undefined);
        return null;
      }
      const wanted = Math.min(CHUNK_BYTES, segment.last - this.#offset + 1);
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, this.#offset);
      if (bytesRead === 0) throw bug(`blob ${segment.path} is shorter than its row says`);
      this.#offset += bytesRead;
      return buffer.subarray(0, bytesRead);
    }
    return null;
  }

  async #advance(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    this.#at += 1;
    this.#offset = this.#segments[this.#at]?.first ?? 0;
  }
}
