/**
 * The few file calls the journal makes, as a port: tests make them fail, or wait, and prove what was called before what.
 * All are asynchronous (libuv's threads) but `writeNow`, for a few bytes that the page cache takes at once.
 */
import fs from 'node:fs';
import { mkdir, open, readdir, readFile, rename, stat, statfs, unlink } from 'node:fs/promises';

export interface OpenFile {
  /** Writes all of the buffers at `position`; rejects when not all could be written. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>;
  /** The same while the event loop waits; absent where that is not possible. Throws when not all could be written. */
  writeNow?(buffers: readonly Uint8Array[], position: number): void;
  /** Reads up to the buffer's length; gives the bytes read, fewer only at the file's end. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  datasync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface FileSystem {
  /** Modes as in fopen: `r`, `r+`, `wx` and `wx+` (must not exist), `w`. New files are 0600. */
  open(path: string, flags: 'r' | 'r+' | 'wx' | 'wx+' | 'w'): Promise<OpenFile>;
  readFile(path: string): Promise<Buffer>;
  sizeBytes(path: string): Promise<number>;
  list(directory: string): Promise<string[]>;
  makeDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Makes the names in a directory durable. */
  syncDirectory(path: string): Promise<void>;
  freeBytes(path: string): Promise<number>;
}

class NodeFile implements OpenFile {
  readonly #fd: number;
  #closed = false;
  constructor(fd: number) {
    this.#fd = fd;
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    let left = buffers;
    let at = position;
    while (left.length > 0) {
      const written = await this.#writev(left, at);
      at += written;
      left = after(left, written);
    }
  }

  writeNow(buffers: readonly Uint8Array[], position: number): void {
    let left = buffers;
    let at = position;
    while (left.length > 0) {
      const written = fs.writevSync(this.#fd, left, at);
      at += written;
      left = after(left, written);
    }
  }

  #writev(buffers: readonly Uint8Array[], position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.writev(this.#fd, buffers, position, (error, written) => (error ? reject(error) : resolve(written)));
    });
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const got = await this.#readOnce(buffer, filled, position + filled);
      if (got === 0) break;
      filled += got;
    }
    return filled;
  }

  #readOnce(buffer: Uint8Array, offset: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      fs.read(this.#fd, buffer, offset, buffer.length - offset, position, (error, got) =>
        error ? reject(error) : resolve(got),
      );
    });
  }

  datasync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.#fd, (error) => (error ? reject(error) : resolve()));
    });
  }

  truncate(sizeBytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.ftruncate(this.#fd, sizeBytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#closed = true;
    return new Promise((resolve, reject) => {
      fs.close(this.#fd, (error) => (error ? reject(error) : resolve()));
    });
  }
}

/** What is left of `buffers` when the first `written` bytes are gone. */
function after(buffers: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let skip = written;
  for (const [index, buffer] of buffers.entries()) {
    if (skip < buffer.length) return [buffer.subarray(skip), ...buffers.slice(index + 1)];
    skip -= buffer.length;
  }
  return [];
}

export const nodeFileSystem: FileSystem = {
  open: (path, flags) =>
    new Promise((resolve, reject) => {
      fs.open(path, flags, 0o600, (error, fd) => (error ? reject(error) : resolve(new NodeFile(fd))));
    }),
  readFile: (path) => readFile(path),
  sizeBytes: async (path) => (await stat(path)).size,
  list: (directory) => readdir(directory),
  makeDirectory: async (path) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
  },
  remove: (path) => unlink(path),
  rename: (from, to) => rename(from, to),
  syncDirectory: async (path) => {
    const directory = await open(path, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  },
  freeBytes: async (path) => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

/** The error's code, such as ENOSPC, or its name. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/** Removes a file that may not be there. */
export async function removeIfThere(fileSystem: FileSystem, path: string): Promise<void> {
  await fileSystem.remove(path).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
}

/** Puts a small file in place whole or not at all, and durably. */
export async function replaceFile(
  fileSystem: FileSystem,
  directory: string,
  name: string,
  bytes: Buffer,
): Promise<void> {
  const temporary = `${directory}/${name}.new`;
  const file = await fileSystem.open(temporary, 'w');
  try {
    await file.write([bytes], 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await fileSystem.rename(temporary, `${directory}/${name}`);
  await fileSystem.syncDirectory(directory);
}
