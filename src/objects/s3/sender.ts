/**
 * Sends a body to S3 as one request. A body whose length is known flows through; one of unknown length is gathered
 * up to {@link GATHER_BYTES_MAX} first.
 */
import type { Readable } from 'node:stream';
import { Digester, type Digests } from '../digester.ts';
import { ObjectStoreError, type PutOptions } from '../types.ts';
import { CheckedBody } from './checked-body.ts';
import { s3Failure } from './failures.ts';

/** Memory that a body of unknown length may take; log batches are far smaller. */
export const GATHER_BYTES_MAX = 64 * 1024 * 1024;

export interface Sendable {
  readonly Body: Uint8Array | Readable;
  readonly ContentLength: number;
}

/**
 * Runs `send` with the body, digesting and verifying it on its way.
 * @throws what the source or `options.verify` throws, unchanged; {@link ObjectStoreError} of what S3 says
 */
export async function sendBody<T>(
  body: Uint8Array | Readable,
  options: PutOptions,
  send: (sendable: Sendable, signal?: AbortSignal) => Promise<T>,
): Promise<{ result: T; sizeBytes: number; digests: Digests }> {
  const digester = new Digester([options.checksumAlgorithm, options.alsoVerify]);
  if (body instanceof Uint8Array || options.sizeBytes === undefined) {
    const bytes = body instanceof Uint8Array ? body : await gathered(body);
    digester.update(bytes);
    const digests = await digester.finish();
    options.verify?.(digests);
    const result = await sending(send({ Body: bytes, ContentLength: bytes.length }));
    return { result, sizeBytes: bytes.length, digests };
  }
  return flowing(body, options.sizeBytes, digester, options, send);
}

async function flowing<T>(
  source: Readable,
  sizeBytes: number,
  digester: Digester,
  options: PutOptions,
  send: (sendable: Sendable, signal: AbortSignal) => Promise<T>,
): Promise<{ result: T; sizeBytes: number; digests: Digests }> {
  // The SDK does not listen for errors of a body it sends: a body that fails stops short, and the request is aborted.
  const abort = new AbortController();
  let broken: unknown;
  const fail = (error: unknown): void => {
    broken ??= error;
    abort.abort();
  };
  let digests: Digests | undefined;
  const checked = new CheckedBody(digester, fail, (finished) => {
    options.verify?.(finished);
    digests = finished;
  });
  source.once('error', fail);
  source.once('close', () => {
    if (!source.readableEnded) fail(source.errored ?? new Error('the body broke off'));
  });
  if (source.destroyed) fail(source.errored ?? new Error('the body broke off'));
  source.pipe(checked);
  try {
    const result = await send({ Body: checked, ContentLength: sizeBytes }, abort.signal);
    if (digests) return { result, sizeBytes, digests };
  } catch (error) {
    throw broken ?? s3Failure(error);
  } finally {
    source.unpipe(checked);
    checked.destroy();
  }
  throw new ObjectStoreError('unavailable', 'the S3 server answered before it had the whole body');
}

async function sending<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw s3Failure(error);
  }
}

async function gathered(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.length;
    if (sizeBytes > GATHER_BYTES_MAX) {
      throw new ObjectStoreError('unavailable', `a body of unknown length has more than ${GATHER_BYTES_MAX} bytes`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
