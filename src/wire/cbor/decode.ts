/**
 * CBOR (RFC 8949) into plain values, as rpcv2Cbor needs it: definite and indefinite lengths, half to double floats,
 * tag 1 (moments), tags 2 and 3 (big integers), tag 4 (decimal fractions). Other tags are passed through.
 * Bounded in depth; a length that claims more than there is fails before anything is allocated.
 */
import { isUtf8 } from 'node:buffer';

/** Why the bytes are refused; callers get AWS's SerializationException. */
export class CborSyntaxError extends Error {
  override readonly name = 'CborSyntaxError';
}

/** A moment: tag 1 around a number of seconds. */
export class CborEpoch {
  readonly seconds: number;
  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

export type CborValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Buffer
  | CborEpoch
  | CborValue[]
  | Map<string, CborValue>;

export const CBOR_DEPTH_MAX = 100;
/** Each item costs memory beyond its bytes: 100,000 one-byte items stay cheap, a body full of them does not. */
export const CBOR_ITEMS_MAX = 2_000_000;

const BREAK = 0xff;

/** Decodes bytes that are exactly one item. @throws CborSyntaxError */
export function decodeCborItem(bytes: Buffer): CborValue {
  const decoder = new Decoder(bytes);
  const value = decoder.item(0);
  decoder.end();
  return value;
}

class Decoder {
  readonly #bytes: Buffer;
  #at = 0;
  #items = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new CborSyntaxError('bytes after the end');
  }

  item(depth: number): CborValue {
    if (depth > CBOR_DEPTH_MAX) throw new CborSyntaxError('too deep');
    this.#items += 1;
    if (this.#items > CBOR_ITEMS_MAX) throw new CborSyntaxError('too many items');
    const initial = this.#byte();
    const info = initial & 31;
    switch (initial >> 5) {
      case 0:
        return this.#argument(info);
      case 1:
        return negative(this.#argument(info));
      case 2:
        return info === 31 ? this.#chunks(2) : this.#take(this.#length(info));
      case 3:
        return textOf(info === 31 ? this.#chunks(3) : this.#take(this.#length(info)));
      case 4:
        return this.#array(info, depth);
      case 5:
        return this.#map(info, depth);
      case 6:
        return this.#tagged(this.#argument(info), depth);
      default:
        return this.#simple(info);
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new CborSyntaxError('truncated');
    this.#at += 1;
    return byte;
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new CborSyntaxError('truncated');
    const taken = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  /** The number in the initial byte or after it; bigint only beyond 2^53. */
  #argument(info: number): number | bigint {
    if (info < 24) return info;
    if (info === 24) return this.#byte();
    if (info === 25) return this.#take(2).readUInt16BE();
    if (info === 26) return this.#take(4).readUInt32BE();
    if (info !== 27) throw new CborSyntaxError('a reserved length');
    const big = this.#take(8).readBigUInt64BE();
    return big > BigInt(Number.MAX_SAFE_INTEGER) ? big : Number(big);
  }

  /** A count or length: never more than the bytes that are left could hold. */
  #length(info: number): number {
    const length = this.#argument(info);
    if (typeof length === 'bigint' || length > this.#bytes.length - this.#at) throw new CborSyntaxError('truncated');
    return length;
  }

  /** The pieces of a text or byte string of indefinite length; they must be definite and of the same kind. */
  #chunks(major: number): Buffer {
    const chunks: Buffer[] = [];
    for (let initial = this.#byte(); initial !== BREAK; initial = this.#byte()) {
      if (initial >> 5 !== major || (initial & 31) === 31) throw new CborSyntaxError('a piece of another kind');
      const chunk = this.#take(this.#length(initial & 31));
      if (major === 3 && !isUtf8(chunk)) throw new CborSyntaxError('text that is not UTF-8');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  #array(info: number, depth: number): CborValue[] {
    const values: CborValue[] = [];
    const count = info === 31 ? Infinity : this.#length(info);
    while (values.length < count && !(count === Infinity && this.#break())) values.push(this.item(depth + 1));
    return values;
  }

  #map(info: number, depth: number): Map<string, CborValue> {
    const values = new Map<string, CborValue>();
    const count = info === 31 ? Infinity : this.#length(info);
    for (let index = 0; index < count && !(count === Infinity && this.#break()); index += 1) {
      const key = this.item(depth + 1);
      if (typeof key !== 'string') throw new CborSyntaxError('a key that is no text');
      values.set(key, this.item(depth + 1));
    }
    return values;
  }

  #break(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false;
    this.#at += 1;
    return true;
  }

  #tagged(tag: number | bigint, depth: number): CborValue {
    const value = this.item(depth + 1);
    if (tag === 1) {
      if (typeof value !== 'number' || !Number.isFinite(value)) throw new CborSyntaxError('a moment that is no number');
      return new CborEpoch(value);
    }
    if (tag === 2 || tag === 3) return bigOf(value, tag === 3);
    if (tag === 4) return decimalOf(value);
    return value;
  }

  #simple(info: number): CborValue {
    switch (info) {
      case 20:
      case 21:
        return info === 21;
      case 22:
        return null;
      case 23:
        return undefined;
      case 25:
        return halfOf(this.#take(2).readUInt16BE());
      case 26:
        return this.#take(4).readFloatBE();
      case 27:
        return this.#take(8).readDoubleBE();
      default:
        throw new CborSyntaxError('an unknown simple value');
    }
  }
}

function negative(argument: number | bigint): number | bigint {
  if (typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER) return -1 - argument;
  return -1n - BigInt(argument);
}

function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new CborSyntaxError('text that is not UTF-8');
  return bytes.toString('utf8');
}

/** 1,024 bytes hold any number a service means; without a bound the conversion is quadratic. */
const BIG_BYTES_MAX = 1024;

function bigOf(value: CborValue, isNegative: boolean): bigint {
  if (!Buffer.isBuffer(value) || value.length > BIG_BYTES_MAX) throw new CborSyntaxError('a malformed big integer');
  const magnitude = value.length === 0 ? 0n : BigInt(`0x${value.toString('hex')}`);
  return isNegative ? -1n - magnitude : magnitude;
}

function decimalOf(value: CborValue): number {
  if (!Array.isArray(value) || value.length !== 2) throw new CborSyntaxError('a malformed decimal');
  const [exponent, mantissa] = value;
  if (typeof exponent !== 'number' || (typeof mantissa !== 'number' && typeof mantissa !== 'bigint')) {
    throw new CborSyntaxError('a malformed decimal');
  }
  return Number(`${mantissa}e${exponent}`);
}

function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
