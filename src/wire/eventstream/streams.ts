/** Whole streams of events: from handlers to the socket, and from the socket to handlers. */
import type { BodyCodec } from '../codec.ts';
import { ApiError } from '../errors.ts';
import type { StructureShape } from '../schema.ts';
import { decodeEvent, encodeEvent, encodeStreamError } from './events.ts';
import type { EventFrame } from './frame.ts';

/**
 * Encodes events as they come, one chunk a frame. An item that is a Uint8Array is a finished frame and passes
 * untouched. An ApiError thrown by the source becomes the stream's last frame; anything else is thrown on, for the
 * caller to break the connection off.
 */
export async function* encodeEventStream(
  union: StructureShape,
  events: AsyncIterable<Uint8Array | Readonly<Record<string, unknown>>>,
  codec: BodyCodec,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const event of events) {
      yield event instanceof Uint8Array ? event : encodeEvent(union, event, codec);
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    yield encodeStreamError(union, error, codec);
  }
}

/**
 * Reads events as `{<event>: value}`.
 * @throws ApiError for malformed or unknown events, and for the exceptions the stream carries.
 */
export async function* decodeEventStream(
  union: StructureShape,
  frames: AsyncIterable<EventFrame>,
  codec: BodyCodec,
): AsyncGenerator<Record<string, unknown>, void, undefined> {
  for await (const frame of frames) {
    const { name, value } = decodeEvent(union, frame, codec);
    yield { [name]: value };
  }
}
