/** Values as AWS's front ends print them in validation errors: the toString of generated Java classes. */
import type { Member } from '../schema.ts';

/** Printed values are cut at this length; AWS prints them whole. */
const PRINTED_CHARS_MAX = 4096;
const REDACTED = '***Sensitive Data Redacted***';

export function describeValue(member: Member, value: unknown): string {
  return cut(print(member, value));
}

/** A list of such members, or a map with such members as its keys or values. */
export function describeContainer(member: Member, container: unknown): string {
  if (Array.isArray(container)) return cut(printList(member, container));
  const entries = Object.entries((container ?? {}) as Record<string, unknown>);
  return cut(
    `{${printSome(entries, ([key, each]) => `${key}=${typeof each === 'string' ? each : print(member, each)}`)}}`,
  );
}

function cut(text: string): string {
  return text.length > PRINTED_CHARS_MAX ? `${text.slice(0, PRINTED_CHARS_MAX)}...` : text;
}

function print(member: Member, value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (member.traits.sensitive) return REDACTED;
  const { shape } = member;
  if (value instanceof Uint8Array) return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  if (value instanceof Date) return value.toISOString();
  if (shape.kind === 'list') return printList(shape.member, value as readonly unknown[]);
  if (shape.kind === 'map') {
    const entries = Object.entries(value as Record<string, unknown>);
    return `{${printSome(entries, ([key, each]) => `${key}=${print(shape.value, each)}`)}}`;
  }
  if (shape.kind === 'structure' || shape.kind === 'union') {
    const object = value as Record<string, unknown>;
    return `${shape.name}(${printSome([...shape.members.values()], (each) => `${each.name}=${print(each, object[each.name])}`)})`;
  }
  return typeof value === 'bigint' ? value.toString() : typeof value === 'string' ? value : JSON.stringify(value);
}

function printList(member: Member, items: readonly unknown[]): string {
  return `[${printSome(items, (item) => print(member, item))}]`;
}

/** Stops when enough is there: the text is cut anyway, and values may be large. */
function printSome<T>(items: readonly T[], one: (item: T) => string): string {
  let text = '';
  for (const item of items) {
    text += text === '' ? one(item) : `, ${one(item)}`;
    if (text.length > PRINTED_CHARS_MAX) break;
  }
  return text;
}
