/**
 * Files of bytes: `<dir>/<bucket generation>/<last two hex digits of id>/<id>`, mode 0600 in folders of mode 0700.
 *
 * An id is 12 hex digits of the time in milliseconds and 20 random ones, so ids grow with time (the index over them
 * stays compact) and their last digits spread over 256 folders. A blob is written under its own name at once: what
 * makes it an object is the row that names it, which is committed after the file and its folder entry are on disk.
 * Until then the id is *pending*; a blob that is neither pending nor in the index is an orphan of a crash and is
 * swept at the next start.
 */
import { mkdir, open, rm, unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock, IdSource } from '#base';
import { fileFailure } from './failures.ts';

export interface WrittenBlob {
  readonly id: string;
  readonly sizeBytes: number;
}

const TIME_DIGITS = 12;
const RANDOM_DIGITS = 20;

export class Blobs {
  readonly dir: string;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #pending = new Set<string>();

  constructor(dir: string, clock: Clock, ids: IdSource) {
    this.dir = dir;
    this.#clock = clock;
    this.#ids = ids;
  }

  newId(): string {
    return this.#clock.nowMs().toString(16).padStart(TIME_DIGITS, '0') + this.#ids.hex(RANDOM_DIGITS);
  }

  path(generation: string, id: string): string {
    return join(this.dir, generation, id.slice(-2), id);
  }

  isPending(id: string): boolean {
    return this.#pending.has(id);
  }

  /** Ends the pending time of a blob: its row is committed, or it is gone. */
  settle(id: string): void {
    this.#pending.delete(id);
  }

  /**
   * Writes a blob to disk, durably; it stays pending until {@link settle}.
   * @param observe sees every chunk
   * @throws what the source throws, or {@link ObjectStoreError}; nothing is left behind then
   */
  async write(
    generation: string,
    source: Uint8Array | Readable,
    observe: (chunk: Uint8Array) => void,
  ): Promise<WrittenBlob> {
    const id = this.newId();
    this.#pending.add(id);
    try {
      const path = this.path(generation, id);
      const file = await create(path).catch(fileFailure);
      let sizeBytes = 0;
      try {
        for await (const chunk of chunksOf(source)) {
          observe(chunk);
          await writeAll(file, chunk).catch(fileFailure);
          sizeBytes += chunk.length;
        }
        await file.datasync().catch(fileFailure);
      } finally {
        await file.close();
      }
      await syncFolder(dirname(path)).catch(fileFailure);
      return { id, sizeBytes };
    } catch (error) {
      await this.discard(generation, id);
      throw error;
    }
  }

  /** Removes a blob; one that cannot be removed now is an orphan and is swept at the next start. */
  async discard(generation: string, id: string): Promise<void> {
    await unlink(this.path(generation, id)).catch(() => undefined);
    this.settle(id);
  }

  async discardBucket(generation: string): Promise<void> {
    await rm(join(this.dir, generation), { recursive: true, force: true }).catch(() => undefined);
  }
}

async function* chunksOf(source: Uint8Array | Readable): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) {
    if (source.length > 0) yield source;
    return;
  }
  for await (const chunk of source as AsyncIterable<Uint8Array | string>) {
    yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
}

async function create(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const folder = dirname(path);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await syncFolder(dirname(folder));
    await syncFolder(dirname(dirname(folder)));
    return open(path, 'wx', 0o600);
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, offset, chunk.length - offset);
    offset += bytesWritten;
  }
}

/** A new file is only there after a power cut when its folder was synced too. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
