/** Frames as Bedrock sends them: their headers in its order, `p` as padding that hides how long the text is. */
import type { IdSource } from '#base';
import { type ApiError, encodeFrame, encodeHeaders, textHeader } from '#wire';
import type { StreamFrame } from '../types.ts';
import type { JsonObject } from './json.ts';

/** Padding is a beginning of this, of random length (captured: test_converse_stream_*). */
const PADDING = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const PADDING_MIN = 2;

export function padding(ids: IdSource): string {
  const length = PADDING_MIN + (Number.parseInt(ids.hex(2), 16) % (PADDING.length - PADDING_MIN + 1));
  return PADDING.slice(0, length);
}

const HEADER_BLOCKS = new Map<string, Buffer>();

function headerBlock(messageType: 'event' | 'exception', type: string): Buffer {
  const name = `${messageType}/${type}`;
  let block = HEADER_BLOCKS.get(name);
  if (!block) {
    block = encodeHeaders([
      [`:${messageType}-type`, textHeader(type)],
      [':content-type', textHeader('application/json')],
      [':message-type', textHeader(messageType)],
    ]);
    // Only names of Bedrock's model come here: a handful.
    HEADER_BLOCKS.set(name, block);
  }
  return block;
}

export function eventFrame(type: string, value: JsonObject): StreamFrame {
  const payload = Buffer.from(JSON.stringify(value));
  return { raw: encodeFrame(headerBlock('event', type), payload), messageType: 'event', type, payload };
}

/** One chunk of InvokeModelWithResponseStream. */
export function chunkFrame(chunk: JsonObject, ids: IdSource): StreamFrame {
  return eventFrame('chunk', { bytes: Buffer.from(JSON.stringify(chunk)).toString('base64'), p: padding(ids) });
}

const EXCEPTIONS: ReadonlySet<string> = new Set([
  'InternalServerException',
  'ModelStreamErrorException',
  'ValidationException',
  'ThrottlingException',
  'ServiceUnavailableException',
]);

/** An error within a stream: an exception event where the stream's model has one, else an `error` message. */
export function errorFrame(error: ApiError, operation: string): StreamFrame {
  const modelled =
    EXCEPTIONS.has(error.code) || (error.code === 'ModelTimeoutException' && operation !== 'ConverseStream');
  if (modelled) {
    const type = error.code.charAt(0).toLowerCase() + error.code.slice(1);
    const payload = Buffer.from(JSON.stringify({ message: error.message }));
    return { raw: encodeFrame(headerBlock('exception', type), payload), messageType: 'exception', type, payload };
  }
  const raw = encodeFrame([
    [':error-code', textHeader(error.code)],
    [':error-message', textHeader(error.message.slice(0, 8_000))],
    [':message-type', textHeader('error')],
  ]);
  return { raw, messageType: 'error', type: error.code, payload: Buffer.alloc(0) };
}
