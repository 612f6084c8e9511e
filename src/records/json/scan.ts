/**
 * Finds where values stand in a JSON text without changing a byte of it. Records keep bodies exactly as they were
 * sent (numbers, duplicate keys, order, escapes), so what must be cut out is cut out of the text, by position.
 * Nothing is validated: on text that is no JSON the functions end and give spans inside of the text, but which ones
 * means nothing, so whoever edits by them must parse the result. None recurses, so depth costs no stack.
 */

/** Bytes `start` (inclusive) to `end` (exclusive) of a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
/** A member of an object: its span begins at the key, `value` is the value's. */
export interface MemberSpan extends Span {
  readonly key: string;
  readonly value: Span;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function skipBlanks(text: Buffer, from: number): number {
  let at = from;
  while (isBlank(text[at])) at += 1;
  return at;
}

/** The position after the string whose opening quote is at `from`. */
export function stringEnd(text: Buffer, from: number): number {
  let quote = text.indexOf(QUOTE, from + 1);
  while (quote !== -1) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote + 1;
    quote = text.indexOf(QUOTE, quote + 1);
  }
  return text.length;
}

/** The position after the value that begins at `from`. */
export function valueEnd(text: Buffer, from: number): number {
  const first = text[from];
  if (first === QUOTE) return stringEnd(text, from);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return containerEnd(text, from);
  let at = from;
  while (at < text.length && !endsLiteral(text[at])) at += 1;
  return at;
}

function endsLiteral(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || isBlank(byte);
}

function containerEnd(text: Buffer, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const byte = text[at];
    if (byte === QUOTE) {
      at = stringEnd(text, at);
      continue;
    }
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth -= 1;
    at += 1;
    if (depth === 0) break;
  }
  return at;
}

/** The span of the text's one value, without the blanks around it. */
export function rootOf(text: Buffer): Span {
  const start = skipBlanks(text, 0);
  return { start, end: valueEnd(text, start) };
}

/** The members of an object in the order written, duplicates included; none for any other value. */
export function membersOf(text: Buffer, object: Span): MemberSpan[] {
  const members: MemberSpan[] = [];
  if (text[object.start] !== OPEN_OBJECT) return members;
  let at = skipBlanks(text, object.start + 1);
  while (text[at] === QUOTE) {
    const start = at;
    const keyEnd = stringEnd(text, start);
    // Past the colon, which is the only thing but blanks between key and value.
    const valueStart = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
    const end = valueEnd(text, valueStart);
    members.push({ start, end, key: stringAt(text, { start, end: keyEnd }), value: { start: valueStart, end } });
    at = skipBlanks(text, end);
    if (text[at] === COMMA) at = skipBlanks(text, at + 1);
  }
  return members;
}

/** The elements of an array; none for any other value. */
export function elementsOf(text: Buffer, array: Span): Span[] {
  const elements: Span[] = [];
  if (text[array.start] !== OPEN_ARRAY) return elements;
  let at = skipBlanks(text, array.start + 1);
  while (at < array.end && text[at] !== CLOSE_ARRAY) {
    const end = valueEnd(text, at);
    if (end === at) break;
    elements.push({ start: at, end });
    at = skipBlanks(text, end);
    if (text[at] === COMMA) at = skipBlanks(text, at + 1);
  }
  return elements;
}

/**
 * The string that stands at `span` with its escapes resolved; empty when it is no string.
 * @throws {SyntaxError} when the text is no JSON
 */
export function stringAt(text: Buffer, span: Span): string {
  if (text[span.start] !== QUOTE) return '';
  const raw = text.toString('utf8', span.start + 1, span.end - 1);
  return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
}
