/**
 * Request bodies as files for the engine's file() function. libchdb reads data inside a statement's text as SQL after a
 * blank line, so data never goes there; and file() takes its path as a glob pattern that silently matches nothing, so
 * the path is /dev/fd/<number>, whatever the data directory is called. The file has no name from its first byte on:
 * nothing is left behind by a crash, and nobody else can open it.
 */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { takeBodyFile } from './body-files.ts';

export interface SpooledBody extends AsyncDisposable {
  readonly path: string;
  readonly sizeBytes: number;
}

/**
 * Writes a body to a nameless file in `directory`.
 * @throws {RangeError} when it is longer than `bytesMax`; the file system's error when it cannot be written
 */
export async function spoolBody(body: Readable, directory: string, bytesMax: number): Promise<SpooledBody> {
  const name = join(directory, `${randomUUID()}.spool`);
  const file = await open(name, 'wx+', 0o600);
  try {
    await unlink(name);
    const sizeBytes = await copy(body, file, bytesMax);
    return { path: `/dev/fd/${file.fd}`, sizeBytes, [Symbol.asyncDispose]: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A body that the server has written already (body-files.ts). @throws what taking it does */
export async function handedBody(directory: string, name: string): Promise<SpooledBody> {
  const file = await takeBodyFile(directory, name);
  try {
    const { size: sizeBytes } = await file.stat();
    return { path: `/dev/fd/${file.fd}`, sizeBytes, [Symbol.asyncDispose]: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function copy(body: Readable, file: FileHandle, bytesMax: number): Promise<number> {
  let size = 0;
  const chunks: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    if (size + chunk.length > bytesMax) throw new RangeError(`the data is longer than ${bytesMax} bytes`);
    // Positioned writes leave the descriptor's own offset at 0, where reading it anew begins.
    await file.write(chunk, 0, chunk.length, size);
    size += chunk.length;
  }
  return size;
}
