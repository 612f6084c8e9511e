import type { IncomingMessage } from 'node:http';
import type { Body } from '#base';
import { BodyCollector, type Spool } from '#journal';
import { type ApiError, createFrameSplitter, describeFrame } from '#wire';
import { UpstreamRefusal } from '../refusal.ts';
import type { StreamFrame } from '../types.ts';
import { errorOfAnswer, unusableAnswer } from './errors.ts';
import type { Guard, GuardReason } from './guard.ts';

/** An answer in one piece may be so large; Bedrock's largest (images, base64) are a few tens of megabytes. */
const ANSWER_BYTES_MAX = 128 * 1024 * 1024;
/** Of an answer that tells of an error, more than this is nothing we understand. */
const ERROR_BYTES_MAX = 256 * 1024;
const BEDROCK_PREFIX = 'x-amzn-bedrock-';

/** The `x-amzn-bedrock-…` headers of an answer. */
export function bedrockHeadersOf(response: IncomingMessage): Record<string, string> {
  const kept: Record<string, string> = {};
  const { headers } = response;
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string' && name.startsWith(BEDROCK_PREFIX)) kept[name] = value;
  }
  return kept;
}

/** Reads an answer whole: in memory while small, else spilled, never faster than the disk takes it. */
export async function readWhole(response: IncomingMessage, spool: Spool, guard: Guard): Promise<Body> {
  const collector = new BodyCollector(spool);
  try {
    await collect(response, collector, guard);
    return collector.finish();
  } catch (error) {
    response.destroy();
    await collector.discard();
    throw error;
  }
}

/** By events, which cost less than iteration where an answer is one chunk. */
function collect(response: IncomingMessage, collector: BodyCollector, guard: Guard): Promise<void> {
  return new Promise((resolve, reject) => {
    let written: Promise<void> | undefined;
    response.on('data', (chunk: Buffer) => {
      guard.stillWaiting();
      if (collector.sizeBytes + chunk.length > ANSWER_BYTES_MAX) return reject(unusableAnswer('it is too large'));
      written = collector.add(chunk);
      if (!written) return;
      response.pause();
      guard.notWaiting();
      written.then(() => {
        guard.stillWaiting();
        response.resume();
      }, reject);
    });
    // It may end while the last chunk is being written.
    response.once('end', () => {
      if (written) written.then(resolve, reject);
      else resolve();
    });
    response.once('error', reject);
  });
}

/** The error of an answer that is not 200. */
export async function readError(response: IncomingMessage): Promise<ApiError> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > ERROR_BYTES_MAX) break;
    chunks.push(chunk);
  }
  const { 'x-amzn-errortype': errorType, 'x-amzn-requestid': id } = response.headers;
  const type = typeof errorType === 'string' ? errorType : undefined;
  const error = errorOfAnswer(response.statusCode ?? 500, type, Buffer.concat(chunks));
  return typeof id === 'string' ? new UpstreamRefusal(error, id) : error;
}

/**
 * The frames of a streamed answer, each as soon as its last byte is here (those of one piece together, which costs a fraction
 * of one by one), bytes untouched and CRC checked.
 * The upstream is read no faster than the frames are taken.
 * @param wordFailure the error for the caller when the stream breaks off, is damaged, or is silent too long
 * @throws {ApiError} what `wordFailure` makes
 */
export async function* readFrames(
  response: IncomingMessage,
  guard: Guard,
  wordFailure: (cause: unknown, reason: GuardReason | undefined) => ApiError,
): AsyncGenerator<readonly StreamFrame[], void, undefined> {
  const splitter = createFrameSplitter();
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      guard.notWaiting();
      const frames: StreamFrame[] = [];
      let broken: unknown;
      try {
        for (const frame of splitter.push(chunk)) frames.push(describeFrame(frame));
      } catch (error) {
        broken = error;
      }
      // What stands before a damaged frame is whole.
      if (frames.length > 0) yield frames;
      if (broken !== undefined) throw broken;
      guard.stillWaiting();
    }
    splitter.end();
  } catch (error) {
    throw wordFailure(error, guard.reason);
  } finally {
    guard.release();
    response.destroy();
  }
}
