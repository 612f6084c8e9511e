/**
 * What a text that matches a pattern must contain, so that the text index finds the few events to look at: conditions
 * that follow from the pattern, beside it; or instead of it, where they say the same.
 *
 * The index knows the words of messages: runs of ASCII letters and digits and of all that is not ASCII, in their case. It serves
 * `hasAllTokens` and `hasAnyTokens` for whole words, and `LIKE` and `ILIKE '%part%'` for a part of a word of ASCII letters and digits,
 * for which the engine scans the list of all words.
 */
import { type KnownWords, WORD_SIGNS } from './known-words.ts';
import type { Parameters } from './parameters.ts';

/** The engine scans the index's words for parts that have at least so many characters. */
const PART_CHARS_MIN = 4;
/** Shorter parts stand in too many words. */
const ASKED_CHARS_MIN = 3;
/** Words told to the engine of one pattern. */
const WORDS_MAX = 8;
const ALTERNATIVES_MAX = 20;

/** A condition over a column with a text index. */
export interface Found {
  readonly sql: string;
  /** It holds for nothing else: what it follows from need not be looked at. */
  readonly exact: boolean;
}

/** What conditions are made with. */
export interface Means {
  readonly parameters: Parameters;
  /** With a text index. */
  readonly column: string;
  /** Of that column, where rows are filtered: elsewhere the engine takes each row's text to pieces for them. */
  readonly words?: KnownWords | undefined;
  /**
   * What is searched is not the column but a text that stands in it as JSON, all words of ASCII letters and digits as they are; or
   * it is a number, which may be written otherwise.
   */
  readonly inside?: boolean;
}

interface Literals {
  /** Texts that stand in whatever matches, in one piece each. */
  readonly pieces: readonly string[];
  /** They may stand there in any case. */
  readonly anyCase: boolean;
  /** What has the one piece matches. */
  readonly whole: boolean;
}

/** A condition that holds for every message with the text, or undefined when the index cannot help. */
export function containingText(text: string, means: Means): Found | undefined {
  return condition({ pieces: [text], anyCase: false, whole: true }, means);
}

