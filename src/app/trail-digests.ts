/** Joins digests with what they are made of: keys under the server key, buckets, deliveries, trails. */
import { type Clock, parseDurationMs } from '#base';
import { BucketError, type Buckets } from '#buckets';
import type { Config } from '#config';
import type { DeliveryManager } from '#delivery';
import { SecretBox } from '#identity';
import type { State } from '#state';
import type { TelemetryEvent } from '#telemetry';
import {
  CLOUDTRAIL_PRINCIPAL,
  type DeliveryNote,
  type DigestEvent,
  type DigestObject,
  DigestPutFailed,
  type DigestTrail,
  type FollowedTrail,
  TrailDigests,
  TrailSigningKeys,
} from '#trails';

const KEYS_PURPOSE = "signing keys of trails' digests";
/** How long a digest waits at a time for log files that are on their way. */
const SETTLE_MS = 5_000;

export interface TrailDigestsParts {
  readonly config: Config;
  readonly serverKey: Buffer;
  readonly state: State;
  readonly clock: Clock;
  readonly buckets: Buckets;
  readonly delivery: Pick<DeliveryManager, 'status' | 'flush'>;
  readonly emit: (event: TelemetryEvent) => void;
  readonly note: (note: DeliveryNote) => void;
}

/** The keys of all accounts and Regions. */
export function openTrailKeys({
  config,
  serverKey,
  state,
  clock,
  emit,
}: Pick<TrailDigestsParts, 'config' | 'serverKey' | 'state' | 'clock' | 'emit'>): Promise<TrailSigningKeys> {
  const rotateAfterMs = parseDurationMs(config.trails.keyRotation);
  return TrailSigningKeys.open({
    state,
    clock,
    vault: new SecretBox(serverKey, KEYS_PURPOSE),
    ...(rotateAfterMs === 0 ? {} : { rotateAfterMs }),
    onMade: ({ reason, ...made }) =>
      emit({ name: 'trails.key-made', level: reason === 'lost' ? 'warn' : 'info', reason, ...made }),
  });
}

/** @param trails all trails as they are */
export function openTrailDigests(
  { config, state, clock, buckets, delivery, emit, note }: Omit<TrailDigestsParts, 'serverKey'>,
  keys: TrailSigningKeys,
  trails: Iterable<FollowedTrail>,
): Promise<TrailDigests> {
  return TrailDigests.open(
    {
      state,
      clock,
      keys,
      intervalMs: parseDurationMs(config.trails.digestInterval),
      retryMs: parseDurationMs(config.delivery.parkedRetry),
      ports: { put: (object) => putDigest(buckets, object), settled: settledOf(delivery, buckets), note },
      onEvent: (event) => emit(eventOf(event)),
    },
    trails,
  );
}

async function putDigest(buckets: Buckets, { trail, key, body, metadata }: DigestObject): Promise<void> {
  // By name, as AWS does: a bucket that was made again gets the digests if its policy lets CloudTrail write there.
  const bucket = buckets.get(trail.bucketName);
  if (!bucket) throw new DigestPutFailed('NoSuchBucket', `the bucket ${trail.bucketName} is gone`);
  try {
    await buckets.putAsService({
      bucketGeneration: bucket.generation,
      servicePrincipal: CLOUDTRAIL_PRINCIPAL,
      sourceAccount: trail.accountId,
      sourceArn: trail.arn,
      key,
      body,
      options: { contentType: 'application/json', headers: { 'content-encoding': 'gzip' }, metadata },
    });
  } catch (error) {
    const message = `s3://${trail.bucketName}/${key}: ${error instanceof Error ? error.message : String(error)}`;
    throw new DigestPutFailed(codeOf(error), message, { cause: error });
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof BucketError)) return 'InternalError';
  return error.reason === 'gone' ? 'NoSuchBucket' : 'AccessDenied';
}

/**
 * Whether everything that a trail has selected so far stands in its bucket; hurries what does not. A bucket that refuses log
 * files has its digests fail alike: they wait for the files, and the status tells why.
 */
function settledOf(
  delivery: Pick<DeliveryManager, 'status' | 'flush'>,
  buckets: Buckets,
): (trail: DigestTrail) => Promise<boolean> {
  const flushes = new Flushes(delivery);
  const destinationsOf = ({ id, bucketName }: DigestTrail) =>
    // A bucket that the trail has left may refuse for ever.
    delivery
      .status()
      .filter(({ route, target }) => route.startsWith(`trail:${id}.`) && target.startsWith(`s3://${bucketName}/`));
  return async (trail) => {
    const late = AbortSignal.timeout(SETTLE_MS);
    const arrived = await Promise.all(destinationsOf(trail).map(({ route }) => flushes.flushed(route, late)));
    if (arrived.every(Boolean)) return true;
    const refusing = destinationsOf(trail).find(({ state }) => state === 'parked');
    if (!refusing) return false;
    const code = buckets.get(trail.bucketName) ? 'AccessDenied' : 'NoSuchBucket';
    throw new DigestPutFailed(code, `log files are refused: ${refusing.lastError ?? refusing.target}`);
  };
}

/** A flush lasts as long as its bucket refuses: there is one at a time for a route, whoever waits for it. */
class Flushes {
  readonly #delivery: Pick<DeliveryManager, 'flush'>;
  readonly #waiters = new Map<string, Set<() => void>>();

  constructor(delivery: Pick<DeliveryManager, 'flush'>) {
    this.#delivery = delivery;
  }

  /** Whether what was there for the route when this was called has arrived before the signal. */
  async flushed(route: string, late: AbortSignal): Promise<boolean> {
    const running = this.#waiters.get(route);
    // One that began earlier need not have all.
    if (running) await joined(running, late);
    if (late.aborted) return false;
    await joined(this.#waiters.get(route) ?? this.#begin(route), late);
    return !late.aborted;
  }

  #begin(route: string): Set<() => void> {
    const waiters = new Set<() => void>();
    this.#waiters.set(route, waiters);
    const ended = (): void => {
      this.#waiters.delete(route);
      for (const resolve of waiters) resolve();
    };
    this.#delivery.flush(route).then(ended, ended);
    return waiters;
  }
}

function joined(waiters: Set<() => void>, late: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      waiters.delete(done);
      late.removeEventListener('abort', done);
      resolve();
    };
    waiters.add(done);
    late.addEventListener('abort', done);
  });
}

function eventOf(event: DigestEvent): TelemetryEvent {
  switch (event.type) {
    case 'delivered':
      return { name: 'trails.digest-delivered', key: event.key, files: event.files };
    case 'failed':
      return {
        name: 'trails.digest-failed',
        level: 'warn',
        key: event.key,
        error: event.error,
        nextInMs: event.nextInMs,
      };
    case 'incomplete':
      return {
        name: 'trails.digest-incomplete',
        level: 'error',
        trail: event.trailArn,
        region: event.region,
        reason: event.reason,
      };
  }
}
