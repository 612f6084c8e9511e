/**
 * Receives request bodies: gathered (in memory or the spool) for most operations, handed on as a stream
 * for those whose input has one. The SHA-256 is computed while the bytes flow.
 */
import { createHash, hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import type { Body } from '#base';
import { BODY_IN_MEMORY_BYTES_MAX, BodyCollector, type Spool } from '#journal';
import { ApiError } from '#wire';
import type { Incoming } from './listener.ts';

export interface Received {
  readonly body: Body;
  readonly sha256Hex: string;
}

/**
 * Gathers a whole body.
 * @throws {ApiError} what `tooLarge` makes, as soon as the limit is passed; RequestTimeout when the client breaks off
 */
export async function gatherBody(
  incoming: Incoming,
  spool: Spool,
  limitBytes: number,
  tooLarge: () => ApiError,
): Promise<Received> {
  if (Number(incoming.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();
  const collector = new BodyCollector(spool);
  const flowing =
    Number(incoming.headers['content-length'] ?? Number.POSITIVE_INFINITY) > BODY_IN_MEMORY_BYTES_MAX
      ? createHash('sha256')
      : undefined;
  try {
    await drain(incoming, (chunk) => {
      if (collector.sizeBytes + chunk.length > limitBytes) throw tooLarge();
      flowing?.update(chunk);
      return collector.add(chunk);
    });
  } catch (error) {
    await collector.discard();
    throw error;
  }
  const body = collector.finish();
  return { body, sha256Hex: flowing ? flowing.digest('hex') : hash('sha256', body.inMemory ?? '', 'hex') };
}

/** Reads to the end; listeners instead of an async iterator, which costs more than the rest of a small request. */
function drain(incoming: Incoming, take: (chunk: Buffer) => Promise<void> | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => {
      incoming.off('data', onData);
      incoming.pause();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    let taking: Promise<void> | undefined;
    const onData = (chunk: Buffer): void => {
      try {
        taking = take(chunk);
        if (!taking) return;
        incoming.pause();
        taking.then(() => incoming.resume(), failed);
      } catch (error) {
        failed(error);
      }
    };
    incoming.on('data', onData);
    // A stream that has already ended says so in spite of the pause: its last chunk may still be on the way to the disk.
    incoming.once('end', () => void Promise.resolve(taking).then(resolve, failed));
    incoming.once('error', () => failed(brokenOff()));
    incoming.once('aborted', () => failed(brokenOff()));
    incoming.once('close', () => {
      if (!incoming.readableEnded) failed(brokenOff());
    });
  });
}

/** What becomes of a request whose body never came to its end. */
export function brokenOff(): ApiError {
  return new ApiError(
    'RequestTimeout',
    'Your socket connection to the server was not read from or written to within the timeout period.',
    { status: 400 },
  );
}

/** Passes bytes through and fails at the end when their hash is not the signed one: nothing has taken effect by then. */
export function hashCheck(expectedSha256Hex: string, mismatch: () => Error): Transform {
  const digest = createHash('sha256');
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback): void {
      digest.update(chunk);
      done(null, chunk);
    },
    flush(done: TransformCallback): void {
      done(digest.digest('hex') === expectedSha256Hex ? null : mismatch());
    },
  });
}
