/**
 * The regular expressions of filter patterns: a small language of its own, without groups. What AWS's page lists is
 * there and nothing else, so that all forms of a pattern mean the same.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html
 *
 *   letters, digits and : _ # = @ / ; , -     themselves
 *   ^ $   the text's begin and end            .   any character, line breaks too
 *   [abx-z] [^…]                              |   one or the other
 *   ? * + {n} {n,} {n,m}                      \d \D \s \S \w \W \xhh, and \ before an operator
 *
 * A `?` behind a quantifier (a lazy one) changes nothing about what matches.
 */
import type { Cursor } from './cursor.ts';
import { invalidCharacter } from './errors.ts';

export interface Regex {
  /** Between the percent signs. */
  readonly source: string;
  readonly alternatives: readonly (readonly RegexItem[])[];
}
export type RegexItem =
  | { readonly kind: 'begin' | 'end' }
  | { readonly kind: 'characters'; readonly set: CharacterSet; readonly min: number; readonly max: number | undefined };

/** ASCII characters between pairs of code points, both inclusive; or all characters but these. */
export interface CharacterSet {
  readonly negated: boolean;
  readonly ranges: readonly (readonly [number, number])[];
}

/** The largest count in `{n,m}`; RE2's own bound. */
const REPEAT_MAX = 1_000;
/** What an expression may come to when its counts are written out. */
const POSITIONS_MAX = 2_000;
const ASCII_MAX = 0x7f;

const LITERAL = /[A-Za-z0-9:_#=@/;,-]/;
const ESCAPED_LITERAL = /[^A-Za-z0-9\s]/;
const ALLOWED_IN_CLASS = /[A-Za-z0-9:_#=@/;,^$?[{}|*+.-]/;

const DIGITS = [[0x30, 0x39]] as const;
const SPACES = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
] as const;
const WORD = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
] as const;
const CLASSES: Readonly<Record<string, CharacterSet>> = {
  d: { negated: false, ranges: DIGITS },
  D: { negated: true, ranges: DIGITS },
  s: { negated: false, ranges: SPACES },
  S: { negated: true, ranges: SPACES },
  w: { negated: false, ranges: WORD },
  W: { negated: true, ranges: WORD },
};

/** Reads `%…%`; the cursor stands at the first percent sign. */
export function parseRegex(cursor: Cursor): Regex {
  const opening = cursor.offset;
  cursor.accept('%');
  const start = cursor.offset;
  const alternatives: RegexItem[][] = [[]];
  let items: RegexItem[] = alternatives[0] ?? [];
  for (;;) {
    if (cursor.atEnd) throw cursor.invalid('the regular expression has no end', opening);
    const closes = cursor.next === '%';
    if (closes || cursor.next === '|') {
      if (items.length === 0) throw cursor.invalid('a part of the regular expression is empty');
      if (closes) break;
      cursor.accept('|');
      alternatives.push((items = []));
    } else {
      items.push(parseItem(cursor));
    }
  }
  const source = cursor.text.slice(start, cursor.offset);
  cursor.accept('%');
  const positions = alternatives.flat().reduce((sum, item) => sum + positionsOf(item), 0);
  if (positions > POSITIONS_MAX) throw cursor.invalid('the regular expression repeats too much', opening);
  return { source, alternatives };
}

function positionsOf(item: RegexItem): number {
  return item.kind === 'characters' ? Math.max(item.max ?? item.min + 1, 1) : 1;
}

function parseItem(cursor: Cursor): RegexItem {
  const start = cursor.offset;
  const anchor = cursor.accept('^') ? 'begin' : cursor.accept('$') ? 'end' : undefined;
  const set: CharacterSet = anchor ? { negated: false, ranges: [] } : parseSet(cursor);
  const count = parseQuantifier(cursor);
  if (count && !anchor) cursor.accept('?');
  if ((count && anchor) || parseQuantifier(cursor)) {
    throw cursor.invalid('there is nothing that the quantifier can repeat', start);
  }
  return anchor ? { kind: anchor } : { kind: 'characters', set, ...(count ?? { min: 1, max: 1 }) };
}

function parseQuantifier(cursor: Cursor): { min: number; max: number | undefined } | undefined {
  if (cursor.accept('*')) return { min: 0, max: undefined };
  if (cursor.accept('+')) return { min: 1, max: undefined };
  if (cursor.accept('?')) return { min: 0, max: 1 };
  const start = cursor.offset;
  if (cursor.next !== '{') return undefined;
  const found = cursor.match(/\{(\d{1,4})(,?)(\d{0,4})\}/y);
  const [, least = '', comma = '', most = ''] = found ?? [];
  const min = Number(least);
  const max = comma === '' ? min : most === '' ? undefined : Number(most);
  if (!found || (comma === '' && most !== '') || (max ?? min) < min || (max ?? min) > REPEAT_MAX) {
    throw cursor.invalid(`the count in {} must be {n}, {n,} or {n,m} up to ${REPEAT_MAX}`, start);
  }
  return { min, max };
}

