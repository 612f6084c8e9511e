/**
 * Writes ClickHouse's RowBinary: values one after the other, without names or types. Integers little-endian; a string is
 * its length in bytes as LEB128, then its bytes (UTF-8; lone surrogates become U+FFFD); DateTime64(3) is the Int64 of
 * its milliseconds since 1970.
 */

/** Size of the pieces handed on, bytes; a larger value gets a piece of its own. */
const PIECE_BYTES = 256 * 1024;
/** Pieces kept for the next batch, so that steady traffic allocates nothing: 16 MiB, two seconds of some thousand calls each. */
const SPARE_PIECES_MAX = 64;
/** A string of at most so many UTF-16 units has at most 127 bytes, whose length is one byte. */
const SHORT_UNITS_MAX = 42;
const UINT32_MAX = 0xffff_ffff;

const spare: Buffer[] = [];

export class RowBinaryWriter {
  readonly #full: Buffer[] = [];
  readonly #owned: Buffer[] = [];
  #piece: Buffer;
  #offset = 0;
  #sizeBytes = 0;

  constructor() {
    this.#piece = this.#take(PIECE_BYTES);
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#sizeBytes + this.#offset;
  }

  /** All that was written, in order. The writer is used up; the pieces stay valid until `release`. */
  pieces(): readonly Buffer[] {
    if (this.#offset > 0) this.#full.push(this.#piece.subarray(0, this.#offset));
    this.#sizeBytes += this.#offset;
    this.#offset = 0;
    return this.#full;
  }

  /** Gives the pieces back for the next writer: only when nobody reads them any more. */
  release(): void {
    for (const piece of this.#owned) {
      if (piece.length === PIECE_BYTES && spare.length < SPARE_PIECES_MAX) spare.push(piece);
    }
    this.#owned.length = 0;
    this.#full.length = 0;
  }

  /** An unsigned 32-bit integer; what does not fit becomes the nearest that does. */
  uint32(value: number): void {
    this.#reserve(4);
    const whole = value > 0 ? Math.min(Math.trunc(value), UINT32_MAX) : 0;
    this.#offset = this.#piece.writeUInt32LE(whole, this.#offset);
  }

  bool(value: boolean): void {
    this.#reserve(1);
    this.#piece[this.#offset++] = value ? 1 : 0;
  }

  /** A UInt64 of a safe, non-negative integer. */
  uint64(value: number): void {
    this.#reserve(8);
    const offset = this.#piece.writeUInt32LE(value % 0x1_0000_0000, this.#offset);
    this.#offset = this.#piece.writeUInt32LE(Math.floor(value / 0x1_0000_0000), offset);
  }

  /** An Int64 of a safe integer: DateTime64(3) as milliseconds since 1970. */
  int64(value: number): void {
    this.#reserve(8);
    const high = Math.floor(value / 0x1_0000_0000);
    const offset = this.#piece.writeUInt32LE(value - high * 0x1_0000_0000, this.#offset);
    this.#offset = this.#piece.writeInt32LE(high, offset);
  }

  string(text: string): void {
    if (text.length <= SHORT_UNITS_MAX) {
      this.#reserve(1 + 3 * SHORT_UNITS_MAX);
      const written = this.#piece.write(text, this.#offset + 1, 'utf8');
      this.#piece[this.#offset] = written;
      this.#offset += 1 + written;
      return;
    }
    const length = Buffer.byteLength(text, 'utf8');
    this.#length(length);
    this.#offset += this.#piece.write(text, this.#offset, length, 'utf8');
  }

  /** A string that may be in UTF-8 already. */
  text(value: string | Uint8Array): void {
    if (typeof value === 'string') this.string(value);
    else this.bytes(value);
  }

  bytes(value: Uint8Array): void {
    this.#length(value.length);
    this.#piece.set(value, this.#offset);
    this.#offset += value.length;
  }

  /** An Array(String): its length, then its strings. */
  strings(texts: readonly string[]): void {
    this.#length(texts.length, 0);
    for (const text of texts) this.string(text);
  }

  /** Writes a length and makes room for as many bytes behind it. */
  #length(length: number, room = length): void {
    this.#reserve(5 + room);
    let rest = length;
    while (rest > 0x7f) {
      this.#piece[this.#offset++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#piece[this.#offset++] = rest;
  }

  #reserve(size: number): void {
    if (this.#piece.length - this.#offset >= size) return;
    if (this.#offset > 0) this.#full.push(this.#piece.subarray(0, this.#offset));
    this.#sizeBytes += this.#offset;
    this.#offset = 0;
    this.#piece = this.#take(Math.max(size, PIECE_BYTES));
  }

  #take(size: number): Buffer {
    const piece = (size === PIECE_BYTES ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(size);
    this.#owned.push(piece);
    return piece;
  }
}
