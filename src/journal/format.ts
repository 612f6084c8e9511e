/**
 * The journal's on-disk format, version 1. All numbers are little-endian; u48 is an unsigned 48-bit number.
 *
 * A journal is a folder of segment files `<ordinal, 10 digits>.segment`. A file's ordinal rises by one with each file that is
 * made. Segments are filled with zeros ahead of their use, so that their space is reserved and a later fdatasync has no
 * metadata to write; what stands behind the last entry is zeros (or the remains of a write that failed).
 *
 * Segment header, 64 bytes at offset 0 (all zeros: prepared, never used):
 *
 *     0  8 bytes  magic "VarveJnl"
 *     8  u32      version, 1
 *    12  8 bytes  node id, ASCII, 8 lower-case hex digits
 *    20  u48      sequence of the segment's first entry
 *    26  u16      0
 *    28  u32      salt, random: the start value of the segment's checksums, so that no bytes of another use of the file pass
 *    32  u48      the journal's head when the header was written
 *    38  u16      0
 *    40  u32      CRC-32 of bytes 0–39
 *    44 20 bytes  0
 *
 * Entries follow one another without padding from offset 64:
 *
 *     0  u32      bytes of this entry after offset 8
 *     4  u32      CRC-32 of the entry from offset 8 on, started with the segment's salt
 *     8  u48      sequence
 *    14  u48      the journal's head when this entry was written: all entries up to it had been made durable. Recovery tells
 *                 by it whether a hole was ever acknowledged (corruption, reported) or not (a torn end, cut off)
 *    20  u48      milliseconds since the epoch when it was written
 *    26  u8       kind
 *    27  u8       flags; bit 0: void (its append was refused after a later entry's sequence had been given out)
 *    28  u8       number of routes, at most 8
 *    29  u8       number of attachments, at most 255
 *    30  u16      bytes of the routes
 *    32  u16      bytes of the attachments
 *    34           routes, then attachments: each a u8 length and that many ASCII bytes
 *                 payload to the end
 *
 * Beside a sealed segment (one that is no longer written to and has been cut to its length) lies `<ordinal>.index`, a shortcut
 * for opening: see `index-file.ts`.
 *
 * Where two segments hold the same sequence, the one with the higher ordinal counts: after a failed fdatasync what was not
 * acknowledged is written again into a new segment.
 */
import { crc32 } from 'node:zlib';
import { bug } from '#base';

export const FORMAT_VERSION = 1;
export const SEGMENT_HEADER_BYTES = 64;
export const ENTRY_HEAD_BYTES = 34;
/** Bytes of an entry that its length field does not count. */
const LENGTH_AND_CRC_BYTES = 8;
/** No entry is larger: large bodies go to the spool. */
export const ENTRY_BYTES_MAX = 64 * 1024 * 1024;
export const ROUTES_MAX = 8;
export const ATTACHMENTS_MAX = 255;
export const FLAG_VOID = 1;
const MAGIC = 'VarveJnl';
const HEADER_CHECKED_BYTES = 40;

export interface SegmentHeader {
  readonly nodeId: string;
  readonly first: number;
  readonly salt: number;
  /** All entries up to this one had been made durable. */
  readonly acknowledged: number;
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(FORMAT_VERSION, 8);
  bytes.write(header.nodeId, 12, 8, 'latin1');
  bytes.writeUIntLE(header.first, 20, 6);
  bytes.writeUInt32LE(header.salt, 28);
  bytes.writeUIntLE(header.acknowledged, 32, 6);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, HEADER_CHECKED_BYTES)), HEADER_CHECKED_BYTES);
  return bytes;
}

/** `unused`: only zeros, or too short to have been written; `newer`: a later version's; `bad`: damaged. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | 'unused' | 'newer' | 'bad' {
  if (bytes.length < SEGMENT_HEADER_BYTES || bytes.every((byte) => byte === 0)) return 'unused';
  const isOurs = bytes.toString('latin1', 0, 8) === MAGIC;
  if (!isOurs || crc32(bytes.subarray(0, HEADER_CHECKED_BYTES)) !== bytes.readUInt32LE(HEADER_CHECKED_BYTES)) {
    return 'bad';
  }
  if (bytes.readUInt32LE(8) !== FORMAT_VERSION) return 'newer';
  return {
    nodeId: bytes.toString('latin1', 12, 20),
    first: bytes.readUIntLE(20, 6),
    salt: bytes.readUInt32LE(28),
    acknowledged: bytes.readUIntLE(32, 6),
  };
}

export interface EntryHead {
  readonly sequence: number;
  readonly writtenMs: number;
  readonly kind: number;
  readonly isVoid: boolean;
  readonly routes: readonly string[];
  readonly attachments: readonly string[];
}

function namesBytes(names: readonly string[]): number {
  let bytes = 0;
  for (const name of names) bytes += 1 + name.length;
  return bytes;
}

/** Bytes that an entry takes in a segment. Throws `BUG:` when its parts are over their bounds. */
export function entrySizeBytes(
  routes: readonly string[],
  attachments: readonly string[],
  payloadBytes: number,
): number {
  if (routes.length > ROUTES_MAX || attachments.length > ATTACHMENTS_MAX)
    bug('too many routes or attachments in an entry');
  for (const name of routes) if (name.length > 255) bug('a route is longer than 255 bytes');
  for (const name of attachments) if (name.length > 255) bug('an attachment is longer than 255 bytes');
  const size = ENTRY_HEAD_BYTES + namesBytes(routes) + namesBytes(attachments) + payloadBytes;
  if (size > ENTRY_BYTES_MAX) bug(`an entry of ${size} bytes is over the bound of ${ENTRY_BYTES_MAX}`);
  return size;
}

