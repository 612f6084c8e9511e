/** CBOR by appending: definite lengths and the shortest form of every number. */

const GROW_BYTES = 1024;

/** A buffer that CBOR items are appended to. */
export class CborWriter {
  #bytes = Buffer.allocUnsafe(GROW_BYTES);
  #at = 0;

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  text(text: string): void {
    const length = Buffer.byteLength(text, 'utf8');
    this.#head(3, length);
    this.#reserve(length);
    this.#at += this.#bytes.write(text, this.#at, 'utf8');
  }

  bytes(value: Uint8Array): void {
    this.#head(2, value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Beginning of a list of `count` items. */
  array(count: number): void {
    this.#head(4, count);
  }

  /** Beginning of a map of `count` pairs. */
  map(count: number): void {
    this.#head(5, count);
  }

  boolean(value: boolean): void {
    this.#byte(value ? 0xf5 : 0xf4);
  }

  null(): void {
    this.#byte(0xf6);
  }

  /** An integer of any size. */
  integer(value: number | bigint): void {
    const big = BigInt(value);
    if (big >= 0n) this.#integerOrBig(0, big);
    else this.#integerOrBig(1, -1n - big);
  }

  double(value: number): void {
    this.#reserve(9);
    this.#bytes[this.#at] = 0xfb;
    this.#bytes.writeDoubleBE(value, this.#at + 1);
    this.#at += 9;
  }

  float(value: number): void {
    this.#reserve(5);
    this.#bytes[this.#at] = 0xfa;
    this.#bytes.writeFloatBE(value, this.#at + 1);
    this.#at += 5;
  }

  /** A moment: tag 1 around seconds, as a double as Smithy asks for. */
  epochSeconds(seconds: number): void {
    this.#byte(0xc1);
    this.double(seconds);
  }

  #integerOrBig(major: 0 | 1, magnitude: bigint): void {
    if (magnitude < 2n ** 53n) return this.#head(major, Number(magnitude));
    if (magnitude < 2n ** 64n) {
      this.#reserve(9);
      this.#bytes[this.#at] = (major << 5) | 27;
      this.#bytes.writeBigUInt64BE(magnitude, this.#at + 1);
      this.#at += 9;
      return undefined;
    }
    this.#byte(0xc2 + major);
    const hex = magnitude.toString(16);
    return this.bytes(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
  }

  #head(major: number, argument: number): void {
    this.#reserve(9);
    const type = major << 5;
    if (argument < 24) {
      this.#at = this.#bytes.writeUInt8(type | argument, this.#at);
    } else if (argument < 0x100) {
      this.#at = this.#bytes.writeUInt16BE(((type | 24) << 8) | argument, this.#at);
    } else if (argument < 0x10000) {
      this.#at = this.#bytes.writeUInt8(type | 25, this.#at);
      this.#at = this.#bytes.writeUInt16BE(argument, this.#at);
    } else if (argument < 0x100000000) {
      this.#at = this.#bytes.writeUInt8(type | 26, this.#at);
      this.#at = this.#bytes.writeUInt32BE(argument, this.#at);
    } else {
      this.#at = this.#bytes.writeUInt8(type | 27, this.#at);
      this.#at = this.#bytes.writeBigUInt64BE(BigInt(argument), this.#at);
    }
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#at = this.#bytes.writeUInt8(byte, this.#at);
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}
