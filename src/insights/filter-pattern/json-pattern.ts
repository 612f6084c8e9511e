/** `{ $.a.b[0] = "x" && ($.c > 1 || $.d NOT EXISTS) }`: patterns for events that are JSON objects. */
import { type FilterPattern, type Selector, type SelectorTest, type Step, testsOf } from './ast.ts';
import { Cursor } from './cursor.ts';
import { invalidPattern } from './errors.ts';
import { parseCondition, parseValueTest, UNQUOTED } from './values.ts';

/** "Up to one wildcard selector in a property selector, and up to three in a filter pattern." */
const SELECTOR_WILDCARDS_MAX = 1;
const PATTERN_WILDCARDS_MAX = 3;

const NAME = /[A-Za-z0-9_-]+/y;
const QUOTED_KEY = /\[(?:'((?:[^'\\]|\\[^])*)'|"((?:[^"\\]|\\[^])*)")\]/y;
const INDEX = /\[(\d{1,9})\]/y;
const WILDCARD_INDEX = /\[\*\]/y;
const IS = /IS\s+(NULL|TRUE|FALSE)(?![A-Za-z0-9_])/iy;
const NOT_EXISTS = /NOT\s+EXISTS(?![A-Za-z0-9_])/iy;

/** The cursor stands at the opening brace. */
export function parseJsonPattern(cursor: Cursor): FilterPattern {
  const start = cursor.offset;
  if (!cursor.text.slice(0, cursor.end).endsWith('}')) {
    throw invalidPattern("If a filter pattern starts with '{' it must end with '}'", { start, end: start + 1 });
  }
  const inner = new Cursor(cursor.text, start + 1, cursor.end - 1);
  const condition = parseCondition(inner, () => parseTest(inner));
  inner.skipSpace();
  if (!inner.atEnd) throw inner.unexpected('an operator');
  const wildcards = testsOf(condition).reduce((sum, { selector }) => sum + wildcardsOf(selector.steps), 0);
  if (wildcards > PATTERN_WILDCARDS_MAX) {
    throw invalidPattern(`there are more than ${PATTERN_WILDCARDS_MAX} wildcard selectors`, { start, end: cursor.end });
  }
  cursor.offset = cursor.end;
  return { kind: 'json', condition };
}

function parseTest(cursor: Cursor): SelectorTest {
  const selector = parseSelector(cursor);
  cursor.skipSpace();
  const is = cursor.match(IS)?.[1]?.toUpperCase();
  if (is !== undefined) return { selector, test: { kind: 'is', value: is === 'NULL' ? null : is === 'TRUE' } };
  if (cursor.match(NOT_EXISTS)) return { selector, test: { kind: 'not-exists' } };
  if (/[A-Za-z]/.test(cursor.next)) {
    throw cursor.invalid('behind a selector stands an operator, IS NULL, IS TRUE, IS FALSE or NOT EXISTS');
  }
  return { selector, test: parseValueTest(cursor, UNQUOTED.json) };
}

/** `$` and the way to a value. */
export function parseSelector(cursor: Cursor): Selector {
  cursor.skipSpace();
  const start = cursor.offset;
  if (!cursor.accept('$')) throw cursor.unexpected('a selector');
  const steps: Step[] = [];
  for (let step = parseStep(cursor); step; step = parseStep(cursor)) steps.push(step);
  if (steps.length === 0) throw cursor.unexpected('the name of a property');
  if (steps[0]?.kind === 'index') throw cursor.invalid('a selector begins with the name of a property', start);
  if (wildcardsOf(steps) > SELECTOR_WILDCARDS_MAX) {
    throw cursor.invalid('a selector has at most one wildcard', start);
  }
  return { text: cursor.text.slice(start, cursor.offset), steps };
}

function parseStep(cursor: Cursor): Step | undefined {
  const dotted = cursor.accept('.');
  const quoted = cursor.match(QUOTED_KEY);
  if (quoted) return { kind: 'key', key: (quoted[1] ?? quoted[2] ?? '').replaceAll(/\\(['"\\])/g, '$1') };
  if (dotted) {
    if (cursor.accept('*')) return { kind: 'any', of: 'object' };
    const name = cursor.match(NAME)?.[0];
    if (name === undefined) throw cursor.unexpected('the name of a property');
    return { kind: 'key', key: name };
  }
  if (cursor.match(WILDCARD_INDEX)) return { kind: 'any', of: 'array' };
  const index = cursor.match(INDEX)?.[1];
  if (index !== undefined) return { kind: 'index', index: Number(index) };
  if (cursor.next === '[') throw cursor.invalid("in brackets stands a number, * or a 'quoted name'");
  return undefined;
}

function wildcardsOf(steps: readonly Step[]): number {
  return steps.filter(({ kind }) => kind === 'any').length;
}
