/** Whether a message is one that a subscriber wants. Pure. (SNS Developer Guide, "Filter policies".) */
import type { MessageAttribute } from '../types.ts';
import type { Bound, Condition, FilterPolicy } from './types.ts';

/** What a key has in a message: values, none (`[]`, it is there with nothing to compare), or undefined: it is not there. */
type Found = readonly unknown[] | undefined;

export function matchesAttributes(
  { keys }: FilterPolicy,
  attributes: Readonly<Record<string, MessageAttribute>>,
): boolean {
  return keys.every(({ path: [name = ''], conditions }) => {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
    const found = attribute && valuesOf(attribute);
    return conditions.some((condition) => fits(condition, found));
  });
}

function valuesOf({ type, value }: MessageAttribute): readonly unknown[] {
  if (type === 'String') return [value];
  if (type === 'Number') return [Number(value)];
  if (type !== 'String.Array') return [];
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

/** A body that is no JSON object matches nothing. */
export function matchesBody({ keys }: FilterPolicy, body: string): boolean {
  let root: unknown;
  try {
    root = JSON.parse(body);
  } catch {
    return false;
  }
  if (!isObject(root)) return false;
  return keys.every(({ path, conditions }) => {
    const found = leavesAt(root, path);
    return conditions.some((condition) => fits(condition, found));
  });
}

/** Arrays on the way stand for all their elements. */
function leavesAt(value: unknown, path: readonly string[]): Found {
  if (Array.isArray(value)) {
    const found = value.map((one: unknown) => leavesAt(one, path)).filter((leaves) => leaves !== undefined);
    return found.length > 0 || path.length === 0 ? found.flat() : undefined;
  }
  const [name, ...rest] = path;
  if (name === undefined) return isObject(value) ? [] : [value];
  return isObject(value) && Object.hasOwn(value, name) ? leavesAt(value[name], rest) : undefined;
}

function fits(condition: Condition, found: Found): boolean {
  if (condition.kind === 'exists') return condition.value === (found !== undefined);
  return found?.some((value) => fitsValue(condition, value)) ?? false;
}

function fitsValue(condition: Exclude<Condition, { kind: 'exists' }>, value: unknown): boolean {
  switch (condition.kind) {
    case 'equals':
      return value === condition.value;
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === condition.value.toLowerCase();
    case 'prefix':
      return typeof value === 'string' && value.startsWith(condition.value);
    case 'suffix':
      return typeof value === 'string' && value.endsWith(condition.value);
    case 'anything-but':
      return !condition.values.some((one) => one === value);
    case 'anything-but-prefix':
      return typeof value !== 'string' || !condition.values.some((one) => value.startsWith(one));
    case 'anything-but-suffix':
      return typeof value !== 'string' || !condition.values.some((one) => value.endsWith(one));
    case 'numeric':
      return typeof value === 'number' && condition.bounds.every((bound) => isWithin(bound, value));
  }
}

function isWithin({ operator, value: bound }: Bound, value: number): boolean {
  switch (operator) {
    case '=':
      return value === bound;
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
