/**
 * How rows get to the embedded store: as a file that the server writes and the store process opens, by a name in the statement's
 * settings. Through the connection the same bytes would be copied thrice more, by the process that answers model calls, too.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { OperationalError, Semaphore } from '#base';
import { isNoSpace } from './exception.ts';

/** The setting that names the file; the engine never sees it. */
export const BODY_FILE_SETTING = 'varve_body_file';
/** The folder of these files in the engine's directory, and of the bodies that come through the connection. */
export const SPOOL_FOLDER = 'spool';

const NAME = /^[0-9a-f-]{36}\.rows$/;

export interface BodyFile extends AsyncDisposable {
  readonly name: string;
}

/** The server's side. */
export class BodyFiles {
  readonly #directory: string;
  /** A disk that hangs holds one of the process's few threads for files, not all. */
  readonly #turns = new Semaphore(1);

  /** @param directory the store process makes it before it says that it is ready */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * Writes a file for one statement; disposing removes it where the store process has not.
   * @throws {OperationalError} `store-disk-full`; else the file system's error, or the signal's
   */
  write(pieces: Iterable<Uint8Array>, signal: AbortSignal): Promise<BodyFile> {
    return this.#turns.with(1, () => this.#write(pieces, signal));
  }

  async #write(pieces: Iterable<Uint8Array>, signal: AbortSignal): Promise<BodyFile> {
    signal.throwIfAborted();
    const name = `${randomUUID()}.rows`;
    const path = join(this.#directory, name);
    const remove = (): Promise<void> => unlink(path).catch(() => undefined);
    try {
      await using file = await open(path, 'wx', 0o600);
      await file.writeFile(pieces, { signal });
    } catch (error) {
      await remove();
      if (!isNoSpace(error)) throw error;
      const message = `the store's rows cannot be written to ${this.#directory}: the disk is full`;
      throw new OperationalError('store-disk-full', message, 'Free space on the disk of the store.', { cause: error });
    }
    return { name, [Symbol.asyncDispose]: remove };
  }
}

/**
 * The store process's side: opens a file that was handed over and takes its name away, so that nothing is left of it when it is
 * closed, whatever happens.
 * @throws {RangeError} when it is no name of such a file
 */
export async function takeBodyFile(directory: string, name: string): Promise<FileHandle> {
  if (!NAME.test(name)) throw new RangeError(`${BODY_FILE_SETTING} names no file of rows`);
  const path = join(directory, name);
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('the file of rows is gone') : error;
  });
  try {
    await unlink(path);
  } catch (error) {
    // The server has given the statement up, say.
    await file.close();
    throw error;
  }
  return file;
}
