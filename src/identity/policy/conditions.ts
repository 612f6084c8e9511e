/**
 * Condition operators, compiled once a policy.
 *
 * Contract
 *   - several values in the policy: any of them (negated operators: none of them)
 *   - a key that is absent fits nothing: false, and true for negated operators, `...IfExists` and `ForAllValues`;
 *     `ForAnyValue` is false without a value, negated or not
 *   - a key without values is absent; for `ForAllValues`, `ForAnyValue` and `Null` so is one of empty texts only
 *   - `ForAnyValue` with a negated operator: some value of the request fits none of the policy's
 *   - a key with several values and no set operator: any of them (negated: none of them); AWS leaves this open
 *   - a key that the request has in several spellings, which differ in case only, is asked in each: all must hold for an
 *     Allow, one for a Deny
 *   - what cannot be understood (a variable without a value, a number that is none) never lets an Allow apply, and in a
 *     Deny it is a value that nothing equals
 * (Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Conditions with multiple context keys or
 * values" and "Single-valued vs. multivalued context keys".)
 */
import { arnPatternOf, networkOf, readDate, readNumber } from './condition-values.ts';
import type { Condition, PolicyDocument } from './document.ts';
import { compileGlob, matchesGlob, type PatternPart } from './glob.ts';
import { type ConditionContext, fillVariables, hasVariables, plainText } from './variables.ts';

/** Whether a value of the request fits one of the policy's; undefined when either cannot be understood. */
type Fits = (actual: string) => boolean | undefined;

interface Operator {
  readonly compile: (wanted: readonly PatternPart[]) => Fits;
  /** StringNotEquals and the like: true when no value fits. */
  readonly negated: boolean;
  /** Strings, ARNs and booleans only: elsewhere `${` is text, which is no number, date or address. */
  readonly variables: boolean;
}

/** What a statement makes of what cannot be understood: see the contract. */
export type WhenUnclear = 'fails' | 'fits-nothing';

/** Whether a condition holds. */
export type CompiledCondition = (context: ConditionContext, whenUnclear: WhenUnclear) => boolean;

const NOT_UNDERSTOOD: Fits = () => undefined;

const equal: Operator['compile'] = (wanted) => {
  const text = plainText(wanted);
  return (actual) => actual === text;
};
const equalIgnoringCase: Operator['compile'] = (wanted) => {
  const text = plainText(wanted).toLowerCase();
  return (actual) => actual.toLowerCase() === text;
};
const like: Operator['compile'] = (wanted) => {
  const glob = compileGlob(wanted);
  return (actual) => matchesGlob(glob, actual);
};
const arnLike: Operator['compile'] = (wanted) => arnPatternOf(wanted) ?? NOT_UNDERSTOOD;
const inNetwork: Operator['compile'] = (wanted) => networkOf(plainText(wanted)) ?? NOT_UNDERSTOOD;
const sameBytes: Operator['compile'] = (wanted) => {
  const text = plainText(wanted);
  // Bytes have one spelling in base64, so equal texts are equal bytes.
  if (Buffer.from(text, 'base64').toString('base64') !== text) return NOT_UNDERSTOOD;
  return (actual) => actual === text;
};
const sameBoolean: Operator['compile'] = (wanted) => {
  const text = plainText(wanted).toLowerCase();
  if (text !== 'true' && text !== 'false') return NOT_UNDERSTOOD;
  return (actual) => actual.toLowerCase() === text;
};

function comparisons(family: string, read: (text: string) => number): [string, Operator][] {
  const make = (name: string, holds: (a: number, b: number) => boolean, negated = false): [string, Operator] => [
    `${family}${name}`,
    { compile: (wanted) => comparing(read, plainText(wanted), holds), negated, variables: false },
  ];
  return [
    make('Equals', (a, b) => a === b),
    make('NotEquals', (a, b) => a === b, true),
    make('LessThan', (a, b) => a < b),
    make('LessThanEquals', (a, b) => a <= b),
    make('GreaterThan', (a, b) => a > b),
    make('GreaterThanEquals', (a, b) => a >= b),
  ];
}

function comparing(read: (text: string) => number, wantedText: string, holds: (a: number, b: number) => boolean): Fits {
  const wanted = read(wantedText);
  if (Number.isNaN(wanted)) return NOT_UNDERSTOOD;
  return (actualText) => {
    const actual = read(actualText);
    return Number.isNaN(actual) ? undefined : holds(actual, wanted);
  };
}

