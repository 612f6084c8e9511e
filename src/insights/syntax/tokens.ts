/**
 * Splits a query's text into tokens, one at a time as the parser asks for them: whether `/` divides or begins a regular
 * expression is known to the parser only. (CloudWatch Logs User Guide, "CloudWatch Logs Insights query syntax"; §1.1.)
 */
import { MalformedQuery, type Span } from '../errors.ts';

export type Token =
  /** A name or keyword; `quoted` when it stood in backticks, then it is never a keyword. */
  | { readonly kind: 'name'; readonly text: string; readonly quoted: boolean; readonly span: Span }
  | { readonly kind: 'string'; readonly text: string; readonly span: Span }
  | { readonly kind: 'number'; readonly text: string; readonly value: number; readonly span: Span }
  /** A number with letters right behind it: `5m`, `30days`. */
  | {
      readonly kind: 'duration';
      readonly text: string;
      readonly value: number;
      readonly unit: string;
      readonly span: Span;
    }
  | { readonly kind: 'symbol'; readonly text: string; readonly span: Span }
  | { readonly kind: 'end'; readonly text: ''; readonly span: Span };

/** What differs between the query languages in the text itself. */
export interface Lexis {
  /** Sticky: white space and comments. */
  readonly space: RegExp;
  /** Sticky: operators and brackets. */
  readonly symbol: RegExp;
  /** Whether a quote stands for itself inside a text in such quotes when it is written twice. */
  readonly doubledQuotes: boolean;
  /**
   * Of a saved query: the values of its parameters. A `{{name}}` is read as its value in the place where it stands, and never
   * as anything more: within quotes as part of the text, within slashes as characters to find, within backticks as part of
   * the name, by itself as one number, duration, name or text in quotes. Undefined: `{{` means nothing.
   */
  readonly values?: ReadonlyMap<string, string> | undefined;
}

const DURATION = /(\d+(?:\.\d+)?)([A-Za-z]+)(?![A-Za-z0-9_.@])/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![A-Za-z0-9_@])/y;
/** Segments of letters, digits, `_`, `@`, or anything in backticks, with dots between. */
const NAME = /(?:[A-Za-z0-9_@]+|`[^`]+`)(?:\.(?:[A-Za-z0-9_@]+|`[^`]+`))*/y;
/** (API_QueryParameter.) */
const PLACEHOLDER = /\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}/y;
/** Of Logs Insights QL. */
export const INSIGHTS_LEXIS: Lexis = {
  space: /(?:\s+|#[^\n]*)*/y,
  symbol: /=~|!=|<=|>=|==|[|(),=<>+\-*/%^!.:[\]{}?]/y,
  doubledQuotes: false,
};

/** The token at an offset; white space and comments before it are passed over. */
export function tokenAt(text: string, offset: number, lexis: Lexis = INSIGHTS_LEXIS): Token {
  const start = offset + (match(lexis.space, text, offset)?.[0].length ?? 0);
  const first = text[start];
  if (first === undefined) return { kind: 'end', text: '', span: { start, end: start } };
  if (first === '"' || first === "'") return stringAt(text, start, lexis);
  const placeholder = placeholderAt(text, start, lexis);
  if (placeholder) return tokenOf(placeholder);
  const duration = match(DURATION, text, start);
  if (duration) {
    const [whole, digits = '', unit = ''] = duration;
    // `1e5` is a number, whatever letters stand in it.
    if (!/^[eE]$/.test(unit)) {
      return { kind: 'duration', text: whole, value: Number(digits), unit, span: spanOf(start, whole) };
    }
  }
  const number = match(NUMBER, text, start)?.[0];
  if (number !== undefined) return { kind: 'number', text: number, value: Number(number), span: spanOf(start, number) };
  const name = match(NAME, text, start)?.[0];
  if (name !== undefined) {
    const span = spanOf(start, name);
    if (!name.includes('`')) return { kind: 'name', text: name, quoted: false, span };
    return { kind: 'name', text: withValues(name.replaceAll('`', ''), lexis), quoted: true, span };
  }
  const symbol = match(lexis.symbol, text, start)?.[0];
  if (symbol !== undefined) return { kind: 'symbol', text: symbol, span: spanOf(start, symbol) };
  const odd = String.fromCodePoint(text.codePointAt(start) ?? 0);
  throw new MalformedQuery(unexpected(text, odd, start), spanOf(start, odd));
}

/** A regular expression between slashes, when one begins at the offset (after white space). `\/` is a slash in it. */
export function regexAt(
  text: string,
  offset: number,
  lexis: Lexis = INSIGHTS_LEXIS,
): { readonly source: string; readonly span: Span } | undefined {
  const start = offset + (match(INSIGHTS_LEXIS.space, text, offset)?.[0].length ?? 0);
  if (text[start] !== '/') return undefined;
  let inClass = false;
  let source = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const placeholder = placeholderAt(text, at, lexis);
    if (placeholder) {
      source += asCharacters(placeholder.value);
      at = placeholder.span.end - 1;
      continue;
    }
    if (character === '\\') {
      at += 1;
      source += text[at] === '/' ? '/' : character + (text[at] ?? '');
      continue;
    }
    if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return { source, span: { start, end: at + 1 } };
    source += character;
  }
  throw new MalformedQuery('The regular expression has no end.', { start, end: text.length });
}

