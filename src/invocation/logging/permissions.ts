/**
 * What Bedrock checks when a logging configuration is put (bedrock-invocation-log.md §2.2, §2.3): that its
 * service principal may write to the bucket, or may take the role and write to the log group.
 */
import { createHash } from 'node:crypto';
import type { AccessDecision, AccessQuestion } from '#identity';
import { ApiError } from '#wire';
import { BEDROCK_PRINCIPAL, bedrockSourceArn, INVOCATION_STREAM, logRoot, type Scope } from './destinations.ts';

export interface BucketFacts {
  readonly name: string;
  readonly generation: string;
  readonly accountId: string;
  readonly region: string;
  readonly aclsEnabled: boolean;
}
export interface ServiceRequest {
  readonly servicePrincipal: string;
  readonly sourceAccount: string;
  readonly sourceArn: string;
}
export type PolicyDecision = 'allow' | 'explicit-deny' | 'implicit-deny';

/** Who puts a configuration, and what they may do besides: Bedrock mends a bucket's policy in their name. */
export interface Configurer extends Scope {
  readonly may: (question: AccessQuestion) => AccessDecision;
}

/** What this room needs of buckets, log groups and roles; the composition root joins them. */
export interface LoggingPorts {
  findBucket(name: string): BucketFacts | undefined;
  decidePut(bucketName: string, key: string, request: ServiceRequest): PolicyDecision;
  /** Adds a statement to the bucket's policy, keeping the others. */
  addPolicyStatement(bucketName: string, statement: Record<string, unknown>): Promise<void>;
  putObjectAsService(bucket: BucketFacts, key: string, body: Uint8Array, request: ServiceRequest): Promise<void>;
  findLogGroup(scope: Scope, name: string): { readonly name: string; readonly generation: string } | undefined;
  /** Whether the role trusts the service and allows every action on the resource. */
  roleAllows(roleArn: string, request: ServiceRequest, actions: readonly string[], resource: string): boolean;
}

function requestOf(scope: Scope): ServiceRequest {
  return { servicePrincipal: BEDROCK_PRINCIPAL, sourceAccount: scope.accountId, sourceArn: bedrockSourceArn(scope) };
}

function bucketRefusal(name: string, why: string): ApiError {
  return new ApiError('ValidationException', `Failed to validate permissions for bucket: ${name}. ${why}`);
}

/**
 * Makes sure that Bedrock may write to the bucket: adds the missing statement to its policy (others stay) where the caller
 * may read and put bucket policies, and writes the permission-check object.
 * @throws {ApiError} ValidationException with the reason
 */
export async function ensureBucketPermission(
  ports: LoggingPorts,
  configurer: Configurer,
  bucketName: string,
  keyPrefix: string | undefined,
): Promise<BucketFacts> {
  const scope: Scope = { accountId: configurer.accountId, region: configurer.region };
  const bucket = ports.findBucket(bucketName);
  if (!bucket) throw bucketRefusal(bucketName, 'The specified bucket does not exist.');
  if (bucket.accountId !== scope.accountId || bucket.region !== scope.region) {
    throw bucketRefusal(bucketName, 'The bucket must be in the same account and Region as the logging configuration.');
  }
  if (bucket.aclsEnabled) {
    throw bucketRefusal(bucketName, 'Disable ACLs for the bucket so that the bucket policy takes effect.');
  }
  const root = logRoot(scope.accountId, keyPrefix);
  const checkKey = `${root}amazon-bedrock-logs-permission-check`;
  // The policy must hold for every key under the root, so a key of a day to come is asked about, too.
  const sampleKeys = [
    checkKey,
    `${root}${scope.region}/2000/01/01/00/data/00000000-0000-4000-8000-000000000000_input.json.gz`,
  ];
  const decide = (): PolicyDecision[] => sampleKeys.map((key) => ports.decidePut(bucketName, key, requestOf(scope)));
  if (decide().includes('implicit-deny') && mayMendPolicy(configurer, bucketName)) {
    await ports.addPolicyStatement(bucketName, deliveryStatement(scope, bucketName, root));
  }
  if (decide().some((decision) => decision !== 'allow')) {
    throw bucketRefusal(bucketName, 'Verify the bucket policy lets bedrock.amazonaws.com put objects.');
  }
  await ports.putObjectAsService(bucket, checkKey, new Uint8Array(), requestOf(scope));
  return bucket;
}

function mayMendPolicy({ may }: Configurer, bucketName: string): boolean {
  const resource = `arn:aws:s3:::${bucketName}`;
  return ['s3:GetBucketPolicy', 's3:PutBucketPolicy'].every((action) => may({ action, resource }).effect === 'allow');
}

/** The statement of AWS's guide for one account, Region and prefix. */
function deliveryStatement(scope: Scope, bucketName: string, root: string): Record<string, unknown> {
  return {
    // Sids are unique in a policy, and one bucket may serve several prefixes and Regions.
    Sid: `AmazonBedrockLogsWrite${createHash('sha256').update(`${scope.region}/${root}`).digest('hex').slice(0, 8)}`,
    Effect: 'Allow',
    Principal: { Service: BEDROCK_PRINCIPAL },
    Action: ['s3:PutObject'],
    Resource: [`arn:aws:s3:::${bucketName}/${root}*`],
    Condition: {
      StringEquals: { 'aws:SourceAccount': scope.accountId },
      ArnLike: { 'aws:SourceArn': bedrockSourceArn(scope) },
    },
  };
}

/**
 * Makes sure that the group exists and that Bedrock may take the role and write the group's stream.
 * @throws {ApiError} ValidationException in AWS's words, the same for every cause (§2.2)
 */
export function ensureLogGroupPermission(
  ports: LoggingPorts,
  scope: Scope,
  groupName: string,
  roleArn: string,
): { name: string; generation: string } {
  const group = ports.findLogGroup(scope, groupName);
  const resource = `arn:aws:logs:${scope.region}:${scope.accountId}:log-group:${groupName}:log-stream:${INVOCATION_STREAM}`;
  const actions = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  const sameAccount = roleArn.split(':')[4] === scope.accountId;
  if (!group || !sameAccount || !ports.roleAllows(roleArn, requestOf(scope), actions, resource)) {
    throw new ApiError(
      'ValidationException',
      `Failed to validate permissions for log group: ${groupName}, with role: ${roleArn}. Verify the IAM role permissions are correct.`,
    );
  }
  return { name: group.name, generation: group.generation };
}
