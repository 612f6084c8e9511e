/** Buckets, log groups and roles as a trail needs them: with the policies of AWS's guides. */
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { ACCOUNT, type Clients } from './harness.ts';

export const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

/** (CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail".) */
export function trailBucketPolicy(bucket: string, keyPrefix = '', conditions: Record<string, string> = {}): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AWSCloudTrailAclCheck20150319',
        Effect: 'Allow',
        Principal: { Service: CLOUDTRAIL },
        Action: 's3:GetBucketAcl',
        Resource: `arn:aws:s3:::${bucket}`,
        ...(Object.keys(conditions).length > 0 ? { Condition: { StringEquals: conditions } } : {}),
      },
      {
        Sid: 'AWSCloudTrailWrite20150319',
        Effect: 'Allow',
        Principal: { Service: CLOUDTRAIL },
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${bucket}/${keyPrefix}AWSLogs/${ACCOUNT}/*`,
        Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', ...conditions } },
      },
    ],
  });
}

/** A bucket that CloudTrail may write to. */
export async function makeTrailBucket({ s3 }: Clients, bucket: string, policy = trailBucketPolicy(bucket)) {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: policy }));
  return bucket;
}

/** A role that CloudTrail takes to write its stream of a group. (CloudTrail User Guide, "Role policy document".) */
export async function makeLogsRole(
  { iam }: Clients,
  { name, group, region, trusted = CLOUDTRAIL }: { name: string; group: string; region: string; trusted?: string },
): Promise<string> {
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: trusted }, Action: 'sts:AssumeRole' }],
      }),
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: name,
      PolicyName: 'logs',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            Resource: `arn:aws:logs:${region}:${ACCOUNT}:log-group:${group}:log-stream:${ACCOUNT}_CloudTrail_${region}*`,
          },
        ],
      }),
    }),
  );
  return Role?.Arn ?? '';
}

/** The group's ARN as CloudTrail takes it. */
export async function makeTrailGroup({ logs }: Clients, group: string, region: string): Promise<string> {
  await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  return `arn:aws:logs:${region}:${ACCOUNT}:log-group:${group}:*`;
}