/** AWS's sentence for what it did not expect, with the line and the position in the whole text, both from 1. */
export function unexpected(text: string, symbol: string, offset: number): string {
  const line = text.slice(0, offset).split('\n').length;
  return `unexpected symbol found ${symbol === '' ? 'end of query' : symbol} at line ${line} and position ${offset + 1}`;
}

interface Placeholder {
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

function placeholderAt(text: string, at: number, { values }: Lexis): Placeholder | undefined {
  if (!values || text[at] !== '{') return undefined;
  const [whole, name = ''] = match(PLACEHOLDER, text, at) ?? [];
  if (whole === undefined) return undefined;
  const span = spanOf(at, whole);
  const value = values.get(name);
  if (value === undefined) throw new MalformedQuery(`The query has no parameter ${name}.`, span);
  return { name, value, span };
}

/** A regular expression for exactly this text, within `[…]` too. */
function asCharacters(text: string): string {
  return text
    .replaceAll(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`)
    .replaceAll(/[&~-]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
}

/** What a placeholder by itself stands for: one token, whatever its value is. */
function tokenOf({ name, value, span }: Placeholder): Token {
  const token = wholeToken(value);
  switch (token?.kind) {
    case 'string':
    case 'number':
    case 'duration':
      return { ...token, span };
    case 'name':
      // A name of a field, and no command or operator.
      return { ...token, quoted: !/^(?:true|false|null|asc|desc)$/i.test(token.text), span };
    default: {
      const what = 'a number, a period such as 5m, or the name of a field';
      throw new MalformedQuery(`The value of ${name} must be ${what}: for other text put {{${name}}} in quotes.`, span);
    }
  }
}

/** The one token that a text consists of. */
function wholeToken(text: string): Token | undefined {
  try {
    const token = tokenAt(text, 0);
    return token.span.start === 0 && token.span.end === text.length ? token : undefined;
  } catch (error) {
    if (error instanceof MalformedQuery) return undefined;
    throw error;
  }
}

/** A text with values in the places of their placeholders. */
export function withValues(text: string, lexis: Lexis): string {
  if (!lexis.values) return text;
  let all = '';
  for (let at = 0; at < text.length; at += 1) {
    const placeholder = placeholderAt(text, at, lexis);
    all += placeholder?.value ?? text[at];
    if (placeholder) at = placeholder.span.end - 1;
  }
  return all;
}

function stringAt(text: string, start: number, lexis: Lexis): Token {
  const quote = text[start];
  let value = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const placeholder = placeholderAt(text, at, lexis);
    if (placeholder) {
      value += placeholder.value;
      at = placeholder.span.end - 1;
      continue;
    }
    if (lexis.doubledQuotes && character === quote && text[at + 1] === quote) {
      value += character;
      at += 1;
      continue;
    }
    if (character === quote) return { kind: 'string', text: value, span: { start, end: at + 1 } };
    if (character !== '\\') {
      value += character;
      continue;
    }
    at += 1;
    value += unescaped(text[at] ?? '');
  }
  throw new MalformedQuery('The text in quotes has no end.', { start, end: text.length });
}

/** Of what is no known escape the backslash stays: `"\d"` is used as a pattern. */
function unescaped(character: string): string {
  const known: Readonly<Record<string, string>> = {
    n: '\n',
    t: '\t',
    r: '\r',
    '\\': '\\',
    '"': '"',
    "'": "'",
    '/': '/',
  };
  return known[character] ?? `\\${character}`;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function spanOf(start: number, text: string): Span {
  return { start, end: start + text.length };
}
