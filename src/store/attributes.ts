/**
 * The `attrs` column: what of a JSON text can be filtered and grouped by, as a JSON text of its own. Derived, never the
 * truth (`raw` and `message` are). The engine's JSON type refuses a whole insert for what it does not like, so only what
 * it takes is written: no null, no empty object, no number beyond 64 bits, no dotted or doubled path, no lone surrogate.
 * Lists are left out, which the engine would print in its own form, and long strings, which full-text search is for.
 *
 * What a text has besides its scalars in `attrs` is told by path in the column `others`, so that a query knows where it
 * must look into the message itself. Keys of a path are joined by U+0001. `*` alone: the text was not looked into, or has
 * too much to tell.
 */

/** Longer texts are not looked into: bytes for buffers, UTF-16 units for strings. */
const SOURCE_LENGTH_MAX = 256 * 1024;
const STRING_LENGTH_MAX = 256;
const NAME_LENGTH_MAX = 128;
const DEPTH_MAX = 8;
/** Below the column's max_dynamic_paths, so that one record alone never spills into its shared part. */
const PATHS_MAX = 100;

/** Of `others`; a Converse record has about fifteen. */
const OTHERS_MAX = 200;
const OTHER_CHARS_MAX = 512;

/** What a row has when nothing can be derived. */
export const NO_ATTRIBUTES = '{}';
export const PATH_SEPARATOR = '\u0001';
export const ANYTHING: readonly string[] = ['*'];

const BRACE = 0x7b;

/** An escape of an ASCII character. */
const ESCAPED_ASCII = /\\u00[0-7]/;

export interface Derived {
  /** A JSON object's text; `{}` when the source is no JSON object or too long. */
  readonly attributes: string;
  readonly others: readonly string[];
  /** Empty when there is none. */
  readonly completion: string;
  /** Words of ASCII letters and digits in its texts stand in the source as they are: none of them is escaped. */
  readonly verbatim: boolean;
}

interface Budget {
  paths: number;
  readonly others: string[];
  /** There is more than `others` tells. */
  incomplete: boolean;
}

/**
 * @param completionOf what a model wrote, by the parsed object: asked for longer texts, too, since nothing else tells that
 * something was left out
 */
export function deriveAttributes(source: Buffer | string, completionOf?: (record: object) => string): Derived {
  const first = typeof source === 'string' ? source.charCodeAt(0) : source[0];
  const nothing: Derived = { attributes: NO_ATTRIBUTES, others: [], completion: '', verbatim: isVerbatim(source) };
  if (source.length < 2 || first !== BRACE) return nothing;
  const isLong = source.length > SOURCE_LENGTH_MAX;
  if (isLong && !completionOf) return { ...nothing, others: ANYTHING };
  let parsed: unknown;
  try {
    parsed = JSON.parse(typeof source === 'string' ? source : source.toString('utf8'));
  } catch {
    return isLong ? { ...nothing, others: ANYTHING } : nothing;
  }
  const completion = completionOf?.(parsed as object).toWellFormed() ?? '';
  if (isLong) return { ...nothing, others: ANYTHING, completion };
  const budget: Budget = { paths: PATHS_MAX, others: [], incomplete: false };
  const attributes = objectText(parsed as Record<string, unknown>, '', 1, budget) ?? NO_ATTRIBUTES;
  return { ...nothing, attributes, others: budget.incomplete ? ANYTHING : budget.others, completion };
}

function isVerbatim(source: Buffer | string): boolean {
  // Nearly none has an escape at all.
  if (!source.includes('\\u00')) return true;
  return !ESCAPED_ASCII.test(typeof source === 'string' ? source : source.toString('latin1'));
}

function objectText(value: Record<string, unknown>, path: string, depth: number, budget: Budget): string | undefined {
  let text = '';
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === null) continue;
    if (budget.paths <= 0 || name.length === 0 || name.length > NAME_LENGTH_MAX) {
      budget.incomplete = true;
      continue;
    }
    const memberPath = path === '' ? name : `${path}${PATH_SEPARATOR}${name}`;
    const isScalar = typeof member !== 'object';
    if (!isScalar) noteOther(memberPath, budget);
    if (name.includes('.') || (!isScalar && depth >= DEPTH_MAX)) {
      if (isScalar) noteOther(memberPath, budget);
      continue;
    }
    if (Array.isArray(member)) continue;
    if (isScalar) budget.paths -= 1;
    const memberText = isScalar
      ? scalarText(member)
      : objectText(member as Record<string, unknown>, memberPath, depth + 1, budget);
    if (memberText === undefined) {
      if (isScalar) noteOther(memberPath, budget);
      continue;
    }
    text += `${text === '' ? '{' : ','}${JSON.stringify(name.toWellFormed())}:${memberText}`;
  }
  return text === '' ? undefined : `${text}}`;
}

function noteOther(path: string, budget: Budget): void {
  if (budget.others.length >= OTHERS_MAX || path.length > OTHER_CHARS_MAX) budget.incomplete = true;
  else budget.others.push(path);
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
