/** Hands frames out as the knobs say: when, how many, and how it ends. */
import { sleep } from '#base';
import { ApiError } from '#wire';
import type { ModelCall, StreamFrame } from '../types.ts';
import { errorFrame } from './frames.ts';
import type { Knobs } from './knobs.ts';

const STATUS: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ModelTimeoutException: 408,
  ModelErrorException: 424,
  ModelStreamErrorException: 424,
  ThrottlingException: 429,
  ModelNotReadyException: 429,
  InternalServerException: 500,
  ServiceUnavailableException: 503,
};
const STREAM_BROKEN = 'An error occurred while streaming the response. Retry your request.';

/** The error that a knob asks for. */
export function knobError({ code, message }: NonNullable<Knobs['error']>): ApiError {
  return new ApiError(code, message ?? `The built-in model was told to fail with ${code}.`, {
    status: STATUS[code] ?? 400,
  });
}

/**
 * Frames are made when they are due, so that what they measure is right.
 * @throws {ApiError} ModelStreamErrorException where the knobs break the connection
 */
export async function* paced(
  frames: Iterable<() => StreamFrame>,
  { timeToFirstTokenMs = 0, chunkDelayMs = 0, error, breakAfterChunks }: Knobs,
  { signal, operation }: ModelCall,
): AsyncGenerator<StreamFrame, void, undefined> {
  let count = 0;
  const wait = async (): Promise<void> => {
    const delayMs = count === 0 ? timeToFirstTokenMs : chunkDelayMs;
    if (delayMs > 0) await sleep(delayMs, signal);
  };
  const isOver = (): boolean => count === error?.afterChunks || count === breakAfterChunks;
  for (const make of frames) {
    if (isOver()) break;
    await wait();
    if (signal.aborted) return;
    yield make();
    count++;
  }
  if (error?.afterChunks !== undefined && (breakAfterChunks ?? Infinity) > error.afterChunks) {
    yield errorFrame(knobError(error), operation);
  } else if (breakAfterChunks !== undefined) {
    throw new ApiError('ModelStreamErrorException', STREAM_BROKEN, { status: 424 });
  }
}
