/**
 * What alarms watch: each trail as it was when it was last looked at, so that a change is told from what was before, and every
 * bucket that a trail has written to, since its files are evidence also when the trail is gone.
 */
import { keyBase } from '../targets.ts';
import type { Trail } from '../types.ts';

export interface WatchedTrail {
  readonly arn: string;
  readonly accountId: string;
  readonly homeRegion: string;
  readonly name: string;
  readonly bucketName: string;
  /** `[prefix/]AWSLogs/ACCOUNT/`. */
  readonly keyBase: string;
  /** `arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*`. */
  readonly logGroupArn?: string;
  readonly validatesFiles: boolean;
  readonly isMultiRegion: boolean;
  readonly includesGlobal: boolean;
}

/** A trail where it writes. */
export interface WatchedPlace extends WatchedTrail {
  /** When it began to write there: what was done before was no tampering. Milliseconds since the epoch; 0: always. */
  readonly sinceMs: number;
}

/** Trails with their buckets, those that are gone too: the oldest are forgotten. */
export const WATCHED_MAX = 1_000;

export function watchedTrail(trail: Trail): WatchedTrail {
  const { arn, accountId, homeRegion, name, bucketName, logGroupArn, validatesFiles, isMultiRegion, includesGlobal } =
    trail;
  return {
    arn,
    accountId,
    homeRegion,
    name,
    bucketName,
    keyBase: keyBase(accountId, trail.keyPrefix),
    ...(logGroupArn === undefined ? {} : { logGroupArn }),
    validatesFiles,
    isMultiRegion,
    includesGlobal,
  };
}

export class Watched {
  /** The newest last. */
  readonly #places = new Map<string, WatchedPlace>();

  constructor(places: Iterable<WatchedPlace>) {
    for (const place of places) this.#places.set(placeOf(place), place);
  }

  /**
   * Takes up trails as they are at a time.
   * @returns those that are new or have changed
   */
  update(trails: Iterable<WatchedTrail>, atMs: number): WatchedPlace[] {
    const changed: WatchedPlace[] = [];
    for (const trail of trails) {
      const place = placeOf(trail);
      const before = this.#places.get(place);
      const now = { ...trail, sinceMs: before?.sinceMs ?? atMs };
      if (JSON.stringify(before) === JSON.stringify(now)) continue;
      this.#places.delete(place);
      this.#places.set(place, now);
      changed.push(now);
    }
    for (const place of this.#places.keys()) {
      if (this.#places.size <= WATCHED_MAX) break;
      this.#places.delete(place);
    }
    return changed;
  }

  /** A trail as it was last seen. */
  trail(arn: string): WatchedTrail | undefined {
    return this.#find((trail) => trail.arn === arn);
  }

  /** The trail that writes to the bucket, or did last. */
  inBucket(bucketName: string, atMs: number): WatchedTrail | undefined {
    return this.#find((trail) => trail.bucketName === bucketName && trail.sinceMs <= atMs);
  }

  /** The trail whose files, or digests, the object is among. */
  ofObject(bucketName: string, key: string, atMs: number): WatchedTrail | undefined {
    return this.#find(
      (trail) =>
        trail.bucketName === bucketName && trail.sinceMs <= atMs && key.startsWith(`${trail.keyBase}CloudTrail`),
    );
  }

  ofLogGroup(accountId: string, region: string, name: string): WatchedTrail | undefined {
    const arn = `arn:aws:logs:${region}:${accountId}:log-group:${name}:*`;
    return this.#find((trail) => trail.logGroupArn === arn);
  }

  #find(isMeant: (trail: WatchedPlace) => boolean): WatchedPlace | undefined {
    let found: WatchedPlace | undefined;
    for (const trail of this.#places.values()) if (isMeant(trail)) found = trail;
    return found;
  }
}

function placeOf({ arn, bucketName, keyBase: base }: WatchedTrail): string {
  return `${arn}\0${bucketName}\0${base}`;
}
