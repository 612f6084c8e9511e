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

/**
 * The JSON values of many texts (the chunks of a stream), each in its place. They are parsed together first,
 * because one call for all costs a fraction of a call for each. Remembered for each list.
 */
export function jsonOfAll(texts: readonly Buffer[]): readonly unknown[] {
  const known = parsed.get(texts);
  // A list that has grown since is parsed again.
  if (Array.isArray(known) && known.length === texts.length) return known as readonly unknown[];
  const together = parse(Buffer.from(`[${texts.map((text) => text.toString()).join(',')}]`));
  const values =
    Array.isArray(together) && together.length === texts.length && texts.every((text) => isUtf8(text))
      ? (together as readonly unknown[])
      : texts.map(parse);
  parsed.set(texts, values);
  return values;
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