function parseSet(cursor: Cursor): CharacterSet {
  const start = cursor.offset;
  const character = cursor.next;
  if (cursor.accept('.')) return { negated: true, ranges: [] };
  if (cursor.accept('\\')) return parseEscape(cursor, start);
  if (cursor.accept('[')) return parseClass(cursor, start);
  if (!LITERAL.test(character)) {
    if (/[?*+{}]/.test(character)) throw cursor.invalid(`there is nothing that ${character} can repeat`);
    throw invalidCharacter(character, start);
  }
  cursor.offset += character.length;
  return single(character);
}

function parseEscape(cursor: Cursor, start: number): CharacterSet {
  const hex = cursor.match(/x([0-9A-Fa-f]{2})/y);
  if (hex) {
    const code = Number.parseInt(hex[1] ?? '', 16);
    if (code > ASCII_MAX) throw cursor.invalid('\\x is for ASCII characters, up to \\x7f,', start);
    return { negated: false, ranges: [[code, code]] };
  }
  const character = cursor.next;
  const known = Object.hasOwn(CLASSES, character) ? CLASSES[character] : undefined;
  const isLiteral = ESCAPED_LITERAL.test(character) && character !== '%' && character.charCodeAt(0) <= ASCII_MAX;
  if (!known && (!isLiteral || character === '(' || character === ')')) {
    throw invalidCharacter(`\\${character}`, start);
  }
  cursor.offset += character.length;
  return known ?? single(character);
}

/** `[…]`; the bracket has been passed. */
function parseClass(cursor: Cursor, start: number): CharacterSet {
  const negated = cursor.accept('^');
  const ranges: (readonly [number, number])[] = [];
  while (!cursor.accept(']')) {
    if (cursor.atEnd || cursor.next === '%') throw cursor.invalid('the character class has no end', start);
    const low = parseClassMember(cursor);
    const only = onlyCharacter(low);
    const after = cursor.text[cursor.offset + 1];
    if (only === undefined || cursor.next !== '-' || after === ']' || after === undefined) {
      ranges.push(...rangesOf(low));
      continue;
    }
    cursor.accept('-');
    const high = onlyCharacter(parseClassMember(cursor));
    if (high === undefined || high < only) throw cursor.invalid('the range in the character class is no range', start);
    ranges.push([only, high]);
  }
  if (ranges.length === 0) throw cursor.invalid('the character class is empty', start);
  return { negated, ranges };
}

function parseClassMember(cursor: Cursor): CharacterSet {
  const start = cursor.offset;
  const character = cursor.next;
  if (cursor.accept('\\')) return parseEscape(cursor, start);
  if (!ALLOWED_IN_CLASS.test(character)) throw invalidCharacter(character, start);
  cursor.offset += character.length;
  return single(character);
}

function single(character: string): CharacterSet {
  const code = character.charCodeAt(0);
  return { negated: false, ranges: [[code, code]] };
}

function onlyCharacter({ negated, ranges }: CharacterSet): number | undefined {
  const [range] = ranges;
  return !negated && ranges.length === 1 && range?.[0] === range?.[1] ? range?.[0] : undefined;
}

const CODE_POINT_MAX = 0x10ffff;

/** The ranges of a member of a class; of `\D` and its like the gaps between them. */
function rangesOf({ negated, ranges }: CharacterSet): (readonly [number, number])[] {
  if (!negated) return [...ranges];
  const gaps: (readonly [number, number])[] = [];
  let from = 0;
  for (const [low, high] of ranges) {
    if (low > from) gaps.push([from, low - 1]);
    from = high + 1;
  }
  return [...gaps, [from, CODE_POINT_MAX]];
}

/** Whether a character is in a set. */
export function contains({ negated, ranges }: CharacterSet, codePoint: number): boolean {
  return ranges.some(([low, high]) => codePoint >= low && codePoint <= high) !== negated;
}

/** The expression in RE2's words, for the engine's `match`. */
export function re2Source({ alternatives }: Regex): string {
  return alternatives.map((items) => items.map(itemSource).join('')).join('|');
}

function itemSource(item: RegexItem): string {
  if (item.kind !== 'characters') return item.kind === 'begin' ? '^' : '$';
  return setSource(item.set) + countSource(item.min, item.max);
}

function setSource(set: CharacterSet): string {
  const only = onlyCharacter(set);
  // Letters and digits as they are: the engine looks for literal parts first.
  if (only !== undefined && /[A-Za-z0-9]/.test(String.fromCharCode(only))) return String.fromCharCode(only);
  if (set.ranges.length === 0) return '(?s:.)';
  const hex = (code: number): string => `\\x{${code.toString(16)}}`;
  if (only !== undefined) return hex(only);
  const members = set.ranges.map(([low, high]) => (low === high ? hex(low) : `${hex(low)}-${hex(high)}`));
  return `[${set.negated ? '^' : ''}${members.join('')}]`;
}

function countSource(min: number, max: number | undefined): string {
  if (min === 1 && max === 1) return '';
  if (max === undefined) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
}