const textual = (compile: Operator['compile'], negated: boolean): Operator => ({ compile, negated, variables: true });
const fixed = (compile: Operator['compile'], negated: boolean): Operator => ({ compile, negated, variables: false });

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['StringEquals', textual(equal, false)],
  ['StringNotEquals', textual(equal, true)],
  ['StringEqualsIgnoreCase', textual(equalIgnoringCase, false)],
  ['StringNotEqualsIgnoreCase', textual(equalIgnoringCase, true)],
  ['StringLike', textual(like, false)],
  ['StringNotLike', textual(like, true)],
  ['ArnEquals', textual(arnLike, false)],
  ['ArnLike', textual(arnLike, false)],
  ['ArnNotEquals', textual(arnLike, true)],
  ['ArnNotLike', textual(arnLike, true)],
  ['Bool', textual(sameBoolean, false)],
  ['BinaryEquals', fixed(sameBytes, false)],
  ['IpAddress', fixed(inNetwork, false)],
  ['NotIpAddress', fixed(inNetwork, true)],
  ...comparisons('Numeric', readNumber),
  ...comparisons('Date', readDate),
]);

export function isConditionOperator(name: string): boolean {
  return name === 'Null' || OPERATORS.has(name);
}

export function compileCondition(condition: Condition, version: PolicyDocument['version']): CompiledCondition {
  const { key, set, ifExists } = condition;
  if (condition.operator === 'Null') return compileNull(condition);
  const operator = OPERATORS.get(condition.operator);
  if (!operator) return () => false;
  const valuesOf = compileValues(condition, operator, version);
  const { negated } = operator;
  const whenAbsent = ifExists || set === 'ForAllValues' || (set === undefined && negated);
  const holds = (actual: readonly string[], context: ConditionContext, whenUnclear: WhenUnclear): boolean => {
    if (actual.length === 0) return whenAbsent;
    if (set !== undefined && isEmptySet(actual)) return set === 'ForAllValues';
    const wanted = valuesOf(context, whenUnclear);
    if (!wanted) return false;
    // Without a set operator, a negated one asks of every value that it fits nothing.
    const every = set === undefined ? negated : set === 'ForAllValues';
    for (const one of actual) {
      const fits = fitsAny(one, wanted);
      const oneHolds = fits === undefined ? negated && whenUnclear === 'fits-nothing' : fits !== negated;
      if (oneHolds !== every) return oneHolds;
    }
    return every;
  };
  return (context, whenUnclear) => {
    const spellings = context.spellings?.(key);
    if (!spellings) return holds(context.get(key) ?? [], context, whenUnclear);
    const each = (actual: readonly string[]): boolean => holds(actual, context, whenUnclear);
    return whenUnclear === 'fails' ? spellings.every(each) : spellings.some(each);
  };
}

/** Values without variables are read once; undefined when one has no value and the condition fails for it. */
function compileValues(
  { values }: Condition,
  { compile, variables }: Operator,
  version: PolicyDocument['version'],
): (context: ConditionContext, whenUnclear: WhenUnclear) => readonly Fits[] | undefined {
  const literal = values.filter((value) => !variables || !hasVariables(value, version));
  const fixedFits = literal.map((value) => compile([{ text: value, literal: false }]));
  if (literal.length === values.length) return () => fixedFits;
  const templates = values.filter((value) => hasVariables(value, version));
  return (context, whenUnclear) => {
    const filled: Fits[] = [...fixedFits];
    for (const template of templates) {
      const parts = fillVariables(template, version, context);
      if (parts) filled.push(compile(parts));
      else if (whenUnclear === 'fails') return undefined;
    }
    return filled;
  };
}

/** True when one fits; undefined when none does and one could not be understood. */
function fitsAny(actual: string, wanted: readonly Fits[]): boolean | undefined {
  let answer: boolean | undefined = false;
  for (const fits of wanted) {
    const one = fits(actual);
    if (one === true) return true;
    if (one === undefined) answer = undefined;
  }
  return answer;
}

/** `true`: the key is absent; `false`: it is there. Anything else is never so. */
function compileNull({ key, values }: Condition): CompiledCondition {
  const wanted = new Set(values.map((value) => value.toLowerCase()));
  const ifAbsent = wanted.has('true');
  const ifPresent = wanted.has('false');
  return (context) => {
    const actual = context.get(key);
    return actual === undefined || isEmptySet(actual) ? ifAbsent : ifPresent;
  };
}

/** "An empty data set, such as an empty string". (IAM User Guide, "Single-valued vs. multivalued context keys".) */
function isEmptySet(values: readonly string[]): boolean {
  return values.every((value) => value === '');
}
