/** Values into CBOR, by schema. */
import { bug } from '#base';
import type { Member, SimpleShape } from '../schema.ts';
import { toBuffer } from '../text-values.ts';
import type { CborWriter } from './encode.ts';

type Values = Readonly<Record<string, unknown>>;

/** Writes members as a map; `texts` come first: an error's `__type` and message. */
export function writeMembers(
  to: CborWriter,
  members: ReadonlyMap<string, Member>,
  values: Values,
  texts: readonly (readonly [name: string, text: string])[] = [],
): void {
  const said = new Set(texts.map(([name]) => name));
  const given = [...members.values()].filter((member) => isGiven(values, member.name) && !said.has(member.name));
  to.map(given.length + texts.length);
  for (const [name, text] of texts) {
    to.text(name);
    to.text(text);
  }
  for (const member of given) {
    to.text(member.name);
    writeValue(to, member, values[member.name]);
  }
}

function isGiven(values: Values, name: string): boolean {
  return Object.hasOwn(values, name) && values[name] !== undefined && values[name] !== null;
}

/** Writes one member's value. */
export function writeValue(to: CborWriter, member: Member, value: unknown): void {
  const { shape } = member;
  switch (shape.kind) {
    case 'list':
      return writeItems(to, shape.member, shape.traits.sparse === 1, value as readonly unknown[]);
    case 'map':
      return writeEntries(to, shape.value, shape.traits.sparse === 1, value as Values);
    case 'structure':
    case 'union':
      return writeMembers(to, shape.members, value as Values);
    case 'simple':
      return writeSimple(to, shape, member, value);
    default:
      return bug(`the ${shape.kind} ${member.name} in CBOR`);
  }
}

function writeItems(to: CborWriter, member: Member, sparse: boolean, items: readonly unknown[]): void {
  const written = sparse ? items : items.filter((item) => item !== null && item !== undefined);
  to.array(written.length);
  for (const item of written) writeNullable(to, member, item);
}

function writeEntries(to: CborWriter, member: Member, sparse: boolean, values: Values): void {
  const entries = Object.entries(values).filter(([, item]) => sparse || (item !== null && item !== undefined));
  to.map(entries.length);
  for (const [key, item] of entries) {
    to.text(key);
    writeNullable(to, member, item);
  }
}

function writeNullable(to: CborWriter, member: Member, value: unknown): void {
  if (value === null || value === undefined) to.null();
  else writeValue(to, member, value);
}

function writeSimple(to: CborWriter, shape: SimpleShape, member: Member, value: unknown): void {
  switch (shape.type) {
    case 'string':
      return to.text(value as string);
    case 'boolean':
      return to.boolean(value as boolean);
    case 'blob':
      return to.bytes(toBuffer(value as Uint8Array | string));
    case 'timestamp':
      return to.epochSeconds((value as Date).getTime() / 1000);
    case 'number':
    case 'bigInteger':
    case 'bigDecimal':
      return writeNumber(to, member.traits.$k, value as number | bigint);
    case 'document':
      return writePlain(to, value);
    default:
      return bug(`no CBOR form of ${String(shape.type)}`);
  }
}

function writeNumber(to: CborWriter, kind: Member['traits']['$k'], value: number | bigint): void {
  if (kind === 'float') return to.float(Number(value));
  if (kind === 'double' || !(typeof value === 'bigint' || Number.isInteger(value))) return to.double(Number(value));
  return to.integer(value);
}

/** A document: whatever JSON can say. */
function writePlain(to: CborWriter, value: unknown): void {
  if (value === null || value === undefined) return to.null();
  if (typeof value === 'string') return to.text(value);
  if (typeof value === 'boolean') return to.boolean(value);
  if (typeof value === 'number' || typeof value === 'bigint') return writeNumber(to, undefined, value);
  if (Array.isArray(value)) {
    to.array(value.length);
    for (const item of value) writePlain(to, item);
    return undefined;
  }
  const entries = Object.entries(value as Values);
  to.map(entries.length);
  for (const [key, item] of entries) {
    to.text(key);
    writePlain(to, item);
  }
  return undefined;
}
