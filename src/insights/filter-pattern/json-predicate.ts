/**
 * JSON patterns on a message. A message that is no JSON object never matches. A value that is missing, null, an array or
 * an object never matches a comparison, not even `!=` (AWS: "the filter pattern won't match the log format").
 */
import { type Condition, type Selector, type SelectorTest, type Step, testsOf } from './ast.ts';
import { Cursor } from './cursor.ts';
import { parseSelector } from './json-pattern.ts';
import { compileCondition, compileValueTest, type EventTest, type Scalar, scalarOfText } from './scalars.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** Digits that a number cannot have all of; then integers are read as the text that they are. */
const LONG_DIGITS = /\d{16}/;
const INTEGER = /^-?\d+$/;
const INT64_MIN = -(2n ** 63n);
const UINT64_MAX = 2n ** 64n - 1n;
const BYTE_ORDER_MARK = /^\uFEFF/;

export function jsonTest(condition: Condition<SelectorTest>): EventTest {
  const test = compileCondition(condition, compileSelectorTest);
  const selectors = new Map(testsOf(condition).map(({ selector }) => [selector.text, selector]));
  return {
    matches: (message) => {
      const event = parseObject(message);
      return event !== undefined && test(event);
    },
    extract: (message) => {
      const event = parseObject(message);
      const found: Record<string, string> = {};
      for (const [text, selector] of selectors) {
        const value = event && firstScalar(event, selector);
        if (value) found[text] = value.text;
      }
      return found;
    },
    valueOf: (message, name) => {
      const event = parseObject(message);
      const known = selectors.get(name) ?? selectorOf(name);
      return event && known && firstScalar(event, known)?.text;
    },
  };
}

/** The selector that a text is; undefined when it is none. */
export function selectorOf(text: string): Selector | undefined {
  const cursor = new Cursor(text, 0, text.length);
  try {
    const selector = parseSelector(cursor);
    return cursor.atEnd ? selector : undefined;
  } catch {
    return undefined;
  }
}

function compileSelectorTest({ selector: { steps }, test }: SelectorTest): (event: JsonObject) => boolean {
  switch (test.kind) {
    case 'not-exists':
      return (event) => valuesAt(event, steps).length === 0;
    case 'is':
      return (event) => valuesAt(event, steps).includes(test.value);
    default: {
      const holds = compileValueTest(test);
      return (event) =>
        valuesAt(event, steps).some((value) => {
          const scalar = scalarOf(value);
          return scalar !== undefined && holds(scalar);
        });
    }
  }
}

function firstScalar(event: JsonObject, { steps }: Selector): Scalar | undefined {
  for (const value of valuesAt(event, steps)) {
    const scalar = scalarOf(value);
    if (scalar) return scalar;
  }
  return undefined;
}

/** All values that the steps lead to: one at most without a wildcard. */
function valuesAt(event: JsonObject, steps: readonly Step[]): readonly unknown[] {
  let values: readonly unknown[] = [event];
  for (const step of steps) values = values.flatMap((value) => [...stepInto(value, step)]);
  return values;
}

function* stepInto(value: unknown, step: Step): Iterable<unknown> {
  if (Array.isArray(value)) {
    if (step.kind === 'index' && step.index < value.length) yield value[step.index];
    else if (step.kind === 'any' && step.of === 'array') yield* value;
  } else if (typeof value === 'object' && value !== null) {
    if (step.kind === 'key' && Object.hasOwn(value, step.key)) yield (value as JsonObject)[step.key];
    else if (step.kind === 'any' && step.of === 'object') yield* Object.values(value);
  }
}

function scalarOf(value: unknown): Scalar | undefined {
  if (typeof value === 'string') return scalarOfText(value);
  if (typeof value === 'number') return { text: String(value).replace('e+', 'e'), number: value };
  if (typeof value === 'bigint') return { text: String(value), number: Number(value) };
  return typeof value === 'boolean' ? { text: String(value), number: undefined } : undefined;
}

function parseObject(message: string): JsonObject | undefined {
  try {
    const text = message.replace(BYTE_ORDER_MARK, '');
    const parsed: unknown = LONG_DIGITS.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

/** Integers of 64 bits with all their digits: ids are often such. */
function exactInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  if (!INTEGER.test(source)) return value;
  const exact = BigInt(source);
  return exact >= INT64_MIN && exact <= UINT64_MAX ? exact : value;
}
