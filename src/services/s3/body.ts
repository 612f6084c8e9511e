import { Readable } from 'node:stream';
import type { CallContext } from '../service.ts';
import { s3Error } from './errors.ts';

/** One PutObject, one part, one copy. (Source: S3 User Guide, "Multipart upload limits".) */
export const UPLOAD_BYTES_MAX = 5 * 1024 ** 3;

const EMPTY = Buffer.alloc(0);

/** The payload of an upload, and how long it is. @throws {ApiError} MissingContentLength, EntityTooLarge */
export function uploadBody({ bodyStream, headers }: Pick<CallContext, 'bodyStream' | 'headers'>): {
  readonly body: Readable | Uint8Array;
  readonly sizeBytes?: number;
} {
  const length = headers['x-amz-decoded-content-length'] ?? headers['content-length'];
  if (length === undefined ? headers['transfer-encoding'] !== undefined : !/^\d+$/.test(length)) {
    throw s3Error(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (Number(length) > UPLOAD_BYTES_MAX) {
    throw s3Error(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      ProposedSize: length,
      MaxSizeAllowed: UPLOAD_BYTES_MAX,
    });
  }
  const body = bodyStream ?? EMPTY;
  return length === undefined ? { body } : { body, sizeBytes: Number(length) };
}

/** Gives an object's reader back when the caller goes away before, or while, it is read. */
export function releasedWith(body: Readable, signal: AbortSignal): Readable {
  const release = (): void => void body.destroy();
  if (signal.aborted) release();
  signal.addEventListener('abort', release, { once: true });
  body.once('close', () => signal.removeEventListener('abort', release));
  return body;
}
