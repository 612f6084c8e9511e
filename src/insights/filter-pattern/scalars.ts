/** The scalars of events and what is asked of them, for JSON and space-delimited patterns alike. */
import type { Condition, Glob, NumberOperator, ValueTest } from './ast.ts';
import { RegexMatcher } from './regex-matcher.ts';

export interface EventTest {
  matches(message: string): boolean;
  /**
   * What a matching message says, by AWS's names: `$.selector` of a JSON pattern, `$name` and `$3` of a space-delimited
   * one. Values that are no scalars are left out.
   */
  extract(message: string): Readonly<Record<string, string>>;
  /** The text of one value that a metric takes: `$.selector` or `$name`; undefined when the message does not have it. */
  valueOf(message: string, name: string): string | undefined;
}

/** A scalar of an event: its text, and its number when it is or reads as one. */
export interface Scalar {
  readonly text: string;
  readonly number: number | undefined;
}

/** Texts that count as numbers: as JSON writes them, of moderate length, so that every form of a pattern reads the same. */
export const NUMERIC_TEXT = String.raw`^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,2})?$`;
const NUMERIC = new RegExp(NUMERIC_TEXT);
/** The longest text that {@link NUMERIC_TEXT} has, roughly. */
const NUMERIC_CHARS_MAX = 50;

export function scalarOfText(text: string): Scalar {
  return { text, number: text.length <= NUMERIC_CHARS_MAX && NUMERIC.test(text) ? Number(text) : undefined };
}

export type ScalarTest = (scalar: Scalar) => boolean;

export function compileValueTest(test: ValueTest): ScalarTest {
  switch (test.kind) {
    case 'text':
      return ({ text }) => globMatches(test.glob, text) !== test.negated;
    case 'regex': {
      const matcher = new RegexMatcher(test.regex);
      return ({ text }) => matcher.matches(text) !== test.negated;
    }
    case 'number': {
      // What is no number differs from every number.
      const { operator, value } = test;
      return ({ number }) => (number === undefined ? operator === '!=' : compares(number, operator, value));
    }
  }
}

/** A condition as a test of something, from the tests in it. */
export function compileCondition<Test, Subject>(
  condition: Condition<Test>,
  compile: (test: Test) => (subject: Subject) => boolean,
): (subject: Subject) => boolean {
  if (condition.kind === 'test') return compile(condition.test);
  const operands = condition.operands.map((operand) => compileCondition(operand, compile));
  return condition.kind === 'and'
    ? (subject) => operands.every((holds) => holds(subject))
    : (subject) => operands.some((holds) => holds(subject));
}

function compares(left: number, operator: NumberOperator, right: number): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** Each part as early as it comes, the first at the begin, the last at the end: linear in the text for each part. */
function globMatches(glob: Glob, text: string): boolean {
  const [first = '', ...rest] = glob;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
