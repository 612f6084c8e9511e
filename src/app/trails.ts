/** Joins trails with what they write to and with what serves them: buckets, topics, log groups, roles; delivery and digests. */
import type { Clock, IdSource } from '#base';
import { type Buckets, isBucketName } from '#buckets';
import type { Config } from '#config';
import type { DeliveryManager, TopicPort, TrailPorts } from '#delivery';
import { type Directory, type GuardedResource, serviceContext } from '#identity';
import type { Journal } from '#journal';
import type { LogGroups } from '#log-groups';
import type { State } from '#state';
import type { TelemetryEvent } from '#telemetry';
import { type TrailDigests, type TrailRequest, Trails, type TrailSigningKeys, type TrailTargets } from '#trails';
import { roleAllows } from './ports.ts';
import { type lateTrailPorts, trailDestinations } from './trail-delivery.ts';
import { openTrailDigests, openTrailKeys } from './trail-digests.ts';

const TRAIL = 'arn:aws:cloudtrail:';

/** What trails need of topics. */
export interface TrailTopics extends TopicPort {
  /** Whether the topic is there and its policy lets the service publish. */
  allows(topicArn: string, request: TrailRequest): boolean;
}

export interface TrailsParts {
  readonly config: Config;
  readonly serverKey: Buffer;
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly journal: Pick<Journal, 'head'>;
  readonly buckets: Buckets;
  readonly logGroups: LogGroups;
  readonly topics: TrailTopics;
  readonly directory: Directory;
  readonly resourceOf: (arn: string) => GuardedResource | undefined;
  readonly delivery: DeliveryManager;
  /** Connected here: before delivery starts. */
  readonly trailPorts: ReturnType<typeof lateTrailPorts>;
  readonly emit: (event: TelemetryEvent) => void;
}

export interface OpenedTrails {
  readonly trails: Trails;
  readonly keys: TrailSigningKeys;
  /** Not started yet. */
  readonly digests: TrailDigests;
}

/** Trails, their keys and their digests; deliveries are told to them from now on. */
export async function openTrails(parts: TrailsParts): Promise<OpenedTrails> {
  const { state, clock, ids, journal, buckets, delivery, topics, trailPorts, emit } = parts;
  const keys = await openTrailKeys(parts);
  const trails = await Trails.open({
    state,
    clock,
    ids,
    targets: trailTargets(parts),
    destinations: trailDestinations(delivery, journal),
    // Trails change only once there are digests to follow them.
    digests: { follow: (trail) => digests.follow(trail), end: (trailId) => digests.end(trailId) },
    onStatusUnwritten: (error) => emit({ name: 'trails.status-unwritten', level: 'warn', error }),
  });
  const digests: TrailDigests = await openTrailDigests(
    { ...parts, note: (note) => trails.noteDelivery(note) },
    keys,
    trails.all(),
  );
  buckets.onChange(({ name }) => digests.wake(name));
  const ports: TrailPorts = {
    files: { delivered: (file) => digests.delivered(file) },
    topics,
    status: { note: (note) => trails.noteDelivery(note) },
  };
  trailPorts.connect(ports);
  return { trails, keys, digests };
}

/** Trails have no policies of their own, but tags that policies ask for (`aws:ResourceTag`). */
export function withTrails(
  resourceOf: (arn: string) => GuardedResource | undefined,
  trails: Pick<Trails, 'byArn'>,
): (arn: string) => GuardedResource | undefined {
  return (arn) => {
    const trail = arn.startsWith(TRAIL) ? trails.byArn(arn) : undefined;
    if (!trail) return resourceOf(arn);
    return { accountId: trail.accountId, policy: undefined, tags: Object.fromEntries(trail.tags) };
  };
}

function trailTargets({
  buckets,
  logGroups,
  topics,
  directory,
  resourceOf,
}: Pick<TrailsParts, 'buckets' | 'logGroups' | 'topics' | 'directory' | 'resourceOf'>): TrailTargets {
  return {
    isBucketName,
    findBucket: (name) => buckets.get(name),
    bucketAllows: (name, action, resource, { servicePrincipal, sourceAccount, sourceArn }) => {
      const bucket = buckets.get(name);
      if (!bucket) return false;
      const decision = buckets.decide(bucket, {
        principal: { type: 'Service', name: servicePrincipal },
        action,
        resource,
        context: {
          ...serviceContext(sourceAccount, sourceArn),
          'aws:SecureTransport': 'true',
          // CloudTrail puts its files with this ACL, and the policy of its guide asks for it.
          ...(action === 's3:PutObject' ? { 's3:x-amz-acl': 'bucket-owner-full-control' } : {}),
        },
      });
      return decision === 'allow';
    },
    topicAllows: (topicArn, request) => topics.allows(topicArn, request),
    publish: (topicArn, message, { servicePrincipal, sourceAccount, sourceArn }) =>
      topics.publish({ topicArn, message, accountId: sourceAccount, servicePrincipal, sourceArn }),
    findLogGroup: (scope, name) => logGroups.find(scope, name),
    roleAllows: (...asked) => roleAllows(directory, resourceOf, ...asked),
  };
}
