/** What stands behind an operator: a text with asterisks, a number, or a regular expression. */
import type { Condition, Glob, NumberOperator, ValueTest } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { parseRegex } from './regex.ts';

const OPERATOR = /(?:!=|<=|>=|=|<|>)/y;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
/** Integers of more digits are not exact as numbers: they are compared as the text that they are. */
const EXACT_DIGITS_MAX = 15;
const DEPTH_MAX = 50;

/** What texts without quotes may hold: `[request=*.html*]` has more than `{ $.ip = 123.123.* }`. */
export const UNQUOTED = { json: /[A-Za-z0-9_.*:/@#+-]+/y, delimited: /[^\s,"%&|()[\]=!<>{}]+/y } as const;

/** `operator value`, such as `!= "x*"`, `>= 1e3` or `= %re%`. */
export function parseValueTest(cursor: Cursor, unquoted: RegExp): ValueTest {
  cursor.skipSpace();
  const start = cursor.offset;
  const operator = cursor.match(OPERATOR)?.[0] as NumberOperator | undefined;
  if (!operator) throw cursor.unexpected('an operator');
  cursor.skipSpace();
  const isEquality = operator === '=' || operator === '!=';
  const negated = operator === '!=';
  if (isEquality && cursor.next === '%') return { kind: 'regex', negated, regex: parseRegex(cursor) };
  if (isEquality && cursor.next === '"') return { kind: 'text', negated, glob: globOf(parseQuoted(cursor)) };
  const text = cursor.match(unquoted)?.[0];
  if (text === undefined) throw cursor.unexpected('a value');
  if (NUMBER.test(text)) {
    const isExact = !/^[+-]?\d+$/.test(text) || text.length <= EXACT_DIGITS_MAX;
    if (!isEquality || isExact) return { kind: 'number', operator, value: Number(text) };
  } else if (!isEquality) {
    throw cursor.invalid(`${operator} compares with a number only`, start);
  }
  return { kind: 'text', negated, glob: globOf(text) };
}

/** A text in double quotes as it was written, its escapes kept; the cursor stands at the first quote. */
export function parseQuoted(cursor: Cursor): string {
  const found = cursor.match(/"((?:[^"\\]|\\[^])*)"/y);
  if (!found) throw cursor.invalid('the text in quotes has no end');
  return found[1] ?? '';
}

/** `\"` and `\\` stand for the quote and the backslash; before other characters a backslash is one. */
export function unescape(text: string): string {
  return text.replaceAll(/\\(["\\])/g, '$1');
}

/** The parts between asterisks; `\*` is an asterisk. */
function globOf(text: string): Glob {
  const parts = [''];
  for (const [token] of text.matchAll(/\\[\\"*]|[^]/g)) {
    if (token === '*') parts.push('');
    else parts[parts.length - 1] += token.length === 2 ? token.slice(1) : token;
  }
  return parts;
}

/** Tests with && and || between them, && first, and parentheses. */
export function parseCondition<Test>(cursor: Cursor, parseTest: () => Test, depth = 0): Condition<Test> {
  if (depth > DEPTH_MAX) throw cursor.invalid('the parentheses are nested too deeply');
  const operand = (): Condition<Test> => {
    cursor.skipSpace();
    if (!cursor.accept('(')) return { kind: 'test', test: parseTest() };
    const inner = parseCondition(cursor, parseTest, depth + 1);
    cursor.skipSpace();
    if (!cursor.accept(')')) throw cursor.unexpected('a closing parenthesis');
    return inner;
  };
  return parseChain(cursor, '||', 'or', () => parseChain(cursor, '&&', 'and', operand));
}

function parseChain<Test>(
  cursor: Cursor,
  sign: string,
  kind: 'and' | 'or',
  operand: () => Condition<Test>,
): Condition<Test> {
  const operands = [operand()];
  for (;;) {
    cursor.skipSpace();
    if (!cursor.accept(sign)) break;
    operands.push(operand());
  }
  const [only] = operands;
  return only && operands.length === 1 ? only : { kind, operands };
}
