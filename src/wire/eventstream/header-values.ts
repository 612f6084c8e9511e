/** Members with the trait `eventHeader`, to and from header values by the member's type. */
import { bug } from '#base';
import type { Member } from '../schema.ts';
import { malformedFrame } from './headers.ts';
import type { HeaderValue } from './headers.ts';

type HeaderType = HeaderValue['type'];

/** A member's value as the header its type asks for. */
export function headerOf(member: Member, value: unknown): HeaderValue {
  const type = headerType(member);
  switch (type) {
    case 'boolean':
      return { type, value: value as boolean };
    case 'long':
      return { type, value: BigInt(value as number | bigint) };
    case 'blob':
      return { type, value: Buffer.from(value as Uint8Array) };
    case 'timestamp':
      return { type, value: value as Date };
    case 'byte':
    case 'short':
    case 'integer':
      return { type, value: value as number };
    case 'string':
      return { type, value: value as string };
    case 'uuid':
      return bug('no shape is a UUID header');
  }
}

/**
 * A header's value for a member; longs beyond 2^53 stay bigint.
 * @throws ApiError (`SerializationException`) when the header has another type than the model.
 */
export function valueOf(member: Member, header: HeaderValue): unknown {
  const expected = headerType(member);
  const number =
    header.type === 'byte' || header.type === 'short' || header.type === 'integer' || header.type === 'long';
  const wanted = expected === 'byte' || expected === 'short' || expected === 'integer' || expected === 'long';
  if (number && wanted) {
    const value = Number(header.value);
    return Number.isSafeInteger(value) ? value : header.value;
  }
  if (header.type !== expected) throw malformedFrame('a header has the wrong type');
  return header.value;
}

function headerType(member: Member): HeaderType {
  const { shape } = member;
  if (shape.kind !== 'simple') return bug(`the event header ${member.name} is a ${shape.kind}`);
  switch (shape.type) {
    case 'boolean':
    case 'blob':
    case 'timestamp':
    case 'string':
      return shape.type;
    case 'number':
      return integerType(member.traits.$k);
    default:
      return bug(`the event header ${member.name} is a ${shape.type}`);
  }
}

function integerType(kind: string | undefined): 'byte' | 'short' | 'integer' | 'long' {
  return kind === 'byte' || kind === 'short' || kind === 'long' ? kind : 'integer';
}
