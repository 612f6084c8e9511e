/** What names of digests and log files tell. (specs: cloudtrail.md §5.1, §5.4) */
import type { TrailName } from './types.ts';

const DIGEST = /^(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_(.+)_([a-z0-9-]+)_(\d{8}T\d{6}Z)\.json\.gz$/;
const LOG = /^\d{12}_CloudTrail_[a-z0-9-]+_(\d{8}T\d{4})Z_[A-Za-z0-9]+\.json\.gz$/;

export interface DigestName {
  readonly trail: TrailName;
  readonly region: string;
  /** Milliseconds since the epoch. */
  readonly endMs: number;
}

/** Undefined for what is no digest's name; backfilled digests have names of their own and are passed over. */
export function digestNameOf(file: string): DigestName | undefined {
  const [, accountId = '', region = '', name = '', homeRegion = '', stamp = ''] = DIGEST.exec(file) ?? [];
  const endMs = timeOf(stamp);
  return endMs === undefined ? undefined : { trail: { accountId, name, homeRegion }, region, endMs };
}

/** The minute that a log file is named for, milliseconds since the epoch; undefined for what is no log file's name. */
export function logMinuteOf(file: string): number | undefined {
  const [, stamp] = LOG.exec(file) ?? [];
  return stamp === undefined ? undefined : timeOf(`${stamp}00Z`);
}

/** `YYYYMMDDTHHmmSSZ` */
function timeOf(stamp: string): number | undefined {
  const ms = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return Number.isNaN(ms) ? undefined : ms;
}

export function isSameTrail(a: TrailName, b: TrailName): boolean {
  return a.accountId === b.accountId && a.name === b.name && a.homeRegion === b.homeRegion;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