/** A condition that holds for every message that the regular expression matches (RE2's dialect), or undefined. */
export function containingMatch(source: string, means: Means): Found | undefined {
  const anyCase = /\(\?[a-zA-Z]*i/.test(source);
  const alternatives = alternativesOf(source);
  if (alternatives === undefined || alternatives.length > ALTERNATIVES_MAX) return undefined;
  const conditions: Found[] = [];
  for (const alternative of alternatives) {
    const pieces = piecesOf(alternative);
    const found = condition({ pieces, anyCase, whole: pieces.length === 1 && pieces[0] === alternative }, means);
    if (found === undefined) return undefined;
    conditions.push(found);
  }
  const exact = conditions.every((one) => one.exact);
  const [only] = conditions;
  return only && conditions.length === 1 ? only : { sql: `(${conditions.map(({ sql }) => sql).join(' OR ')})`, exact };
}

/** A word of an id: letters and digits, so long that few events have it. */
const TELLING_WORD = /(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]{8,}/;
/** Nothing that JSON escapes but `"` and `\`, which are no letters. */
const PLAIN = /^[ -~]+$/;

/** Whether few events have a field with this text, and {@link containingValue} finds them: not a number, which may be written otherwise. */
export function isTelling(text: string): boolean {
  return PLAIN.test(text) && TELLING_WORD.test(text) && Number.isNaN(Number(text));
}

/**
 * A condition that holds for every event one of whose fields is just this text.
 * @param text {@link isTelling}
 * @param column with the events' own texts, where the words of fields stand as they are
 */
export function containingValue(text: string, parameters: Parameters, column: string): string {
  const words = (text.match(/[A-Za-z0-9]+/g) ?? []).toSorted((one, other) => other.length - one.length);
  return `hasAllTokens(${column}, ${parameters.text(words.slice(0, WORDS_MAX).join(' '))})`;
}

function condition(literals: Literals, means: Means): Found | undefined {
  const { pieces, anyCase, whole } = literals;
  const { parameters, column, words, inside = false } = means;
  if (!anyCase && !inside) {
    // Between two separators stands a whole word.
    const between = pieces.flatMap((piece) => [...piece.matchAll(WHOLE_WORD)].map(([, word = '']) => word));
    if (between.length > 0) {
      const sql = `hasAllTokens(${column}, ${parameters.text(between.slice(0, WORDS_MAX).join(' '))})`;
      return { sql, exact: false };
    }
  }
  const plain = plainRunOf(pieces, anyCase);
  if (inside && !NO_NUMBER.test(plain)) return undefined;
  const run = inside ? plain : longestOf(pieces, RUN);
  const exact = whole && !inside && run === pieces[0];
  const known = run.length < ASKED_CHARS_MIN || !run.isWellFormed() ? undefined : words?.of({ text: run, anyCase });
  if (known !== undefined) {
    if (known.length === 0) return { sql: '0', exact };
    return { sql: `hasAnyTokens(${column}, ${parameters.bind(known, 'Array(String)')})`, exact };
  }
  if (plain.length < PART_CHARS_MIN) return undefined;
  const pattern = parameters.text(`%${plain}%`);
  if (!anyCase) return { sql: `(${column} LIKE ${pattern})`, exact: exact && plain === run };
  // The engine's other cases are not quite RE2's.
  return { sql: `(${column} ILIKE ${pattern})`, exact: false };
}

/** Of ASCII. In any case k and s stand for signs that are not, too: the Kelvin sign and the long s. */
function plainRunOf(pieces: readonly string[], anyCase: boolean): string {
  return longestOf(pieces, anyCase ? /[a-jl-rt-z0-9]+/gi : /[a-z0-9]+/gi);
}

/** In numbers stand digits and e. */
const NO_NUMBER = /[a-df-z]/i;

const RUN = new RegExp(`[${WORD_SIGNS}]+`, 'gu');

function longestOf(pieces: readonly string[], run: RegExp): string {
  const runs = pieces.flatMap((piece) => piece.match(run) ?? []);
  return runs.toSorted((one, other) => other.length - one.length)[0] ?? '';
}

/** A separator is ASCII, and none of letters and digits. */
const SEPARATOR = String.raw`[\0-/:-@\[-\x60{-\x7f]`;
const WHOLE_WORD = new RegExp(`(?<=${SEPARATOR})([A-Za-z0-9]+)(?=${SEPARATOR})`, 'g');

/** What stands beside `|`, outside of groups; a group around all is taken off. Undefined for what is not understood. */
function alternativesOf(source: string): string[] | undefined {
  const bare = source.replace(/^\(\?[imsU]+\)/, '');
  // Literals between \Q and \E, and octal or hexadecimal characters: rare, and not worth a parser.
  if (/\\[QECxpP0-9]/.test(bare)) return undefined;
  const parts: string[] = [''];
  let depth = 0;
  for (const token of tokensOf(bare)) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (token === '|' && depth === 0) parts.push('');
    else parts[parts.length - 1] += token;
  }
  if (depth !== 0) return undefined;
  const [only = ''] = parts;
  const inner = parts.length === 1 ? /^\((?:\?:)?([^()[\]\\?][^()[\]\\]*)\)$/.exec(only)?.[1] : undefined;
  return inner === undefined ? parts : inner.split('|');
}

/** The texts that every match has, of a pattern without alternatives outside of groups. */
function piecesOf(source: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let depth = 0;
  const end = (): void => {
    if (piece !== '') pieces.push(piece);
    piece = '';
  };
  for (const token of tokensOf(source)) {
    if (token === '(') depth += 1;
    if (depth > 0) {
      // What is in groups may be absent, or one of several.
      if (token === ')') depth -= 1;
      end();
    } else if (/^(?:[*?]|\{)/.test(token)) {
      // What stands before it may be absent, or stand there in another number.
      piece = [...piece].slice(0, -1).join('');
      end();
    } else if (token === '+' || /^[.^$[)|]/.test(token) || /^\\[A-Za-z]/.test(token)) end();
    else piece += token.startsWith('\\') ? token.slice(1) : token;
  }
  end();
  return pieces;
}

/** Escapes, classes and counts whole; all else sign by sign. */
function tokensOf(source: string): string[] {
  return source.match(/\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:[a-z^]+:\]|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[\s\S]/gu) ?? [];
}
