/** Values out of CBOR, by schema: types are checked, unknown keys skipped, nulls are as if absent. */
import { bug } from '#base';
import { setOwn } from '../own-keys.ts';
import type { Member, SimpleShape } from '../schema.ts';
import { CborEpoch, CborSyntaxError } from './decode.ts';
import type { CborValue } from './decode.ts';

type Values = Record<string, unknown>;

/** Reads a structure's or union's members. @throws CborSyntaxError for values of the wrong type. */
export function readMembers(members: ReadonlyMap<string, Member>, value: CborValue): Values {
  if (!(value instanceof Map)) throw new CborSyntaxError('a map was expected');
  const values: Values = {};
  for (const member of members.values()) {
    const given = value.get(member.name);
    if (given !== undefined && given !== null) setOwn(values, member.name, readValue(member, given));
  }
  return values;
}

/** Reads one member's value. @throws CborSyntaxError */
export function readValue(member: Member, value: CborValue): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'list':
      return readItems(shape.member, shape.traits.sparse === 1, value);
    case 'map':
      return readEntries(shape.value, shape.traits.sparse === 1, value);
    case 'structure':
    case 'union':
      return readMembers(shape.members, value);
    case 'simple':
      return readSimple(shape, member, value);
    default:
      return bug(`the ${shape.kind} ${member.name} in CBOR`);
  }
}

function readItems(member: Member, sparse: boolean, value: CborValue): unknown[] {
  if (!Array.isArray(value)) throw new CborSyntaxError('a list was expected');
  const items: unknown[] = [];
  for (const item of value) {
    if (item !== null && item !== undefined) items.push(readValue(member, item));
    else if (sparse) items.push(null);
    else throw new CborSyntaxError('null in a list');
  }
  return items;
}

function readEntries(member: Member, sparse: boolean, value: CborValue): Values {
  if (!(value instanceof Map)) throw new CborSyntaxError('a map was expected');
  const values: Values = {};
  for (const [key, item] of value) {
    if (item !== null && item !== undefined) setOwn(values, key, readValue(member, item));
    else if (sparse) setOwn(values, key, null);
    else throw new CborSyntaxError('null in a map');
  }
  return values;
}

const INTEGER_BITS = { byte: 8, short: 16, integer: 32, intEnum: 32, long: 64 } as const;

function readSimple(shape: SimpleShape, member: Member, value: CborValue): unknown {
  switch (shape.type) {
    case 'string':
      if (typeof value === 'string') return value;
      break;
    case 'boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'blob':
      if (Buffer.isBuffer(value)) return value;
      break;
    case 'timestamp':
      if (value instanceof CborEpoch) return readMoment(value);
      break;
    case 'bigInteger':
      if (typeof value === 'bigint' || Number.isInteger(value)) return value;
      break;
    case 'bigDecimal':
      if (typeof value === 'bigint' || typeof value === 'number') return value;
      break;
    case 'number':
      return readNumber(member.traits.$k, value);
    case 'document':
      return plainOf(value);
  }
  throw new CborSyntaxError(`${member.name} has the wrong type`);
}

function readNumber(kind: Member['traits']['$k'], value: CborValue): number | bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new CborSyntaxError('a number was expected');
  if (kind === undefined || kind === 'float' || kind === 'double') return Number(value);
  if (typeof value === 'number' && !Number.isInteger(value)) throw new CborSyntaxError('an integer was expected');
  const big = BigInt(value);
  if (BigInt.asIntN(INTEGER_BITS[kind], big) !== big) throw new CborSyntaxError('an integer beyond its range');
  return value;
}

function readMoment(value: CborEpoch): Date {
  const date = new Date(Math.round(value.seconds * 1000));
  if (Number.isNaN(date.getTime())) throw new CborSyntaxError('a moment out of range');
  return date;
}

/** Documents are JSON-like: maps become plain objects. */
function plainOf(value: CborValue): unknown {
  if (Array.isArray(value)) return value.map(plainOf);
  if (!(value instanceof Map)) return value instanceof CborEpoch ? value.seconds : value;
  const values: Values = {};
  for (const [key, item] of value) setOwn(values, key, plainOf(item));
  return values;
}
