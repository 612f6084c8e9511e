/** Gzip files, read strictly: whole, and with nothing behind their end. */
import { createHash } from 'node:crypto';
import { createGunzip } from 'node:zlib';

const COMMENT = 0x10;
const NAME = 0x08;
const EXTRA = 0x04;
const HEAD_BYTES = 10;

/** SHA-256 of what the file holds, in hex, and that itself where it has at most `keepBytesMax`. */
export interface Unzipped {
  readonly sha256Hex: string;
  readonly bytes: Buffer | undefined;
}

/** Undefined when it is no gzip file, is cut off, or has something behind its end. */
export async function unzip(body: AsyncIterable<Uint8Array>, keepBytesMax = 0): Promise<Unzipped | undefined> {
  const gunzip = createGunzip();
  const hash = createHash('sha256');
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let givenBytes = 0;
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of body) {
        givenBytes += chunk.length;
        if (!gunzip.write(chunk)) await new Promise<void>((resolve) => roomIn(gunzip, resolve));
        if (gunzip.destroyed) return;
      }
      gunzip.end();
    } catch (error) {
      gunzip.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
  const fed = feed();
  // Where the file itself cannot be read, that is what is thrown below.
  fed.catch(() => undefined);
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      hash.update(chunk);
      keptBytes += chunk.length;
      if (keptBytes <= keepBytesMax) kept.push(chunk);
    }
  } catch {
    await fed;
    return undefined;
  }
  await fed;
  if (gunzip.bytesWritten !== givenBytes) return undefined;
  const bytes = keptBytes <= keepBytesMax ? Buffer.concat(kept) : undefined;
  return { sha256Hex: hash.digest('hex'), bytes };
}

function roomIn(gunzip: ReturnType<typeof createGunzip>, done: () => void): void {
  if (gunzip.destroyed) return done();
  const settle = (): void => {
    gunzip.off('drain', settle).off('close', settle);
    done();
  };
  gunzip.on('drain', settle).on('close', settle);
}

/** The comment in a gzip file's head (RFC 1952); undefined when it has none. */
export function gzipComment(file: Buffer): string | undefined {
  if (file.length < HEAD_BYTES || file.readUInt16BE(0) !== 0x1f8b) return undefined;
  const flags = file[3] ?? 0;
  if ((flags & COMMENT) === 0) return undefined;
  let at = HEAD_BYTES;
  if (flags & EXTRA) at += 2 + (at + 2 <= file.length ? file.readUInt16LE(at) : 0);
  if (flags & NAME) at = file.indexOf(0, at) + 1;
  const end = file.indexOf(0, at);
  return end === -1 ? undefined : file.toString('latin1', at, end);
}
