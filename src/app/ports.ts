/** Fills the ports of rooms that do not know each other. */
import { type Buckets, BucketError } from '#buckets';
import { type BucketSink, DeliveryError, type LogSink } from '#delivery';
import {
  type Caller,
  decide,
  evaluate,
  type Identity,
  principalContext,
  principalOf,
  type Role,
  roleArn as arnOfRole,
} from '#identity';
import type { LoggingPorts, ServiceRequest } from '#invocation';
import { type LogGroups, LogWriteRefused } from '#log-groups';
import { ObjectStoreError } from '#objects';

/**
 * Whether a role is there, trusts the service in the name of the source, and its own policies, within its permissions
 * boundary, allow every action on the resource.
 */
export function roleAllows(
  identity: Identity,
  roleArn: string,
  { servicePrincipal, sourceAccount, sourceArn }: ServiceRequest,
  actions: readonly string[],
  resource: string,
): boolean {
  const { directory } = identity;
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
  const session = sessionFor(role, servicePrincipal);
  const access = {
    resource,
    context: { ...source, ...principalContext(session, directory) },
    principal: principalOf(session),
    accountId: role.accountId,
    policies: identity.policiesOf(session),
    resourceAccountId: role.accountId,
    resourcePolicy: undefined,
    resourcePolicyRole: 'may-grant',
  } as const;
  return actions.every((action) => decide({ action, ...access }).effect === 'allow');
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

export function loggingPorts(buckets: Buckets, logGroups: LogGroups, identity: Identity): LoggingPorts {
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
    roleAllows: (roleArn, request, actions, resource) => roleAllows(identity, roleArn, request, actions, resource),
  };
}

export function bucketSink(buckets: Buckets): BucketSink {
  return {
    put: async (destination, key, body, { contentType, contentEncoding }) => {
      try {
        await buckets.putAsService({
          bucketGeneration: destination.bucketGeneration,
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
    },
  };
}

export function logSink(logGroups: LogGroups): LogSink {
  return {
    put: async (destination, events, deliveryKey) => {
      const { groupGeneration, streamName, roleArn, servicePrincipal, accountId, sourceArn } = destination;
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
