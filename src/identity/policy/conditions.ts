/**
 * Condition operators. (Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and
 * "Multivalued context keys".)
 */
import { BlockList, isIP } from 'node:net';
import type { Condition, PolicyDocument } from './document.ts';
import { compileGlob, type Glob, matchesGlob, type PatternPart } from './glob.ts';
import { type ConditionContext, fillVariables, plainText } from './variables.ts';

/** Whether one value of the request fits one value of the policy. */
type Fits = (actual: string, pattern: readonly PatternPart[]) => boolean;

interface Operator {
  readonly fits: Fits;
  /** StringNotEquals and the like: true when no value fits. */
  readonly negated: boolean;
}

const equal: Fits = (actual, pattern) => actual === plainText(pattern);
const equalIgnoringCase: Fits = (actual, pattern) => actual.toLowerCase() === plainText(pattern).toLowerCase();
const like: Fits = (actual, pattern) => matchesGlob(compileGlob(pattern), actual);
const arnLike: Fits = (actual, pattern) => matchesArn(actual, pattern);
const inNetwork: Fits = (actual, pattern) => isInNetwork(actual, plainText(pattern));
const sameBytes: Fits = (actual, pattern) =>
  Buffer.from(actual, 'base64').equals(Buffer.from(plainText(pattern), 'base64'));
const sameBoolean: Fits = (actual, pattern) => {
  const wanted = plainText(pattern).toLowerCase();
  return (wanted === 'true' || wanted === 'false') && actual.toLowerCase() === wanted;
};

function comparing(read: (text: string) => number, holds: (actual: number, wanted: number) => boolean): Fits {
  // A text that is no number (or date) gives NaN, with which every comparison is false.
  return (actual, pattern) => holds(read(actual), read(plainText(pattern)));
}

function comparisons(family: string, read: (text: string) => number): [string, Operator][] {
  const make = (name: string, holds: (a: number, b: number) => boolean, negated = false): [string, Operator] => [
    `${family}${name}`,
    { fits: comparing(read, holds), negated },
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

const OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['StringEquals', { fits: equal, negated: false }],
  ['StringNotEquals', { fits: equal, negated: true }],
  ['StringEqualsIgnoreCase', { fits: equalIgnoringCase, negated: false }],
  ['StringNotEqualsIgnoreCase', { fits: equalIgnoringCase, negated: true }],
  ['StringLike', { fits: like, negated: false }],
  ['StringNotLike', { fits: like, negated: true }],
  ['ArnEquals', { fits: arnLike, negated: false }],
  ['ArnLike', { fits: arnLike, negated: false }],
  ['ArnNotEquals', { fits: arnLike, negated: true }],
  ['ArnNotLike', { fits: arnLike, negated: true }],
  ['Bool', { fits: sameBoolean, negated: false }],
  ['BinaryEquals', { fits: sameBytes, negated: false }],
  ['IpAddress', { fits: inNetwork, negated: false }],
  ['NotIpAddress', { fits: inNetwork, negated: true }],
  ...comparisons('Numeric', readNumber),
  ...comparisons('Date', readDate),
]);

export function isConditionOperator(name: string): boolean {
  return name === 'Null' || OPERATORS.has(name);
}

/**
 * Whether the condition holds. `unresolved` tells what a policy variable without a value makes of it:
 * an Allow must not hold then, and a Deny treats it as a value that nothing equals.
 */
export function conditionHolds(
  condition: Condition,
  version: PolicyDocument['version'],
  context: ConditionContext,
  unresolved: 'fails' | 'fits-nothing',
): boolean {
  const actual = context.get(condition.key);
  if (condition.operator === 'Null') {
    return condition.values.some((value) => (value.toLowerCase() === 'true') === (actual === undefined));
  }
  const operator = OPERATORS.get(condition.operator);
  if (!operator) return false;
  if (actual === undefined || (actual.length === 0 && condition.set === undefined)) {
    if (condition.ifExists || condition.set === 'ForAllValues') return true;
    return condition.set === undefined && operator.negated;
  }
  const patterns: (readonly PatternPart[])[] = [];
  for (const value of condition.values) {
    const parts = fillVariables(value, version, context);
    if (parts) patterns.push(parts);
    else if (unresolved === 'fails') return false;
  }
  const holdsFor = (one: string): boolean =>
    patterns.some((pattern) => operator.fits(one, pattern)) !== operator.negated;
  if (condition.set === 'ForAnyValue') return actual.some(holdsFor);
  if (condition.set === 'ForAllValues') return actual.every(holdsFor);
  // Without a set operator a key with several values is taken as any of them, and as none of them when negated.
  return operator.negated ? actual.every(holdsFor) : actual.some(holdsFor);
}

/** Each of an ARN's six parts on its own: a star does not reach over a colon, but in the last part. */
function matchesArn(actual: string, pattern: readonly PatternPart[]): boolean {
  const wanted = splitPattern(pattern);
  if (wanted.length === 1 && pattern.length === 1 && pattern[0]?.text === '*') return true;
  const parts = splitArn(actual);
  if (!parts || wanted.length !== 6) return false;
  return wanted.every((glob, index) => matchesGlob(glob, parts[index] ?? ''));
}

function splitArn(text: string): string[] | undefined {
  const parts = text.split(':');
  return parts.length < 6 ? undefined : [...parts.slice(0, 5), parts.slice(5).join(':')];
}

function splitPattern(pattern: readonly PatternPart[]): Glob[] {
  let current: PatternPart[] = [];
  const groups = [current];
  for (const part of pattern) {
    // What a variable stands for is one text: a colon in it never makes a new part of the ARN.
    const pieces = part.literal ? [part.text] : part.text.split(':');
    pieces.forEach((text, index) => {
      if (index > 0 && groups.length < 6) groups.push((current = []));
      else if (index > 0) current.push({ text: ':', literal: true });
      current.push({ text, literal: part.literal });
    });
  }
  return groups.map(compileGlob);
}

function isInNetwork(address: string, network: string): boolean {
  const [base = '', prefixText] = network.split('/');
  const family = isIP(base);
  const actualFamily = isIP(address);
  if (family === 0 || actualFamily === 0 || family !== actualFamily) return false;
  const bits = family === 4 ? 32 : 128;
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return false;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, prefix, type);
  return list.check(address, type);
}

function readNumber(text: string): number {
  return /^\s*[+-]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : Number.NaN;
}

/** ISO 8601, or seconds since the epoch; in milliseconds. */
function readDate(text: string): number {
  if (/^\d{1,12}(\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  return /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
}
