/**
 * A real PNG, tiny: one colour that the prompt decides. Byte by byte (RFC 2083): signature · IHDR · [vrVe padding] · IDAT · IEND,
 * each chunk u32 length, type, data, u32 CRC32 of type and data.
 */
import { hash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const SIDE = 32;
const CHUNK_OVERHEAD_BYTES = 12;

/** @param bytesMin the file is padded, in a chunk that readers skip, to at least this size */
export function pngOf(prompt: string, bytesMin = 0): Buffer {
  const colour = Buffer.from(hash('sha256', prompt, 'hex').slice(0, 6), 'hex');
  const row = Buffer.concat([Buffer.of(0), ...Array.from({ length: SIDE }, () => colour)]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIDE, 0);
  header.writeUInt32BE(SIDE, 4);
  // 8 bits a channel, red-green-blue, no interlacing.
  header.set([8, 2, 0, 0, 0], 8);
  const parts = [SIGNATURE, chunk('IHDR', header)];
  const tail = [
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: SIDE }, () => row)))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  const missing = bytesMin - [...parts, ...tail].reduce((sum, part) => sum + part.length, 0);
  if (missing > 0) parts.push(chunk('vrVe', Buffer.alloc(Math.max(0, missing - CHUNK_OVERHEAD_BYTES))));
  return Buffer.concat([...parts, ...tail]);
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(CHUNK_OVERHEAD_BYTES + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  data.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}
