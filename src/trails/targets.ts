/**
 * What CloudTrail checks of the places that a trail writes to, when it is made and changed. (cloudtrail.md §4; CloudTrail User
 * Guide, "Amazon S3 bucket policy for CloudTrail", "Amazon SNS topic policy", "Role policy document for CloudWatch Logs".)
 */
import {
  badBucketPolicy,
  badTopic,
  invalidBucketName,
  invalidLogGroup,
  invalidLogRole,
  noSuchBucket,
} from './errors.ts';
import type { TrailRequest, TrailScope, TrailTargets } from './ports.ts';

export const CLOUDTRAIL_PRINCIPAL = 'cloudtrail.amazonaws.com';

export function trailRequest(accountId: string, trailArn: string): TrailRequest {
  return { servicePrincipal: CLOUDTRAIL_PRINCIPAL, sourceAccount: accountId, sourceArn: trailArn };
}

/** What stands before `CloudTrail/REGION/`: `[prefix/]AWSLogs/ACCOUNT/`. */
export function keyBase(accountId: string, keyPrefix: string | undefined): string {
  return `${keyPrefix === undefined ? '' : `${keyPrefix.replace(/\/$/, '')}/`}AWSLogs/${accountId}/`;
}

/**
 * The bucket's generation.
 * @throws {ApiError} S3BucketDoesNotExistException; InsufficientS3BucketPolicyException when CloudTrail may not read its ACL, or
 * not put log files of any day
 */
export function checkBucket(
  targets: TrailTargets,
  { accountId, region }: TrailScope,
  trailArn: string,
  { bucketName, keyPrefix }: { readonly bucketName: string; readonly keyPrefix?: string },
): string {
  if (!targets.isBucketName(bucketName)) throw invalidBucketName(bucketName);
  const bucket = targets.findBucket(bucketName);
  if (!bucket) throw noSuchBucket(bucketName);
  const request = trailRequest(accountId, trailArn);
  const arn = `arn:aws:s3:::${bucketName}`;
  const base = keyBase(accountId, keyPrefix);
  const file = `${base}CloudTrail/${region}/2013/11/01/${accountId}_CloudTrail_${region}_20131101T0000Z_0123456789abcdef.json.gz`;
  const allowed =
    targets.bucketAllows(bucketName, 's3:GetBucketAcl', arn, request) &&
    targets.bucketAllows(bucketName, 's3:PutObject', `${arn}/${file}`, request);
  if (!allowed) throw badBucketPolicy(bucketName);
  return bucket.generation;
}

/** @throws {ApiError} InsufficientSnsTopicPolicyException */
export function checkTopic(targets: TrailTargets, accountId: string, trailArn: string, topicArn: string): void {
  if (!targets.topicAllows(topicArn, trailRequest(accountId, trailArn))) throw badTopic();
}

/** With the wildcard for streams behind the name: AWS takes no other form. */
const GROUP_ARN = /^arn:aws:logs:([a-z0-9-]+):(\d{12}):log-group:([^:*]+):\*$/;
const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/.+$/;

/** The name in a log group's ARN, which {@link checkLogs} has seen. */
export function logGroupName(arn: string): string {
  return GROUP_ARN.exec(arn)?.[3] ?? '';
}

/** The stream that a trail writes to; several when there is much. */
export function logStreamName({ accountId, region }: TrailScope): string {
  return `${accountId}_CloudTrail_${region}`;
}

/**
 * The log group's generation.
 * @throws {ApiError} InvalidCloudWatchLogsLogGroupArnException, InvalidCloudWatchLogsRoleArnException
 */
export function checkLogs(
  targets: TrailTargets,
  scope: TrailScope,
  trailArn: string,
  logGroupArn: string,
  logRoleArn: string,
): string {
  const [, region, accountId, name] = GROUP_ARN.exec(logGroupArn) ?? [];
  if (region === undefined || accountId !== scope.accountId || name === undefined) throw invalidLogGroup();
  if (region !== scope.region) {
    throw invalidLogGroup('You must specify a log group that is in the current region.');
  }
  const group = targets.findLogGroup(scope, name);
  if (!group) throw invalidLogGroup();
  if (!ROLE_ARN.test(logRoleArn)) throw invalidLogRole('CloudTrail cannot validate the specified role ARN.');
  const request = trailRequest(scope.accountId, trailArn);
  const stream = `arn:aws:logs:${region}:${accountId}:log-group:${name}:log-stream:${logStreamName(scope)}`;
  if (!targets.roleAllows(logRoleArn, request, [], stream)) {
    throw invalidLogRole('Access denied. Verify in IAM that the role has adequate trust relationships.');
  }
  if (!targets.roleAllows(logRoleArn, request, ['logs:CreateLogStream', 'logs:PutLogEvents'], stream)) {
    throw invalidLogGroup('Access denied. Verify in IAM that the role has adequate permissions.');
  }
  return group.generation;
}
