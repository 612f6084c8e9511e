/**
 * Simple values as text, the same in XML elements, query parameters and HTTP headers.
 * What cannot be read is `undefined`: each protocol has its own words for it.
 */
import { bug } from '#base';
import type { Member, SimpleShape } from './schema.ts';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

const INTEGER = /^[+-]?\d{1,39}$/;
const DECIMAL = /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,4})?$/;
const DATE_TIME = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))? GMT$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const BITS = { byte: 8n, short: 16n, integer: 32n, intEnum: 32n, long: 64n } as const;

/** The timestamp format of a member: its own trait, its type's, else the place's default. */
export function timestampFormatOf(member: Member, fallback: TimestampFormat): TimestampFormat {
  const format = member.traits.timestampFormat;
  if (format === 'date-time' || format === 'http-date' || format === 'epoch-seconds') return format;
  return (member.shape.kind === 'simple' ? member.shape.timestampFormat : undefined) ?? fallback;
}

/**
 * Reads the text of a simple member; undefined when the text is no such value. White space around numbers,
 * booleans, timestamps and blobs does not count.
 */
export function readText(member: Member, text: string, fallback: TimestampFormat): unknown {
  const shape = simpleShape(member);
  switch (shape.type) {
    case 'string':
    case 'document':
      return text;
    case 'boolean':
      return readBoolean(text.trim());
    case 'number':
      return readNumber(text.trim(), member.traits.$k);
    case 'bigInteger':
      return readInteger(text.trim(), undefined);
    case 'bigDecimal':
      return readNumber(text.trim(), 'double');
    case 'blob':
      return readBase64(text);
    case 'timestamp':
      return readTimestamp(text.trim(), timestampFormatOf(member, fallback));
    default:
      return bug(`no text form of ${String(shape.type)}`);
  }
}

/** The text of a simple member's value. */
export function writeText(member: Member, value: unknown, fallback: TimestampFormat): string {
  const shape = simpleShape(member);
  if (shape.type === 'timestamp') return writeTimestamp(asDate(value), timestampFormatOf(member, fallback));
  if (shape.type === 'blob') return toBuffer(value as Uint8Array | string).toString('base64');
  return String(value);
}

/** `true` and `false`; old SDKs write `True` and `False` in headers. */
export function readBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : undefined;
}

/** A number within its kind's range; integers beyond ±2^53 are bigint. Without a kind it is a double. */
export function readNumber(text: string, kind: Member['traits']['$k']): number | bigint | undefined {
  if (kind !== undefined && kind !== 'float' && kind !== 'double') return readInteger(text, BITS[kind]);
  if (text === 'NaN' || text === 'Infinity' || text === '-Infinity') return Number(text);
  return DECIMAL.test(text) ? Number(text) : undefined;
}

function readInteger(text: string, bits: bigint | undefined): number | bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = Number(text);
  if (bits === 64n || bits === undefined) {
    if (Number.isSafeInteger(value)) return value;
    const big = BigInt(text.startsWith('+') ? text.slice(1) : text);
    return bits === undefined || BigInt.asIntN(64, big) === big ? big : undefined;
  }
  const limit = 2 ** (Number(bits) - 1);
  return value >= -limit && value < limit ? value : undefined;
}

/** Base64 with padding; undefined for anything else. */
export function readBase64(text: string): Buffer | undefined {
  const compact = text.trim();
  return BASE64.test(compact) ? Buffer.from(compact, 'base64') : undefined;
}

/** A moment in one of Smithy's three text formats; fractions finer than a millisecond are cut. */
export function readTimestamp(text: string, format: TimestampFormat): Date | undefined {
  if (format === 'epoch-seconds') {
    return DECIMAL.test(text) ? validDate(Math.round(Number(text) * 1000)) : undefined;
  }
  if (format === 'date-time') {
    const [, day, time, fraction, zone] = DATE_TIME.exec(text) ?? [];
    if (day === undefined || time === undefined) return undefined;
    return exactDate(day, time, fraction, zone ?? 'Z');
  }
  const [, dayOfMonth, monthName, year, time, fraction] = HTTP_DATE.exec(text) ?? [];
  const month = MONTHS.findIndex((name) => name === monthName) + 1;
  if (dayOfMonth === undefined || time === undefined || month === 0) return undefined;
  return exactDate(`${year}-${String(month).padStart(2, '0')}-${dayOfMonth}`, time, fraction, 'Z');
}

/** Writes a moment; `date-time` and `http-date` leave a zero fraction out. */
export function writeTimestamp(at: Date, format: TimestampFormat): string {
  const ms = at.getTime();
  if (format === 'epoch-seconds') return String(ms / 1000);
  const iso = at.toISOString();
  if (format === 'date-time') return iso.endsWith('.000Z') ? `${iso.slice(0, -5)}Z` : iso;
  const day = String(at.getUTCDate()).padStart(2, '0');
  const fraction = iso.endsWith('.000Z') ? '' : iso.slice(-5, -1);
  const time = iso.slice(11, 19) + fraction;
  return `${DAYS[at.getUTCDay()]}, ${day} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} ${time} GMT`;
}

/** Blobs may be given as text. */
export function toBuffer(value: Uint8Array | string): Buffer {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** Refuses days that do not exist: Date would roll 31 February over to March. */
function exactDate(day: string, time: string, fraction = '', zone = 'Z'): Date | undefined {
  const utc = validDate(Date.parse(`${day}T${time}Z`));
  if (!utc?.toISOString().startsWith(`${day}T${time}`)) return undefined;
  const ms = fraction.padEnd(3, '0').slice(0, 3);
  return validDate(Date.parse(`${day}T${time}.${ms}${zone}`));
}

function validDate(ms: number): Date | undefined {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function asDate(value: unknown): Date {
  return value instanceof Date ? value : bug('a timestamp that is no Date');
}

function simpleShape(member: Member): SimpleShape {
  return member.shape.kind === 'simple'
    ? member.shape
    : bug(`the ${member.shape.kind} ${member.name} has no text form`);
}
