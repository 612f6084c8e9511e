/** Bucket, log group, role and logging configuration, made as AWS's guide does; running it again changes nothing. */
import { PutModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { DemoClients } from './clients.ts';

export const DEMO = { bucket: 'varve-demo-logs', logGroup: '/varve/demo', role: 'varve-demo-logging' } as const;

export async function setUp({ s3, logs, iam, bedrock }: DemoClients, accountId: string, region: string): Promise<void> {
  const location =
    region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } };
  await made(s3.send(new CreateBucketCommand({ Bucket: DEMO.bucket, ...location })));
  await made(logs.send(new CreateLogGroupCommand({ logGroupName: DEMO.logGroup })));
  const condition = {
    StringEquals: { 'aws:SourceAccount': accountId },
    ArnLike: { 'aws:SourceArn': `arn:aws:bedrock:${region}:${accountId}:*` },
  };
  const trust = {
    Effect: 'Allow',
    Principal: { Service: 'bedrock.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: condition,
  };
  await made(iam.send(new CreateRoleCommand({ RoleName: DEMO.role, AssumeRolePolicyDocument: policy(trust) })));
  const stream = `arn:aws:logs:${region}:${accountId}:log-group:${DEMO.logGroup}:log-stream:aws/bedrock/modelinvocations`;
  const write = { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: stream };
  await iam.send(
    new PutRolePolicyCommand({ RoleName: DEMO.role, PolicyName: 'write-logs', PolicyDocument: policy(write) }),
  );
  await bedrock.send(
    new PutModelInvocationLoggingConfigurationCommand({
      loggingConfig: {
        s3Config: { bucketName: DEMO.bucket },
        cloudWatchConfig: { logGroupName: DEMO.logGroup, roleArn: `arn:aws:iam::${accountId}:role/${DEMO.role}` },
      },
    }),
  );
}

const ALREADY_THERE = new Set([
  'BucketAlreadyOwnedByYou',
  'ResourceAlreadyExistsException',
  'EntityAlreadyExists',
  'EntityAlreadyExistsException',
]);

async function made(making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof Error) || !ALREADY_THERE.has(error.name)) throw error;
  }
}

function policy(statement: Record<string, unknown>): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}
