import { bug, OperationalError } from '#base';

/**
 * What all entry payloads have in common:
 *
 *   byte 0        version of the payload's format, 1 to 255
 *   bytes 1–4     H, length of the header, unsigned 32 bits, little-endian
 *   bytes 5–(4+H) header, one JSON object in UTF-8
 *   then          what the header tells (see each entry's module)
 */
export const FRAME_HEAD_BYTES = 5;

/** Version byte, header length and header as one piece. */
export function frame(version: number, header: unknown): Buffer {
  return frameOf(version, JSON.stringify(header));
}

/** The same of a header that is JSON already. */
export function frameOf(version: number, json: string): Buffer {
  const length = Buffer.byteLength(json);
  const bytes = Buffer.allocUnsafe(FRAME_HEAD_BYTES + length);
  bytes[0] = version;
  bytes.writeUInt32LE(length, 1);
  bytes.write(json, FRAME_HEAD_BYTES);
  return bytes;
}

export interface Unframed {
  readonly version: number;
  readonly header: unknown;
  readonly rest: Buffer;
}

/**
 * Reads the frame of a payload.
 * @param version the newest that is known; whoever knows older ones must look which one it is
 * @returns the header and what stands behind it
 * @throws {OperationalError} `journal-newer` when the payload was written by a newer Varve
 */
export function unframe(entry: string, version: number, payload: Buffer): Unframed {
  const found = payload[0] ?? 0;
  if (found < 1 || found > version) {
    throw new OperationalError(
      'journal-newer',
      `the journal holds a ${entry} entry in format ${found}; this Varve reads format ${version}`,
      'Start the Varve that wrote the data directory, or a newer one.',
    );
  }
  if (payload.length < FRAME_HEAD_BYTES) bug(`${entry} entry of ${payload.length} bytes`);
  const end = FRAME_HEAD_BYTES + payload.readUInt32LE(1);
  if (end > payload.length) bug(`${entry} entry is cut off inside of its header`);
  const header: unknown = JSON.parse(payload.toString('utf8', FRAME_HEAD_BYTES, end));
  return { version: found, header, rest: payload.subarray(end) };
}

/** Takes lengths of bytes from the front of a buffer, one after the other, without copying. */
export class Cutter {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) bug(`an entry's payload ends ${end - this.#bytes.length} bytes early`);
    const piece = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return piece;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) bug(`an entry's payload has ${this.#bytes.length - this.#at} bytes too many`);
  }
}
