/**
 * Single values out of parsed JSON: strict in type and range, refused in AWS's words where those are known
 * (aws-wire.md §5).
 */
import type { Member, SimpleShape } from './schema.ts';
import { readTimestamp, type TimestampFormat, timestampFormatOf } from './text-values.ts';

/** Deeper JSON is refused: readers and JSON.stringify recurse, and the stack must hold. */
export const JSON_NESTING_MAX = 400;

/** Why a body cannot be read; the codec turns it into the protocol's error. */
export class JsonRefusal extends Error {
  override readonly name = 'JsonRefusal';
}

export type Reader = (value: unknown, depth: number) => unknown;
const KIND_NAMES = {
  byte: 'Byte',
  short: 'Short',
  integer: 'Integer',
  intEnum: 'Integer',
  long: 'Long',
  float: 'Float',
  double: 'Double',
} as const;
const INTEGER_LIMITS: Readonly<Record<string, number>> = {
  byte: 2 ** 7,
  short: 2 ** 15,
  integer: 2 ** 31,
  intEnum: 2 ** 31,
  long: 2 ** 63,
};

/** Sets an own property whatever it is called. */
export function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value;
  else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

export function simpleReader(member: Member, shape: SimpleShape): Reader {
  switch (shape.type) {
    case 'string':
      return (value) => {
        if (typeof value !== 'string') throw mismatch(value, 'String');
        return value;
      };
    case 'boolean':
      return (value) => {
        if (typeof value !== 'boolean') throw mismatch(value, 'Boolean');
        return value;
      };
    case 'number':
      return numberReader(member.traits.$k);
    case 'bigInteger':
    case 'bigDecimal':
      return (value) => {
        if (typeof value !== 'number') throw mismatch(value, 'Number');
        return value;
      };
    case 'blob':
      return readBlob;
    case 'timestamp':
      return timestampReader(timestampFormatOf(member, 'epoch-seconds'));
    default:
      return (value, depth) => {
        checkDepth(value, depth);
        return value;
      };
  }
}

function numberReader(kind: Member['traits']['$k']): Reader {
  const name = kind === undefined ? 'Number' : KIND_NAMES[kind];
  const limit = kind === undefined ? undefined : INTEGER_LIMITS[kind];
  if (limit !== undefined) {
    return (value) => {
      if (typeof value !== 'number') throw mismatch(value, name);
      if (!Number.isInteger(value)) throw new JsonRefusal(`NUMBER_VALUE can not be converted to ${article(name)}`);
      if (value < -limit || value >= limit) throw new JsonRefusal(`A number is out of range for ${article(name)}`);
      return value;
    };
  }
  return (value) => {
    if (typeof value === 'number') return value;
    if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
    throw mismatch(value, name);
  };
}

function timestampReader(format: TimestampFormat): Reader {
  if (format === 'epoch-seconds') {
    return (value) => {
      if (typeof value !== 'number') throw mismatch(value, 'Timestamp');
      const date = new Date(Math.round(value * 1000));
      if (Number.isNaN(date.getTime())) throw new JsonRefusal('A timestamp is out of range');
      return date;
    };
  }
  return (value) => {
    if (typeof value !== 'string') throw mismatch(value, 'Timestamp');
    const date = /[+-]\d\d:\d\d$/.test(value) ? undefined : readTimestamp(value, format);
    if (!date) throw new JsonRefusal('STRING_VALUE can not be converted to a Timestamp');
    return date;
  };
}

/** Strict base64. Node's decoder skips what it does not know, so the length tells whether it skipped anything. */
function readBlob(value: unknown): Buffer {
  if (typeof value !== 'string') throw mismatch(value, 'Blob');
  const bytes = Buffer.from(value, 'base64');
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  const isStrict =
    value.length % 4 === 0 &&
    bytes.length === (value.length / 4) * 3 - padding &&
    !value.includes('-') &&
    !value.includes('_');
  if (!isStrict) throw new JsonRefusal('STRING_VALUE can not be converted to a Blob');
  return bytes;
}

export function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mismatch(value, 'structure');
  return value as Record<string, unknown>;
}

export function deeper(depth: number): number {
  if (depth >= JSON_NESTING_MAX) throw new JsonRefusal('The document is nested too deeply');
  return depth + 1;
}

function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  const inner = deeper(depth);
  for (const each of Array.isArray(value) ? value : Object.values(value)) checkDepth(each, inner);
}

function article(name: string): string {
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** The refusal of a value of the wrong JSON type, in AWS's words (Jackson's token names). */
export function mismatch(value: unknown, wanted: string): JsonRefusal {
  if (Array.isArray(value)) return new JsonRefusal('Start of list found where not expected');
  if (typeof value === 'object' && value !== null)
    return new JsonRefusal('Start of structure or map found where not expected.');
  if (wanted === 'list' || wanted === 'structure') return new JsonRefusal(`Unexpected field type`);
  const token =
    value === null
      ? 'NULL_VALUE'
      : value === true
        ? 'TRUE_VALUE'
        : value === false
          ? 'FALSE_VALUE'
          : typeof value === 'string'
            ? 'STRING_VALUE'
            : 'NUMBER_VALUE';
  return new JsonRefusal(`${token} can not be converted to ${article(wanted)}`);
}