/** Writes everything before the payload at `offset` and gives the payload's offset; {@link sealEntry} completes it. */
export function writeEntryHead(
  target: Buffer,
  offset: number,
  head: EntryHead,
  acknowledged: number,
  payloadBytes: number,
): number {
  const routeBytes = namesBytes(head.routes);
  const attachmentBytes = namesBytes(head.attachments);
  target.writeUInt32LE(ENTRY_HEAD_BYTES - LENGTH_AND_CRC_BYTES + routeBytes + attachmentBytes + payloadBytes, offset);
  target.writeUIntLE(head.sequence, offset + 8, 6);
  target.writeUIntLE(acknowledged, offset + 14, 6);
  target.writeUIntLE(head.writtenMs, offset + 20, 6);
  target[offset + 26] = head.kind;
  target[offset + 27] = head.isVoid ? FLAG_VOID : 0;
  target[offset + 28] = head.routes.length;
  target[offset + 29] = head.attachments.length;
  target.writeUInt16LE(routeBytes, offset + 30);
  target.writeUInt16LE(attachmentBytes, offset + 32);
  const afterRoutes = writeNames(target, offset + ENTRY_HEAD_BYTES, head.routes);
  return writeNames(target, afterRoutes, head.attachments);
}

function writeNames(target: Buffer, offset: number, names: readonly string[]): number {
  let at = offset;
  for (const name of names) {
    target[at] = name.length;
    target.write(name, at + 1, 'latin1');
    at += 1 + name.length;
  }
  return at;
}

/** Computes and writes the checksum of the entry that stands whole at `offset`. */
export function sealEntry(target: Buffer, offset: number, sizeBytes: number, salt: number): void {
  target.writeUInt32LE(crc32(target.subarray(offset + LENGTH_AND_CRC_BYTES, offset + sizeBytes), salt), offset + 4);
}

/** Changes what depends on where and when an encoded entry is written, for writing it again; then {@link sealEntry} it. */
export function patchEntry(target: Buffer, offset: number, acknowledged: number): void {
  target.writeUIntLE(acknowledged, offset + 14, 6);
}

/** An entry as it stands in a buffer; valid as long as the buffer's bytes are. */
export class EntryView {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly sizeBytes: number;

  constructor(buffer: Buffer, offset: number, sizeBytes: number) {
    this.buffer = buffer;
    this.offset = offset;
    this.sizeBytes = sizeBytes;
  }
  get sequence(): number {
    return this.buffer.readUIntLE(this.offset + 8, 6);
  }
  get acknowledged(): number {
    return this.buffer.readUIntLE(this.offset + 14, 6);
  }
  get writtenMs(): number {
    return this.buffer.readUIntLE(this.offset + 20, 6);
  }
  get kind(): number {
    return this.buffer[this.offset + 26] ?? 0;
  }
  get isVoid(): boolean {
    return ((this.buffer[this.offset + 27] ?? 0) & FLAG_VOID) !== 0;
  }
  get routes(): string[] {
    return this.#names(this.offset + ENTRY_HEAD_BYTES, this.buffer[this.offset + 28] ?? 0);
  }
  get attachments(): string[] {
    return this.#names(this.offset + ENTRY_HEAD_BYTES + this.#routeBytes, this.buffer[this.offset + 29] ?? 0);
  }
  /** A copy, so that the buffer can be used again. */
  payload(): Buffer {
    const start = this.#payloadOffset;
    return Buffer.from(this.buffer.subarray(start, this.offset + this.sizeBytes));
  }
  get payloadBytes(): number {
    return this.offset + this.sizeBytes - this.#payloadOffset;
  }

  /** Compares bytes; decodes nothing. */
  hasRoute(route: Buffer): boolean {
    let at = this.offset + ENTRY_HEAD_BYTES;
    for (let left = this.buffer[this.offset + 28] ?? 0; left > 0; left -= 1) {
      const length = this.buffer[at] ?? 0;
      if (length === route.length && this.buffer.compare(route, 0, length, at + 1, at + 1 + length) === 0) return true;
      at += 1 + length;
    }
    return false;
  }

  get #routeBytes(): number {
    return this.buffer.readUInt16LE(this.offset + 30);
  }
  get #payloadOffset(): number {
    return this.offset + ENTRY_HEAD_BYTES + this.#routeBytes + this.buffer.readUInt16LE(this.offset + 32);
  }
  #names(offset: number, count: number): string[] {
    const names: string[] = [];
    let at = offset;
    for (let left = count; left > 0; left -= 1) {
      const length = this.buffer[at] ?? 0;
      names.push(this.buffer.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    return names;
  }
}

/** The size that the entry at `offset` claims, when its head makes sense; at least {@link ENTRY_HEAD_BYTES} must be there. */
export function claimedSizeBytes(buffer: Buffer, offset: number): number | undefined {
  const size = buffer.readUInt32LE(offset) + LENGTH_AND_CRC_BYTES;
  if (size < ENTRY_HEAD_BYTES || size > ENTRY_BYTES_MAX) return undefined;
  if ((buffer[offset + 28] ?? 0) > ROUTES_MAX || (buffer[offset + 27] ?? 0) > FLAG_VOID) return undefined;
  const names = buffer.readUInt16LE(offset + 30) + buffer.readUInt16LE(offset + 32);
  return ENTRY_HEAD_BYTES + names > size ? undefined : size;
}

/** Whether the entry that stands whole at `offset` has the checksum of this segment. */
export function isEntrySound(buffer: Buffer, offset: number, sizeBytes: number, salt: number): boolean {
  const computed = crc32(buffer.subarray(offset + LENGTH_AND_CRC_BYTES, offset + sizeBytes), salt);
  return computed === buffer.readUInt32LE(offset + 4);
}
