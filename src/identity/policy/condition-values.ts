/** How texts of policies and requests are read as numbers, dates, networks and ARNs. */
import { isIP } from 'node:net';
import { compileGlob, type Glob, matchesGlob, type PatternPart } from './glob.ts';

/** NaN when it is none. */
export function readNumber(text: string): number {
  return /^\s*[+-]?\d{1,300}(\.\d{1,300})?\s*$/.test(text) ? Number(text) : Number.NaN;
}

const W3C_DATE = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?([Zz]|[+-]\d\d:?\d\d)?)?)?$/;

/**
 * The W3C's profile of ISO 8601, without a zone in UTC, or seconds since the epoch; in milliseconds, NaN when it is none.
 * (Source: IAM User Guide, "Date condition operators"; a bare number is always an epoch time.)
 */
export function readDate(text: string): number {
  if (/^\d{1,12}(\.\d{1,9})?$/.test(text)) return Number(text) * 1000;
  const match = W3C_DATE.exec(text);
  if (!match) return Number.NaN;
  const [, year = '', month = '', day = '01', hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] =
    match;
  const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : 'Z';
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}${offset}`);
}

/**
 * Whether an address is in a CIDR range; undefined when the text is none, or the address is none. `BlockList` of node:net
 * does the same in twenty times the time, which every request would pay for every range.
 */
export function networkOf(text: string): ((address: string) => boolean | undefined) | undefined {
  const slash = text.indexOf('/');
  const base = addressBytes(slash < 0 ? text : text.slice(0, slash));
  if (!base) return undefined;
  const bits = base.length * 8;
  const prefixText = slash < 0 ? String(bits) : text.slice(slash + 1);
  const prefix = Number(prefixText);
  if (!/^\d{1,3}$/.test(prefixText) || prefix > bits) return undefined;
  return (address) => {
    const actual = addressBytes(address);
    return actual && actual.length === base.length && sharePrefix(actual, base, prefix);
  };
}

function sharePrefix(a: readonly number[], b: readonly number[], bits: number): boolean {
  const whole = bits >> 3;
  for (let at = 0; at < whole; at += 1) {
    if (a[at] !== b[at]) return false;
  }
  const rest = 8 - (bits & 7);
  return rest === 8 || (a[whole] ?? 0) >> rest === (b[whole] ?? 0) >> rest;
}

/** One request's address is asked for range after range. */
let lastAddress = { text: '', bytes: undefined as readonly number[] | undefined };

/** 4 or 16 bytes; undefined when the text is no address, or one with a zone. */
function addressBytes(text: string): readonly number[] | undefined {
  if (lastAddress.text !== text) lastAddress = { text, bytes: readAddress(text) };
  return lastAddress.bytes;
}

function readAddress(text: string): readonly number[] | undefined {
  const family = isIP(text);
  if (family === 4) return text.split('.').map(Number);
  if (family === 0 || text.includes('%')) return undefined;
  const [left = '', right] = text.split('::');
  const head = groupBytes(left);
  const tail = right === undefined ? [] : groupBytes(right);
  return [...head, ...Array.from({ length: 16 - head.length - tail.length }, () => 0), ...tail];
}

/** Two bytes a group; the last may be an IPv4 address. */
function groupBytes(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** Each of an ARN's six parts on its own: a star does not reach over a colon, but in the last part. */
export function arnPatternOf(pattern: readonly PatternPart[]): ((actual: string) => boolean | undefined) | undefined {
  const wanted = splitPattern(pattern);
  if (wanted.length === 1 && pattern.length === 1 && pattern[0]?.text === '*') return () => true;
  if (wanted.length !== ARN_PARTS) return undefined;
  return (actual) => {
    const parts = splitArn(actual);
    return parts && wanted.every((glob, index) => matchesGlob(glob, parts[index] ?? ''));
  };
}

const ARN_PARTS = 6;

function splitArn(text: string): string[] | undefined {
  const parts = text.split(':');
  return parts.length < ARN_PARTS
    ? undefined
    : [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}

function splitPattern(pattern: readonly PatternPart[]): Glob[] {
  let current: PatternPart[] = [];
  const groups = [current];
  for (const part of pattern) {
    // What a variable stands for is one text: a colon in it never makes a new part of the ARN.
    const pieces = part.literal ? [part.text] : part.text.split(':');
    pieces.forEach((text, index) => {
      if (index > 0 && groups.length < ARN_PARTS) groups.push((current = []));
      else if (index > 0) current.push({ text: ':', literal: true });
      current.push({ text, literal: part.literal });
    });
  }
  return groups.map(compileGlob);
}
