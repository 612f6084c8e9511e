import { MalformedQuery, type Span } from '../errors.ts';
import type { Expression } from '../syntax/index.ts';
import type { CompileContext } from './context.ts';
import type { Relation } from './relation.ts';
import { INDEXED, MESSAGE } from './event-source.ts';
import { containingMatch, containingText, type Found, type Means } from './search-terms.ts';
import { asText, type Typed } from './typed.ts';

/**
 * `like "text"`: contains, case-sensitive. `like /regex/`, `=~ /regex/`: matches anywhere.
 * @param among the rows, one of whose values the operand is
 * @param filters as of `compileExpression`
 */
export function likeSql(
  operand: Typed,
  pattern: Expression,
  among: Relation,
  context: CompileContext,
  compile: (node: Expression) => Typed,
  filters: boolean,
): string {
  const served = servedBy(operand, among, context, filters);
  const { means } = served ?? {};
  if (pattern.kind === 'regex') {
    const source = regexSource(pattern.source, pattern.span);
    const matches = `match(${asText(operand)}, ${context.parameters.text(source)})`;
    return narrowed(means && containingMatch(source, means), served?.besides, matches);
  }
  const text = compile(pattern);
  const contains = `(position(${asText(operand)}, ${asText(text)}) > 0)`;
  const { literal } = text;
  const found = typeof literal === 'string' && means ? containingText(literal, means) : undefined;
  return narrowed(found, served?.besides, contains);
}

/** The text index that helps to search a value, and what must be looked at besides. */
function servedBy(
  operand: Typed,
  among: Relation,
  { parameters, words }: CompileContext,
  filters: boolean,
): { readonly means: Means; readonly besides?: string | undefined } | undefined {
  const indexed = Object.hasOwn(INDEXED, operand.sql) ? INDEXED[operand.sql] : undefined;
  if (indexed?.column === MESSAGE) {
    return { means: { parameters, column: MESSAGE, words: filters && !among.gathered ? words : undefined } };
  }
  // What the index does not find is false; of what is missing it would be null.
  if (!filters) return undefined;
  if (indexed) return { means: { parameters, column: indexed.column }, besides: indexed.besides };
  const column = among.gathered ? undefined : among.events?.wordsOf(operand);
  return column === undefined ? undefined : { means: { parameters, column, words, inside: true } };
}

/**
 * With a condition that follows from it, when there is one that the text index serves; or as that one, when it says the same.
 * @param besides what must be looked at, too
 */
function narrowed(found: Found | undefined, besides: string | undefined, condition: string): string {
  if (found === undefined) return condition;
  if (besides === undefined) return found.exact ? found.sql : `(${found.sql} AND ${condition})`;
  return `((${found.sql} OR ${besides}) AND ${condition})`;
}

const BACKTRACKING = /\(\?(?:[=!]|<[=!])|\\[1-9]/;
const ATOMIC = /\(\?>|[*+?}]\+/;

/**
 * The pattern for the engine's RE2: linear in time whatever it is. What only a backtracking engine can do is refused.
 * @throws {MalformedQuery}
 */
export function regexSource(source: string, span: Span): string {
  const bare = source.replaceAll(/\\\\/g, '').replaceAll(/\[(?:\\.|[^\]\\])*\]/g, '[]');
  if (BACKTRACKING.test(bare) || ATOMIC.test(bare)) {
    throw new MalformedQuery(
      'The regular expression uses a look-around, a back-reference or a possessive quantifier, which Logs Insights does not have.',
      span,
    );
  }
  const wrong = wrongIn(source);
  if (wrong !== undefined) throw new MalformedQuery(`The regular expression cannot be compiled: ${wrong}.`, span);
  return source.replaceAll(/\(\?<(?=[A-Za-z_])/g, '(?P<');
}

/** RE2's own. */
const REPETITIONS_MAX = 1_000;

/**
 * What is wrong in any dialect, or more than RE2 takes. The check is JavaScript's, which takes nearly all that RE2 does, but
 * for flags within.
 */
function wrongIn(source: string): string | undefined {
  for (const [, least = '', most = ''] of source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) {
    if (Number(least) > REPETITIONS_MAX || Number(most) > REPETITIONS_MAX) return 'a repetition is too large';
  }
  const plain = source
    .replaceAll(/\(\?[imsU-]+\)/g, '')
    .replaceAll(/\(\?[imsU-]+:/g, '(?:')
    .replaceAll('(?P<', '(?<');
  try {
    // The engine never runs this one.
    return new RegExp(plain) instanceof RegExp ? undefined : '';
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: \/[\s\S]*\/[a-z]*: /, '').toLowerCase();
  }
}
