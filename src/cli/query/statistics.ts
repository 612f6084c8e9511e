/** What a query has looked at, in words. */
import type { QueryStatistics } from '@aws-sdk/client-cloudwatch-logs';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const;
const STEP = 1_000;

export function count(value: number, one: string): string {
  return `${value.toLocaleString('en-US')} ${one}${value === 1 ? '' : 's'}`;
}

export function bytes(value: number): string {
  let [rest, unit] = [value, 0];
  while (rest >= STEP && unit < UNITS.length - 1) {
    rest /= STEP;
    unit += 1;
  }
  return `${unit === 0 || rest >= 100 ? Math.round(rest) : rest.toFixed(1)} ${UNITS[unit]}`;
}

export function seconds(ms: number): string {
  return ms < 60_000
    ? `${(ms / 1_000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1_000)} s`;
}

/** `12 records matched of 1,000 scanned (1.2 MB)` */
export function scanned({ recordsMatched = 0, recordsScanned = 0, bytesScanned = 0 }: QueryStatistics): string {
  return `${count(recordsMatched, 'record')} matched of ${recordsScanned.toLocaleString('en-US')} scanned (${bytes(bytesScanned)})`;
}
