/** Fills the ports of rooms that do not know each other. */
import type { Clock } from '#base';
import { type Bucket, type Buckets, BucketError } from '#buckets';
import {
  type BucketDestination,
  type BucketSink,
  DeliveryError,
  type LogSink,
  type StreamDestination,
} from '#delivery';
import {
  Authorizer,
  type Caller,
  type Directory,
  evaluate,
  type GuardedResource,
  type Role,
  roleArn as arnOfRole,
} from '#identity';
import type { LoggingPorts, ServiceRequest } from '#invocation';
import { type LogGroups, LogWriteRefused } from '#log-groups';
import { ObjectStoreError } from '#objects';
import { guardedResources } from './guarded-resources.ts';

/**
 * Whether a role is there, trusts the service in the name of the source, and may do every action on the resource: by its
 * policies, within its permissions boundary, and by the resource's own policy.
 * @param resourceOf what owners say of their things
 */
export function roleAllows(
  directory: Directory,
  resourceOf: (arn: string) => GuardedResource | undefined,
  roleArn: string,
  { servicePrincipal, sourceAccount, sourceArn }: ServiceRequest,
  actions: readonly string[],
  resource: string,
): boolean {
  const role = directory.roleByArn(roleArn);
  if (!role) return false;
  const source = { 'aws:SourceAccount': sourceAccount, 'aws:SourceArn': sourceArn };
  const trusted = evaluate({
    policies: [directory.trustPolicyOf(role)],
    action: 'sts:AssumeRole',
    resource: roleArn,
    principal: { type: 'Service', name: servicePrincipal },
    context: source,
  });
  if (trusted.decision !== 'allow') return false;
  // Also where callers are allowed everything (`authorization: off`).
  const authorizer = new Authorizer({ directory, resource: resourceOf, enforced: true });
  const session = sessionFor(role, servicePrincipal);
  return actions.every((action) => authorizer.decide(session, { action, resource }, source).effect === 'allow');
}

/** Who a service is while it has taken a role: a session that is named after it. */
function sessionFor(role: Role, servicePrincipal: string): Caller {
  const { id, accountId, name } = role;
  return {
    kind: 'assumed-role',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${servicePrincipal}`,
    userId: `${id}:${servicePrincipal}`,
    accessKeyId: '',
    role: { id, name, arn: arnOfRole(role) },
  };
}

export function loggingPorts(buckets: Buckets, logGroups: LogGroups, directory: Directory): LoggingPorts {
  const resourceOf = guardedResources(buckets, logGroups, directory);
  const generationOf = (bucketName: string): string => buckets.get(bucketName)?.generation ?? '';
  return {
    findBucket: (name) => buckets.get(name),
    decidePut: (bucketName, key, request) => {
      const bucket = buckets.get(bucketName);
      return bucket ? buckets.decideForService(bucket, key, request) : 'implicit-deny';
    },
    addPolicyStatement: (bucketName, statement) => buckets.addPolicyStatement(generationOf(bucketName), statement),
    putObjectAsService: async ({ generation }, key, body, request) => {
      await buckets.putAsService({ ...request, bucketGeneration: generation, key, body });
    },
    findLogGroup: (scope, name) => logGroups.find(scope, name),
    roleAllows: (...asked) => roleAllows(directory, resourceOf, ...asked),
  };
}

/** An object that a service has put into a bucket. */
export interface ServicePut {
  readonly bucket: Bucket;
  readonly destination: Pick<BucketDestination, 'servicePrincipal'>;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
}

/**
 * @param onPut hears of every object that stands in its bucket, but of trails' own files (whose events would make files for
 * ever); when it throws, the object is put again later
 */
export function bucketSink(
  buckets: Buckets,
  clock: Clock,
  onPut: (put: ServicePut) => Promise<void> = () => Promise.resolve(),
): BucketSink {
  return {
    put: async (destination, key, body, { contentType, contentEncoding }) => {
      const startedMs = clock.nowMs();
      const bucketGeneration = bucketGenerationOf(buckets, destination);
      // Taken now: deleted while it is written to, its owner would be unknown afterwards.
      const bucket = buckets.byGeneration(bucketGeneration);
      try {
        await buckets.putAsService({
          bucketGeneration,
          servicePrincipal: destination.servicePrincipal,
          sourceAccount: destination.accountId,
          sourceArn: destination.sourceArn,
          key,
          body,
          options: {
            contentType,
            ...(contentEncoding === undefined ? {} : { headers: { 'content-encoding': contentEncoding } }),
          },
        });
      } catch (error) {
        throw deliveryError(error, `s3://${destination.bucketName}/${destination.keyBase}`);
      }
      if (bucket && destination.kind !== 'trail-files') await onPut({ bucket, destination, key, startedMs });
    },
  };
}

/**
 * A trail names its bucket, as in AWS: made again, with a policy that lets CloudTrail in, it gets what has waited. Records of
 * model calls, which hold what was said, go to no other bucket than the one that was configured.
 */
function bucketGenerationOf(buckets: Buckets, { kind, bucketName, bucketGeneration }: BucketDestination): string {
  const named = kind === 'trail-files' ? buckets.get(bucketName)?.generation : undefined;
  return named ?? bucketGeneration;
}

/** As {@link bucketGenerationOf}. */
function groupGenerationOf(
  logGroups: LogGroups,
  { kind, groupName, groupGeneration, ...scope }: StreamDestination,
): string {
  const named = kind === 'trail-logs' ? logGroups.find(scope, groupName)?.generation : undefined;
  return named ?? groupGeneration;
}

export function logSink(logGroups: LogGroups): LogSink {
  return {
    put: async (destination, events, deliveryKey) => {
      const { streamName, roleArn, servicePrincipal, accountId, sourceArn } = destination;
      const groupGeneration = groupGenerationOf(logGroups, destination);
      try {
        await logGroups.putAsRole(
          { groupGeneration, streamName, roleArn, servicePrincipal, sourceAccount: accountId, sourceArn },
          events,
          deliveryKey,
        );
      } catch (error) {
        throw deliveryError(error, `log group ${destination.groupName}`);
      }
    },
  };
}

/** Classes a failure: denied and gone ones are parked, all others are tried again. */
function deliveryError(error: unknown, where: string): DeliveryError {
  const message = `${where}: ${error instanceof Error ? error.message : String(error)}`;
  if (error instanceof BucketError && (error.reason === 'denied' || error.reason === 'gone')) {
    return new DeliveryError(error.reason, message, { cause: error });
  }
  if (error instanceof LogWriteRefused) return new DeliveryError(error.kind, message, { cause: error });
  if (error instanceof ObjectStoreError && error.reason === 'denied')
    return new DeliveryError('denied', message, { cause: error });
  return new DeliveryError('transient', message, { cause: error });
}
