/** Names of digests and times in names. (specs: cloudtrail.md §5.1, §5.4) */
import type { DigestTrail } from './types.ts';

const MINUTE_STAMP = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_[A-Za-z0-9]+\.json\.gz$/;

/** `2026-11-21T12:00:00Z` */
export function isoSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** `[prefix/]AWSLogs/ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOME_YYYYMMDDTHHmmSSZ.json.gz` */
export function digestKey(trail: DigestTrail, region: string, endMs: number): string {
  const { accountId, name, homeRegion, keyPrefix } = trail;
  const end = isoSeconds(endMs);
  const folder = `AWSLogs/${accountId}/CloudTrail-Digest/${region}/${end.slice(0, 10).replaceAll('-', '/')}`;
  const file = `${accountId}_CloudTrail-Digest_${region}_${name}_${homeRegion}_${end.replaceAll(/[-:]/g, '')}.json.gz`;
  return `${keyPrefix ? `${keyPrefix}/` : ''}${folder}/${file}`;
}

/** The minute that a log file is named for, milliseconds since the epoch; undefined for other names. */
export function fileMinuteMs(key: string): number | undefined {
  const [, year, month, day, hour, minute] = MINUTE_STAMP.exec(key) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
