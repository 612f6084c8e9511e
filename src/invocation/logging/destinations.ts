/**
 * Where a logging configuration sends records: the specs that delivery persists, their route names, and
 * the keys that Bedrock uses (bedrock-invocation-log.md §2.4).
 */
import { createHash } from 'node:crypto';
import type { CloudWatchDestinationSpec, DataDestinationSpec, S3DestinationSpec } from '#delivery';

export const BEDROCK_PRINCIPAL = 'bedrock.amazonaws.com';
/** The one stream that Bedrock writes to in a log group (§2.7). */
export const INVOCATION_STREAM = 'aws/bedrock/modelinvocations';

export interface Scope {
  readonly accountId: string;
  readonly region: string;
}

/** `[prefix/]AWSLogs/<account>/BedrockModelInvocationLogs/`; users write the prefix with and without a slash. */
export function logRoot(accountId: string, keyPrefix: string | undefined): string {
  const prefix = (keyPrefix ?? '').replace(/^\/+|\/+$/g, '');
  return `${prefix === '' ? '' : `${prefix}/`}AWSLogs/${accountId}/BedrockModelInvocationLogs/`;
}

/** The `aws:SourceArn` that Bedrock's service principal carries. */
export function bedrockSourceArn({ accountId, region }: Scope): string {
  return `arn:aws:bedrock:${region}:${accountId}:*`;
}

export function s3Destination<Kind extends 's3' | 's3-data'>(
  kind: Kind,
  scope: Scope,
  bucket: { readonly name: string; readonly generation: string },
  keyPrefix: string | undefined,
): Kind extends 's3' ? S3DestinationSpec : DataDestinationSpec;
export function s3Destination(
  kind: 's3' | 's3-data',
  scope: Scope,
  bucket: { readonly name: string; readonly generation: string },
  keyPrefix: string | undefined,
): S3DestinationSpec | DataDestinationSpec {
  const keyBase = `${logRoot(scope.accountId, keyPrefix)}${scope.region}/`;
  return {
    kind,
    route: routeName(kind, scope, bucket.generation, keyBase),
    ...scope,
    bucketName: bucket.name,
    bucketGeneration: bucket.generation,
    keyBase,
    servicePrincipal: BEDROCK_PRINCIPAL,
    sourceArn: bedrockSourceArn(scope),
  };
}

export function cloudWatchDestination(
  scope: Scope,
  group: { readonly name: string; readonly generation: string },
  roleArn: string,
): CloudWatchDestinationSpec {
  return {
    kind: 'cloudwatch-logs',
    route: routeName('cw', scope, group.generation, roleArn),
    ...scope,
    groupName: group.name,
    groupGeneration: group.generation,
    streamName: INVOCATION_STREAM,
    roleArn,
    servicePrincipal: BEDROCK_PRINCIPAL,
    sourceArn: bedrockSourceArn(scope),
  };
}

/** Short, ASCII, and the same for the same destination: putting a configuration again goes on where it was. */
function routeName(kind: string, scope: Scope, generation: string, detail: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([scope.accountId, scope.region, generation, detail]))
    .digest('hex');
  return `${kind}-${digest.slice(0, 16)}`;
}

/** `YYYY/MM/DD/HH/` in UTC. */
export function hourPath(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 13).replaceAll('-', '/').replace('T', '/')}/`;
}
