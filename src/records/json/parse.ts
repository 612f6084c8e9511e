import { isUtf8 } from 'node:buffer';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What {@link jsonOf} gives for bytes that are no JSON text. */
export const NOT_JSON: unique symbol = Symbol('not JSON');

/** Parsed values by buffer: counting tokens, finding texts and writing the line all need the same value once. */
const parsed = new WeakMap<object, unknown>();

/**
 * The JSON value that `bytes` hold, or {@link NOT_JSON} (broken UTF-8 counts as that: it must not get into a record).
 * Remembered for each buffer, so a buffer must not be changed after it was handed to this room.
 */
export function jsonOf(bytes: Buffer): unknown {
  const known = parsed.get(bytes);
  if (known !== undefined) return known;
  const value = parse(bytes);
  parsed.set(bytes, value);
  return value;
}

/** Many JSON texts (the chunks of a stream). */
export interface JsonList {
  /** The value of each, or {@link NOT_JSON}, in its place. */
  readonly values: readonly unknown[];
  /** The texts as they are, as one JSON array; undefined when one of them is no JSON. */
  readonly array: Buffer | undefined;
}

const lists = new WeakMap<readonly Buffer[], JsonList>();

/**
 * Parses many texts together first, because one call for all costs a fraction of a call for each. Remembered for each
 * list of buffers; a list that has grown since is parsed again.
 */
export function jsonListOf(texts: readonly Buffer[]): JsonList {
  const known = lists.get(texts);
  if (known?.values.length === texts.length) return known;
  const array = inBrackets(texts);
  const together = parse(array);
  const list: JsonList =
    Array.isArray(together) && together.length === texts.length
      ? { values: together as readonly unknown[], array }
      : separately(texts);
  lists.set(texts, list);
  return list;
}

export function jsonOfAll(texts: readonly Buffer[]): readonly unknown[] {
  return jsonListOf(texts).values;
}

/** Texts that are JSON only one by one, such as a last one that was cut off. */
function separately(texts: readonly Buffer[]): JsonList {
  return { values: texts.map(parse), array: undefined };
}

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');

export function inBrackets(texts: readonly Buffer[]): Buffer {
  const pieces = texts.flatMap((text, index) => [index === 0 ? OPEN : COMMA, text]);
  return Buffer.concat(pieces.length === 0 ? [OPEN, CLOSE] : [...pieces, CLOSE]);
}

function parse(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return NOT_JSON;
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return NOT_JSON;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of keys and indexes, or undefined where the path leaves the value. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here: unknown = value;
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? (here as unknown[])[step] : undefined;
    else here = isObject(here) && Object.hasOwn(here, step) ? here[step] : undefined;
  }
  return here;
}

export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

/** The string there, or an empty one. */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The finite number there, or undefined. */
export function numberAt(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}
