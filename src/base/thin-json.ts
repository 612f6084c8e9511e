/**
 * Thins a large JSON text while it flows by: strings of more than {@link CUT_BYTES_MIN} bytes give way to short fillers, so
 * that the text can be parsed, validated and edited in a fraction of the memory; whoever needs a string finds it by its place.
 *
 * A filler is {@link FILLER_CHARS} characters that begin with the thin text's own mark and the string's number. It is still
 * longer than every length that a rule looks at, and it is base64 exactly when its string was, so that what is refused of
 * the one is refused of the other. Everything outside of the strings that were cut stays as it was, byte for byte.
 */
import { isUtf8 } from 'node:buffer';

/** Strings of more bytes than this are cut. */
export const CUT_BYTES_MIN = 256 * 1024;
/** A multiple of four; as base64 it still stands for more than the 102,400 bytes that may stay inside of a record. */
export const FILLER_CHARS = 144_000;
/** Commas and opening brackets: what a text may have of them, since each becomes a value of many bytes. */
export const VALUES_MAX = 500_000;
const NUMBER_DIGITS = 8;

/** A string that was cut: the bytes of the original text between its quotes. */
export interface CutString {
  readonly start: number;
  readonly end: number;
  readonly isBase64: boolean;
}

export interface ThinJson {
  readonly text: Buffer;
  /** Lower-case hex; in the thin text it stands nowhere but at the beginning of fillers. */
  readonly mark: string;
  readonly cuts: readonly CutString[];
}

/** The text cannot be thinned: `syntax`, it is no JSON; `values`, more than {@link VALUES_MAX}; `escapes`, a long string that may or may not be base64. */
export class ThinningFailure extends Error {
  readonly reason: 'syntax' | 'values' | 'escapes';

  constructor(reason: ThinningFailure['reason']) {
    super(reason);
    this.reason = reason;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const LOWER_U = 0x75;
const EQUALS = 0x3d;

/** What a byte within a string is. */
const CONTROL = 0;
const BASE64 = 1;
const OTHER = 2;
const SPECIAL = 3;
const CLASSES = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x20) return CONTROL;
  if (byte === QUOTE || byte === BACKSLASH) return SPECIAL;
  return /[A-Za-z0-9+/=]/.test(String.fromCharCode(byte)) ? BASE64 : OTHER;
});
const ESCAPABLE = new Set([...'"\\/bfnrtu'].map((each) => each.charCodeAt(0)));
const COUNTED = new Set([...',{['].map((each) => each.charCodeAt(0)));

export class JsonThinner {
  readonly #mark: string;
  readonly #pieces: Buffer[] = [];
  readonly #cuts: CutString[] = [];
  /** What is not yet decided of: the current string from its quote on, while it is short enough to stay. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #position = 0;
  #values = 0;
  #inString = false;
  #escaped = false;
  /** Hex digits of a \u escape that are still to come. */
  #hexLeft = 0;
  #stringStart = 0;
  #isLong = false;
  #allBase64 = true;
  #hasUnicodeEscape = false;
  #padding = 0;
  /** Of a base64 string without the backslashes of `\/`. */
  #base64Chars = 0;
  /** The beginning of a character whose rest is in the next chunk. */
  #incomplete = Buffer.alloc(0);

  /** @param mark unlike anything in the text: at least 16 random lower-case hex digits, a multiple of four */
  constructor(mark: string) {
    this.#mark = mark;
  }

