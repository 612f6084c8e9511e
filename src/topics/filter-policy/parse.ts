/**
 * Filter policies of subscriptions: text to conditions. What AWS's language has beyond this (`$or`, `cidr`,
 * `anything-but` with `equals-ignore-case`, wildcards) is refused in words.
 * (SNS Developer Guide, "Amazon SNS subscription filter policies" and its constraints.)
 */
import { ApiError } from '#wire';
import type { Bound, Condition, FilterPolicy } from './types.ts';

const POLICY_BYTES_MAX = 256 * 1024;
const KEYS_MAX = 5;
const COMBINATIONS_MAX = 150;
const DEPTH_MAX = 20;
const NUMBER_MAX = 1_000_000_000;
const OPERATORS = ['=', '<', '<=', '>', '>='] as const;

type Key = FilterPolicy['keys'][number];

/** @throws {ApiError} InvalidParameter, FilterPolicyLimitExceeded */
export function parseFilterPolicy(text: string, scope: 'MessageAttributes' | 'MessageBody'): FilterPolicy {
  if (Buffer.byteLength(text) > POLICY_BYTES_MAX) throw wrong('Filter policy is longer than 256 KiB');
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw wrong('failed to parse JSON.');
  }
  if (!isObject(root)) throw wrong('Filter policy must be an object');
  const keys = readKeys(root, [], scope);
  if (keys.length > KEYS_MAX) throw limit(`Filter policy can not have more than ${KEYS_MAX} keys`);
  // What nests counts by its depth too.
  const combinations = keys.reduce(
    (all, { path, conditions }) => all * path.length * Math.max(conditions.length, 1),
    1,
  );
  if (combinations > COMBINATIONS_MAX) throw limit('Filter policy is too complex');
  return { keys };
}

function readKeys(value: Readonly<Record<string, unknown>>, path: readonly string[], scope: string): Key[] {
  if (path.length > DEPTH_MAX) throw wrong('Filter policy is nested too deeply');
  return Object.entries(value).flatMap(([name, below]): Key[] => {
    const here = [...path, name];
    if (name === '$or') throw wrong('Varve does not know $or');
    if (Array.isArray(below)) {
      if (below.length === 0) throw wrong(`Empty arrays are not allowed`);
      return [{ path: here, conditions: below.map((one) => readCondition(one)) }];
    }
    if (!isObject(below)) throw wrong(`"${name.slice(0, 100)}" must be an object or an array`);
    if (scope === 'MessageAttributes') {
      throw wrong('Filter policy scope MessageAttributes does not support nested filter policy');
    }
    return readKeys(below, here, scope);
  });
}

function readCondition(value: unknown): Condition {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return { kind: 'equals', value };
  if (typeof value === 'number') return { kind: 'equals', value: checkNumber(value) };
  if (!isObject(value)) throw wrong('Match value must be String, number, true, false, or null');
  const entries = Object.entries(value);
  const [[operator, operand] = ['', undefined]] = entries;
  if (entries.length !== 1) throw wrong('Only one key allowed in match expression');
  switch (operator) {
    case 'prefix':
    case 'suffix':
    case 'equals-ignore-case':
      return { kind: operator, value: readText(operator, operand) };
    case 'exists':
      if (typeof operand !== 'boolean') throw wrong('exists match pattern must be either true or false.');
      return { kind: 'exists', value: operand };
    case 'numeric':
      return { kind: 'numeric', bounds: readBounds(operand) };
    case 'anything-but':
      return readAnythingBut(operand);
    default:
      throw wrong(`Unrecognized match type ${operator.slice(0, 100)}`);
  }
}

function readAnythingBut(operand: unknown): Condition {
  if (isObject(operand)) {
    const entries = Object.entries(operand);
    const [[operator, texts] = ['', undefined]] = entries;
    if (entries.length !== 1 || (operator !== 'prefix' && operator !== 'suffix')) {
      throw wrong(`Varve knows anything-but with values, prefix and suffix, not with ${operator.slice(0, 100)}`);
    }
    const values = listOf(texts).map((text) => readText(operator, text));
    return { kind: operator === 'prefix' ? 'anything-but-prefix' : 'anything-but-suffix', values };
  }
  const values = listOf(operand).map((one) => {
    if (typeof one === 'string') return one;
    if (typeof one === 'number') return checkNumber(one);
    throw wrong('Inside anything-but list, values must be strings or numbers');
  });
  return { kind: 'anything-but', values };
}

function readBounds(operand: unknown): Bound[] {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw wrong('Invalid member in numeric match: an operator and a number, or two of each');
  }
  const bounds: Bound[] = [];
  for (let at = 0; at < operand.length; at += 2) {
    const operator = OPERATORS.find((one) => one === operand[at]);
    const value: unknown = operand[at + 1];
    if (!operator) throw wrong(`Unrecognized numeric range operator: ${String(operand[at]).slice(0, 20)}`);
    if (typeof value !== 'number') throw wrong(`Value of ${operator} must be numeric`);
    bounds.push({ operator, value: checkNumber(value) });
  }
  const [first, second] = bounds;
  if (first && second) {
    if (!first.operator.startsWith('>') || !second.operator.startsWith('<'))
      throw wrong('Bad numeric range operator: a lower bound, then an upper one');
    if (first.value >= second.value) throw wrong('Bottom must be less than top');
  }
  return bounds;
}

function listOf(value: unknown): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw wrong('Empty arrays are not allowed');
  return list;
}

function readText(operator: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(`${operator} match pattern must be a string`);
  if (value === '') throw wrong(`Empty strings are not allowed in ${operator}`);
  return value;
}

function checkNumber(value: number): number {
  if (Math.abs(value) <= NUMBER_MAX) return value;
  throw wrong(`Value of numeric match must be between -${NUMBER_MAX} and ${NUMBER_MAX}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(reason: string): ApiError {
  return new ApiError('InvalidParameter', `Invalid parameter: FilterPolicy: ${reason}`);
}

function limit(reason: string): ApiError {
  return new ApiError('FilterPolicyLimitExceeded', reason);
}
