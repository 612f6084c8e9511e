import type { Readable } from 'node:stream';

/**
 * The bytes of one request or answer, wherever they are: in memory while small, in a spill file when large,
 * so that memory depends on the number of connections and not on the size of bodies.
 */
export interface Body {
  readonly sizeBytes: number;
  /** The bytes when they are held in memory, else undefined. */
  readonly inMemory: Buffer | undefined;
  /** The spill file's path when the bytes are on disk, else undefined. */
  readonly path: string | undefined;
  /** Reads all bytes into memory: only under a memory budget when `inMemory` is undefined. */
  bytes(): Promise<Buffer>;
  stream(): Readable;
}