  /**
   * Takes the next bytes; `chunk` may be used again afterwards.
   * @throws {ThinningFailure}
   */
  push(chunk: Buffer): void {
    this.#checkUtf8(chunk);
    let from = 0;
    let at = 0;
    while (at < chunk.length) {
      if (this.#inString) {
        at = this.#scanString(chunk, at);
        if (this.#inString) continue;
        this.#endString(chunk.subarray(from, at));
        from = at;
        // Past the closing quote.
        at += 1;
      } else {
        const byte = chunk[at] ?? 0;
        at += 1;
        if (byte === QUOTE) {
          this.#pieces.push(Buffer.from(chunk.subarray(from, at)));
          from = at;
          this.#beginString(this.#position + at);
        } else if (COUNTED.has(byte) && (this.#values += 1) > VALUES_MAX) {
          throw new ThinningFailure('values');
        }
      }
    }
    if (this.#inString) this.#hold(chunk.subarray(from));
    else if (from < chunk.length) this.#pieces.push(Buffer.from(chunk.subarray(from)));
    this.#position += chunk.length;
  }

  /** @throws {ThinningFailure} */
  finish(): ThinJson {
    if (this.#inString || this.#incomplete.length > 0) throw new ThinningFailure('syntax');
    return { text: Buffer.concat(this.#pieces), mark: this.#mark, cuts: this.#cuts };
  }

  #beginString(start: number): void {
    this.#inString = true;
    this.#stringStart = start;
    this.#isLong = false;
    this.#allBase64 = true;
    this.#hasUnicodeEscape = false;
    this.#padding = 0;
    this.#base64Chars = 0;
  }

  /** Goes on to the string's end, or the chunk's. Gives the position after the last byte that belongs to the string, before its quote. */
  #scanString(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      const byte = chunk[at] ?? 0;
      if (this.#escaped || this.#hexLeft > 0) {
        this.#escape(byte);
      } else {
        const kind = CLASSES[byte];
        if (kind === SPECIAL) {
          if (byte === QUOTE) {
            this.#inString = false;
            return at;
          }
          this.#escaped = true;
        } else if (kind === CONTROL) {
          throw new ThinningFailure('syntax');
        } else if (kind === OTHER) {
          this.#allBase64 = false;
        } else {
          this.#base64Chars += 1;
          if (byte === EQUALS) this.#padding += 1;
          else if (this.#padding > 0) this.#allBase64 = false;
        }
      }
      at += 1;
    }
    return at;
  }

  #escape(byte: number): void {
    if (this.#hexLeft > 0) {
      if (!/[0-9a-fA-F]/.test(String.fromCharCode(byte))) throw new ThinningFailure('syntax');
      this.#hexLeft -= 1;
      return;
    }
    this.#escaped = false;
    if (!ESCAPABLE.has(byte)) throw new ThinningFailure('syntax');
    if (byte === LOWER_U) {
      this.#hexLeft = 4;
      this.#hasUnicodeEscape = true;
    } else if (byte === SLASH) {
      this.#base64Chars += 1;
    } else {
      this.#allBase64 = false;
    }
  }

  #hold(bytes: Buffer): void {
    this.#heldBytes += bytes.length;
    if (this.#isLong) return;
    if (this.#heldBytes > CUT_BYTES_MIN) {
      this.#isLong = true;
      this.#held = [];
    } else {
      this.#held.push(Buffer.from(bytes));
    }
  }

  #endString(rest: Buffer): void {
    this.#hold(rest);
    if (this.#isLong) {
      if (this.#allBase64 && this.#hasUnicodeEscape) throw new ThinningFailure('escapes');
      const isBase64 = this.#allBase64 && this.#padding <= 2 && this.#base64Chars % 4 === 0;
      this.#cuts.push({ start: this.#stringStart, end: this.#stringStart + this.#heldBytes, isBase64 });
      this.#pieces.push(fillerOf(this.#mark, this.#cuts.length - 1, isBase64));
    } else {
      this.#pieces.push(...this.#held);
    }
    this.#held = [];
    this.#heldBytes = 0;
  }

  #checkUtf8(chunk: Buffer): void {
    const from = this.#completeCharacter(chunk);
    const end = Math.max(from, chunk.length - incompleteBytes(chunk));
    if (!isUtf8(chunk.subarray(from, end))) throw new ThinningFailure('syntax');
    if (end < chunk.length) this.#incomplete = Buffer.concat([this.#incomplete, chunk.subarray(end)]);
  }

  /** Gives the chunk's position after the character that began in the last one. */
  #completeCharacter(chunk: Buffer): number {
    const [lead] = this.#incomplete;
    if (lead === undefined) return 0;
    const rest = Math.min(characterBytes(lead) - this.#incomplete.length, chunk.length);
    const character = Buffer.concat([this.#incomplete, chunk.subarray(0, rest)]);
    const isWhole = character.length === characterBytes(lead);
    if (isWhole && !isUtf8(character)) throw new ThinningFailure('syntax');
    this.#incomplete = isWhole ? Buffer.alloc(0) : character;
    return rest;
  }
}

/** How many bytes at the end are the beginning of a character. */
function incompleteBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return characterBytes(byte) > back ? back : 0;
  }
  return 0;
}

function characterBytes(lead: number): number {
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
}

function fillerOf(mark: string, index: number, isBase64: boolean): Buffer {
  const head = mark + String(index).padStart(NUMBER_DIGITS, '0');
  const filler = Buffer.alloc(FILLER_CHARS, 'A');
  filler.write(head, 'latin1');
  // In no base64, and one of them is enough.
  if (!isBase64) filler.write('!', FILLER_CHARS - 1, 'latin1');
  return filler;
}

/** A piece of a text that was made of a thin one: bytes as they are, or the string that belongs here. */
export type Expanded = Buffer | CutString;

/** The pieces of `bytes`, an edited thin text, in order, with each filler's string in its place. */
export function expandThin(bytes: Buffer, { mark, cuts }: ThinJson): Expanded[] {
  const pieces: Expanded[] = [];
  let from = 0;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, from)) {
    const cut = cuts[Number(bytes.toString('latin1', at + mark.length, at + mark.length + NUMBER_DIGITS))];
    if (!cut) break;
    pieces.push(bytes.subarray(from, at), cut);
    from = at + FILLER_CHARS;
  }
  pieces.push(bytes.subarray(from));
  return pieces;
}

/** The string that `bytes`, decoded from a filler as base64, stand for; undefined when they are something else. */
export function cutOfDecoded(bytes: Buffer, { mark, cuts }: ThinJson): CutString | undefined {
  if (bytes.length !== (FILLER_CHARS / 4) * 3) return undefined;
  const head = bytes.toString('base64', 0, ((mark.length + NUMBER_DIGITS) / 4) * 3);
  return head.startsWith(mark) ? cuts[Number(head.slice(mark.length))] : undefined;
}
