/**
 * Frames of `application/vnd.amazon.eventstream`, byte by byte (big-endian):
 *   u32 length of the whole frame · u32 length of the headers · u32 CRC32 of these 8 bytes
 *   · headers (headers.ts) · payload · u32 CRC32 of everything before it
 * A frame without headers and payload has 16 bytes.
 */
import { crc32 } from 'node:zlib';
import { bug } from '#base';
import { decodeHeaders, encodeHeaders, HEADER_BYTES_MAX, malformedFrame } from './headers.ts';
import type { FrameHeaders, HeaderValue } from './headers.ts';

/** One frame as read: `raw` is the whole of it, `payload` a view into it. */
export interface EventFrame {
  readonly raw: Buffer;
  readonly headers: FrameHeaders;
  readonly payload: Buffer;
}

/** AWS documents 24 MB of payload a message. */
export const PAYLOAD_BYTES_MAX = 24 * 1024 * 1024;
export const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
const OVERHEAD_BYTES = PRELUDE_BYTES + CRC_BYTES;
export const FRAME_BYTES_MAX = PAYLOAD_BYTES_MAX + HEADER_BYTES_MAX + OVERHEAD_BYTES;

/** Encodes one frame. `headers` may be a block made before by {@link encodeHeaders}: the fast way for repeated events. */
export function encodeFrame(
  headers: Buffer | Iterable<readonly [string, HeaderValue]>,
  payload: Uint8Array | string = '',
): Buffer {
  const block = Buffer.isBuffer(headers) ? headers : encodeHeaders(headers);
  const payloadBytes = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  if (block.length > HEADER_BYTES_MAX) bug(`event-stream headers of ${block.length} bytes`);
  if (payloadBytes > PAYLOAD_BYTES_MAX) bug(`event-stream payload of ${payloadBytes} bytes`);
  const total = OVERHEAD_BYTES + block.length + payloadBytes;
  const frame = Buffer.allocUnsafe(total);
  frame.writeUInt32BE(total, 0);
  frame.writeUInt32BE(block.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  block.copy(frame, PRELUDE_BYTES);
  const payloadAt = PRELUDE_BYTES + block.length;
  if (typeof payload === 'string') frame.write(payload, payloadAt, 'utf8');
  else frame.set(payload, payloadAt);
  frame.writeUInt32BE(crc32(frame.subarray(0, total - CRC_BYTES)), total - CRC_BYTES);
  return frame;
}

/**
 * The length of the frame whose first 12 bytes stand at `at`.
 * @throws ApiError (`SerializationException`) when the prelude's CRC or its lengths are wrong.
 */
export function frameLength(bytes: Buffer, at: number): number {
  if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8))
    throw malformedFrame('the prelude is corrupted');
  const total = bytes.readUInt32BE(at);
  const headers = bytes.readUInt32BE(at + 4);
  if (total > FRAME_BYTES_MAX) throw malformedFrame('a frame is too long');
  if (headers > HEADER_BYTES_MAX) throw malformedFrame('the headers of a frame are too long');
  if (total < OVERHEAD_BYTES + headers) throw malformedFrame('the lengths of a frame contradict each other');
  return total;
}

/**
 * Reads bytes that are exactly one frame.
 * @throws ApiError (`SerializationException`) when they are not.
 */
export function decodeFrame(raw: Buffer): EventFrame {
  if (raw.length < OVERHEAD_BYTES || frameLength(raw, 0) !== raw.length) throw malformedFrame('a frame is truncated');
  return decodeWhole(raw, decodeHeaders);
}

/**
 * Reads bytes that {@link frameLength} has found to be one frame.
 * @throws ApiError (`SerializationException`) when its bytes or its headers are wrong.
 */
export function decodeWhole(raw: Buffer, headersOf: (block: Buffer) => FrameHeaders): EventFrame {
  const end = raw.length - CRC_BYTES;
  if (crc32(raw.subarray(0, end)) !== raw.readUInt32BE(end)) throw malformedFrame('a frame is corrupted');
  const headersEnd = PRELUDE_BYTES + raw.readUInt32BE(4);
  return {
    raw,
    headers: headersOf(raw.subarray(PRELUDE_BYTES, headersEnd)),
    payload: raw.subarray(headersEnd, end),
  };
}
