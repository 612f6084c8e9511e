/** How texts of policies and requests are read as numbers, dates, networks and ARNs. */
import { BlockList, isIP } from 'node:net';
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

/** Undefined when the text is no address or CIDR range. */
export function networkOf(text: string): ((address: string) => boolean | undefined) | undefined {
  const slash = text.indexOf('/');
  const base = slash < 0 ? text : text.slice(0, slash);
  const family = isIP(base);
  if (family === 0) return undefined;
  const bits = family === 4 ? 32 : 128;
  const prefixText = slash < 0 ? String(bits) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > bits) return undefined;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(base, Number(prefixText), type);
  return (address) => {
    const actual = isIP(address);
    if (actual === 0) return undefined;
    return actual === family && list.check(address, type);
  };
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
