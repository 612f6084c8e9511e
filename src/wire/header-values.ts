/** Values in HTTP headers: as text-values.ts has them, and besides lists, media types in base64 and old SDKs' booleans. */
import type { Member } from './schema.ts';
import { readBase64, readText, writeText } from './text-values.ts';

/** Reads a header's text for its member; undefined when it is no such value. Lists are split at commas. */
export function readHeader(member: Member, text: string): unknown {
  if (member.shape.kind !== 'list') return readOne(member, text);
  const item = member.shape.member;
  const values: unknown[] = [];
  const parts = isHttpDate(item) ? splitDates(text) : splitList(text);
  for (const part of parts ?? []) {
    const value = readOne(item, part);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return parts && values;
}

function readOne(member: Member, text: string): unknown {
  const { shape, traits } = member;
  if (shape.kind !== 'simple') return undefined;
  if (shape.type === 'boolean') {
    // botocore before 1.29 wrote Python's own words; no other spelling was ever sent.
    if (text === 'true' || text === 'True') return true;
    return text === 'false' || text === 'False' ? false : undefined;
  }
  if (shape.type === 'timestamp' && /[+-]\d\d:\d\d$/.test(text)) return undefined;
  if (traits.mediaType !== undefined && shape.type === 'string') return readBase64(text)?.toString('utf8');
  return readText(member, text, 'http-date');
}

/** The header's text; an empty list is an empty header. */
export function writeHeader(member: Member, value: unknown): string {
  if (member.shape.kind !== 'list') return writeOne(member, value);
  const item = member.shape.member;
  return (value as readonly unknown[]).map((each) => quoted(item, writeOne(item, each))).join(', ');
}

function writeOne(member: Member, value: unknown): string {
  const text = writeText(member, value, 'http-date');
  const isMediaType =
    member.traits.mediaType !== undefined && member.shape.kind === 'simple' && member.shape.type === 'string';
  return isMediaType ? Buffer.from(text, 'utf8').toString('base64') : text;
}

function quoted(member: Member, text: string): string {
  const isString = member.shape.kind === 'simple' && member.shape.type === 'string';
  return isString && /[",]/.test(text) ? `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"` : text;
}

function isHttpDate({ shape, traits }: Member): boolean {
  if (shape.kind !== 'simple' || shape.type !== 'timestamp') return false;
  return (traits.timestampFormat ?? shape.timestampFormat ?? 'http-date') === 'http-date';
}

/** An http-date holds one comma itself: every second comma separates. */
function splitDates(text: string): string[] {
  const parts = text.split(',');
  const dates: string[] = [];
  for (let at = 0; at < parts.length; at += 2)
    dates.push(
      parts
        .slice(at, at + 2)
        .join(',')
        .trim(),
    );
  return dates;
}

/** Items bare or in double quotes with backslash escapes; undefined when a quote stays open. */
function splitList(text: string): string[] | undefined {
  if (!text.includes('"')) return text.split(',').map((part) => part.trim());
  const items: string[] = [];
  const pattern = /(?:\s*"((?:[^"\\]|\\.)*)"\s*|([^",]*))(,|$)/y;
  for (;;) {
    const match = pattern.exec(text);
    if (!match) return undefined;
    items.push(match[1] === undefined ? (match[2] ?? '').trim() : match[1].replaceAll(/\\(.)/g, '$1'));
    if (match[3] === '') return items;
  }
}
