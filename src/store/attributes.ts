/**
 * The `attrs` column: what of a JSON text can be filtered and grouped by, as a JSON text of its own. Derived, never the
 * truth (`raw` and `message` are). The engine's JSON type refuses a whole insert for what it does not like, so only what
 * it takes is written: no null, no empty object, no number beyond 64 bits, no dotted or doubled path, no lone surrogate.
 * Long strings and long or nested arrays are left out: they are what full-text search is for.
 */

/** Longer texts are not looked into: bytes for buffers, UTF-16 units for strings. */
const SOURCE_LENGTH_MAX = 256 * 1024;
const STRING_LENGTH_MAX = 256;
const NAME_LENGTH_MAX = 128;
const ARRAY_ITEMS_MAX = 16;
const DEPTH_MAX = 8;
/** Below the column's max_dynamic_paths, so that one record alone never spills into its shared part. */
const PATHS_MAX = 100;

/** What a row has when nothing can be derived. */
export const NO_ATTRIBUTES = '{}';

const BRACE = 0x7b;

/** @returns the attributes as a JSON object; `{}` when the source is no JSON object or too long */
export function deriveAttributes(source: Buffer | string): string {
  if (source.length > SOURCE_LENGTH_MAX || source.length < 2) return NO_ATTRIBUTES;
  const first = typeof source === 'string' ? source.charCodeAt(0) : source[0];
  if (first !== BRACE) return NO_ATTRIBUTES;
  let parsed: unknown;
  try {
    parsed = JSON.parse(typeof source === 'string' ? source : source.toString('utf8'));
  } catch {
    return NO_ATTRIBUTES;
  }
  const budget = { paths: PATHS_MAX };
  return objectText(parsed as Record<string, unknown>, 1, budget) ?? NO_ATTRIBUTES;
}

function objectText(value: Record<string, unknown>, depth: number, budget: { paths: number }): string | undefined {
  if (depth > DEPTH_MAX) return undefined;
  let text = '';
  for (const name of Object.keys(value)) {
    if (budget.paths <= 0) break;
    if (name.length === 0 || name.length > NAME_LENGTH_MAX || name.includes('.')) continue;
    const member = value[name];
    const isObject = typeof member === 'object' && member !== null && !Array.isArray(member);
    const memberText = isObject
      ? objectText(member as Record<string, unknown>, depth + 1, budget)
      : leafText(member, budget);
    if (memberText === undefined) continue;
    text += `${text === '' ? '{' : ','}${JSON.stringify(name.toWellFormed())}:${memberText}`;
  }
  return text === '' ? undefined : `${text}}`;
}

function leafText(value: unknown, budget: { paths: number }): string | undefined {
  const text = Array.isArray(value) ? arrayText(value) : scalarText(value);
  if (text !== undefined) budget.paths -= 1;
  return text;
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return value.length <= STRING_LENGTH_MAX ? JSON.stringify(value.toWellFormed()) : undefined;
  }
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  // An integer that a double cannot hold exactly has lost its digits; as text it is at least no number that never was.
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? `"${value}"` : String(value);
}

/** Arrays of one kind of scalars only: the engine wants one type in them. */
function arrayText(value: readonly unknown[]): string | undefined {
  if (value.length === 0 || value.length > ARRAY_ITEMS_MAX) return undefined;
  const kind = typeof value[0];
  const items: string[] = [];
  for (const item of value) {
    const text = typeof item === kind ? scalarText(item) : undefined;
    if (text === undefined) return undefined;
    items.push(text);
  }
  return `[${items.join(',')}]`;
}
