/** Points in time as they are written on the command line. */
import { parseDurationMs } from '#base';
import { WrongUsage } from './wrong-usage.ts';

const RELATIVE = /^-?(\d+(?:\.\d+)?(?:ms|s|m|h|d|w))$/;
const EPOCH = /^\d{9,13}$/;
/** Epoch seconds have ten digits until the year 2286: more are milliseconds, as events have them. */
const SECONDS_DIGITS_MAX = 10;
const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;
const DAYS_OF_WEEK = 7;

/**
 * Reads `now`, `-1h` (also `1h`: so long ago), epoch seconds or milliseconds, or ISO 8601, which is UTC unless it names a
 * zone, as the times are that queries give.
 * @param option for the message, such as `--start`
 * @returns milliseconds since the epoch
 * @throws {WrongUsage}
 */
export function parseMoment(text: string, nowMs: number, option: string): number {
  const trimmed = text.trim();
  if (trimmed === 'now') return nowMs;
  const [, ago] = RELATIVE.exec(trimmed) ?? [];
  if (ago !== undefined) return nowMs - durationMs(ago);
  if (EPOCH.test(trimmed)) return Number(trimmed) * (trimmed.length > SECONDS_DIGITS_MAX ? 1 : 1_000);
  const ms = ISO.test(trimmed) ? Date.parse(inUtc(trimmed)) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new WrongUsage(
    `${option}: "${text}" is no time; write it like -1h, -30m, -7d, now, 2026-01-31T12:00:00Z or 1767225600`,
  );
}

function durationMs(text: string): number {
  return text.endsWith('w') ? DAYS_OF_WEEK * parseDurationMs(`${text.slice(0, -1)}d`) : parseDurationMs(text);
}

function inUtc(text: string): string {
  const iso = text.toUpperCase().replace(' ', 'T').replace(',', '.');
  return !iso.includes('T') || /(?:Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`;
}

/** `--start -1h` as parseArgs reads it: `--start=-1h`. It would take `-1h` for an option. */
export function withTimesJoined(args: readonly string[], options: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1);
    if (last !== undefined && options.includes(last) && RELATIVE.test(arg))
      joined[joined.length - 1] = `${last}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}
