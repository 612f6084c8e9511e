/**
 * Headers of event-stream frames. One header, byte by byte:
 *   u8 length of the name (1–255), the name in UTF-8, u8 type, the value:
 *   0 true · 1 false · 2 i8 · 3 i16 · 4 i32 · 5 i64 · 6 u16 length + bytes · 7 u16 length + UTF-8
 *   · 8 i64 milliseconds since 1970 · 9 16 bytes UUID; numbers are big-endian.
 * (Source: AWS's "event stream encoding" pages; Smithy's event-stream vectors.)
 */
import { isUtf8 } from 'node:buffer';
import { bug } from '#base';
import { ApiError } from '../errors.ts';

export type HeaderValue =
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'byte' | 'short' | 'integer'; readonly value: number }
  | { readonly type: 'long'; readonly value: bigint }
  | { readonly type: 'blob'; readonly value: Buffer }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'timestamp'; readonly value: Date }
  | { readonly type: 'uuid'; readonly value: string };

export type FrameHeaders = ReadonlyMap<string, HeaderValue>;

/** AWS's limits: 128 KiB of headers a frame, 32 KiB − 1 of bytes or text a value. */
export const HEADER_BYTES_MAX = 128 * 1024;
const VALUE_BYTES_MAX = 32_767;
const DATE_MS_MAX = 8_640_000_000_000_000n;

/** A frame that breaks the format: for a caller's stream AWS's serialization error, for an upstream's a broken answer. */
export function malformedFrame(what: string): ApiError {
  return new ApiError('SerializationException', `The event stream is malformed: ${what}.`, { status: 400 });
}

/** A text header, by far the commonest kind. */
export function textHeader(value: string): HeaderValue {
  return { type: 'string', value };
}

/** Encodes headers in the order given. Values out of their type's range are a mistake of ours and throw. */
export function encodeHeaders(headers: Iterable<readonly [string, HeaderValue]>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, header] of headers) {
    const bytes = Buffer.from(name, 'utf8');
    if (bytes.length === 0 || bytes.length > 255) bug(`event-stream header name of ${bytes.length} bytes`);
    parts.push(Buffer.of(bytes.length), bytes, encodeValue(header));
  }
  return Buffer.concat(parts);
}

function encodeValue(header: HeaderValue): Buffer {
  switch (header.type) {
    case 'boolean':
      return Buffer.of(header.value ? 0 : 1);
    case 'byte':
      return fixed(2, 1, (to) => to.writeInt8(header.value, 1));
    case 'short':
      return fixed(3, 2, (to) => to.writeInt16BE(header.value, 1));
    case 'integer':
      return fixed(4, 4, (to) => to.writeInt32BE(header.value, 1));
    case 'long':
      return fixed(5, 8, (to) => to.writeBigInt64BE(header.value, 1));
    case 'blob':
      return sized(6, header.value);
    case 'string':
      return sized(7, Buffer.from(header.value, 'utf8'));
    case 'timestamp':
      return fixed(8, 8, (to) => to.writeBigInt64BE(BigInt(header.value.getTime()), 1));
    case 'uuid':
      return Buffer.concat([Buffer.of(9), Buffer.from(header.value.replaceAll('-', ''), 'hex')]);
  }
}

function fixed(type: number, size: number, write: (to: Buffer) => void): Buffer {
  const bytes = Buffer.allocUnsafe(1 + size);
  bytes[0] = type;
  write(bytes);
  return bytes;
}

function sized(type: number, value: Uint8Array): Buffer {
  if (value.length > VALUE_BYTES_MAX) bug(`event-stream header value of ${value.length} bytes`);
  const head = Buffer.allocUnsafe(3);
  head[0] = type;
  head.writeUInt16BE(value.length, 1);
  return Buffer.concat([head, value]);
}

/**
 * Reads a whole header block.
 * @throws ApiError (`SerializationException`) for truncated values, unknown types, repeated names, text that is not UTF-8.
 */
export function decodeHeaders(block: Buffer): FrameHeaders {
  const headers = new Map<string, HeaderValue>();
  let at = 0;
  while (at < block.length) {
    const nameLength = block[at] as number;
    const name = textAt(block, at + 1, nameLength);
    at += 1 + nameLength;
    const size = valueSize(block, at);
    if (nameLength === 0 || size === undefined || at + size > block.length)
      throw malformedFrame('a header is truncated');
    if (headers.has(name)) throw malformedFrame('a header is repeated');
    headers.set(name, decodeValue(block, at));
    at += size;
  }
  return headers;
}

/** Bytes of the value with its type byte; undefined when its length cannot be told or the type is unknown. */
function valueSize(block: Buffer, at: number): number | undefined {
  const type = block[at];
  if (type === undefined) return undefined;
  if (type === 6 || type === 7) return at + 3 > block.length ? undefined : 3 + block.readUInt16BE(at + 1);
  return [1, 1, 2, 3, 5, 9, 0, 0, 9, 17][type];
}

function decodeValue(block: Buffer, at: number): HeaderValue {
  const type = block[at] as number;
  const value = at + 1;
  switch (type) {
    case 0:
    case 1:
      return { type: 'boolean', value: type === 0 };
    case 2:
      return { type: 'byte', value: block.readInt8(value) };
    case 3:
      return { type: 'short', value: block.readInt16BE(value) };
    case 4:
      return { type: 'integer', value: block.readInt32BE(value) };
    case 5:
      return { type: 'long', value: block.readBigInt64BE(value) };
    case 6:
      return { type: 'blob', value: block.subarray(value + 2, value + 2 + block.readUInt16BE(value)) };
    case 7:
      return { type: 'string', value: textAt(block, value + 2, block.readUInt16BE(value)) };
    case 8:
      return { type: 'timestamp', value: dateOf(block.readBigInt64BE(value)) };
    case 9:
      return { type: 'uuid', value: uuidOf(block.toString('hex', value, value + 16)) };
    default:
      throw bug(`header type ${type} has a size but no reader`);
  }
}

function textAt(block: Buffer, start: number, length: number): string {
  if (start + length > block.length) throw malformedFrame('a header is truncated');
  const bytes = block.subarray(start, start + length);
  if (!isUtf8(bytes)) throw malformedFrame('a header is not UTF-8');
  return bytes.toString('utf8');
}

function dateOf(ms: bigint): Date {
  if (ms > DATE_MS_MAX || ms < -DATE_MS_MAX) throw malformedFrame('a timestamp is out of range');
  return new Date(Number(ms));
}

function uuidOf(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
