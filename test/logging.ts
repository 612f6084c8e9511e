/** Turns logging on as AWS's guide does. */
import { type LoggingConfig, PutModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { ACCOUNT, type Clients, REGION } from './harness.ts';

export const BUCKET = 'invocation-logs';
export const GROUP = '/bedrock/calls';
export const ROLE = 'bedrock-logging';
export const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/${ROLE}`;

export async function makeBucket({ s3 }: Clients, bucket = BUCKET): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
}

/** The role of the guide: trusted by Bedrock, allowed to write the group's stream. */
export async function makeRole({ iam }: Clients, group = GROUP, role = ROLE, region = REGION): Promise<void> {
  const condition = {
    StringEquals: { 'aws:SourceAccount': ACCOUNT },
    ArnLike: { 'aws:SourceArn': `arn:aws:bedrock:${region}:${ACCOUNT}:*` },
  };
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'bedrock.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: condition,
  };
  await iam.send(new CreateRoleCommand({ RoleName: role, AssumeRolePolicyDocument: policy(trust) }));
  const resource = `arn:aws:logs:${region}:${ACCOUNT}:log-group:${group}:log-stream:aws/bedrock/modelinvocations`;
  const write = { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: resource };
  await iam.send(new PutRolePolicyCommand({ RoleName: role, PolicyName: 'write', PolicyDocument: policy(write) }));
}

export async function makeGroup({ logs }: Clients, group = GROUP): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
}

export async function putLogging({ bedrock }: Clients, loggingConfig: LoggingConfig): Promise<void> {
  await bedrock.send(new PutModelInvocationLoggingConfigurationCommand({ loggingConfig }));
}

/** Bucket, group, role and a configuration with both destinations. */
export async function logToBoth(clients: Clients, more: Partial<LoggingConfig> = {}): Promise<void> {
  await makeBucket(clients);
  await makeGroup(clients);
  await makeRole(clients);
  await putLogging(clients, {
    s3Config: { bucketName: BUCKET, keyPrefix: 'prod' },
    cloudWatchConfig: { logGroupName: GROUP, roleArn: ROLE_ARN },
    ...more,
  });
}

export function policy(...statements: Record<string, unknown>[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
