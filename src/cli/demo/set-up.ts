/** Bucket, log group, role, logging configuration and a trail, made as AWS's guide does; running it again changes nothing. */
import { PutModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import type { DemoClients } from './clients.ts';

export const DEMO = {
  bucket: 'varve-demo-logs',
  logGroup: '/varve/demo',
  role: 'varve-demo-logging',
  trail: 'varve-demo',
  trailBucket: 'varve-demo-trail',
} as const;

export async function setUp(clients: DemoClients, accountId: string, region: string): Promise<void> {
  const { s3, logs, iam, bedrock } = clients;
  const location = locationOf(region);
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

/** Every API call from here on is an event in the trail's files, and digests vouch for them. */
export async function startTrail({ s3, cloudtrail }: DemoClients, accountId: string, region: string): Promise<void> {
  const arn = `arn:aws:s3:::${DEMO.trailBucket}`;
  const service = { Effect: 'Allow', Principal: { Service: 'cloudtrail.amazonaws.com' } };
  await made(s3.send(new CreateBucketCommand({ Bucket: DEMO.trailBucket, ...locationOf(region) })));
  await s3.send(
    new PutBucketPolicyCommand({
      Bucket: DEMO.trailBucket,
      Policy: policy(
        { ...service, Action: 's3:GetBucketAcl', Resource: arn },
        {
          ...service,
          Action: 's3:PutObject',
          Resource: `${arn}/AWSLogs/${accountId}/*`,
          Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
        },
      ),
    }),
  );
  const trail = { Name: DEMO.trail, S3BucketName: DEMO.trailBucket, EnableLogFileValidation: true };
  await made(cloudtrail.send(new CreateTrailCommand(trail)));
  await cloudtrail.send(new StartLoggingCommand({ Name: DEMO.trail }));
}

function locationOf(region: string): { CreateBucketConfiguration?: { LocationConstraint: 'eu-west-1' } } {
  return region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } };
}

const ALREADY_THERE = new Set([
  'BucketAlreadyOwnedByYou',
  'ResourceAlreadyExistsException',
  'EntityAlreadyExists',
  'EntityAlreadyExistsException',
  'TrailAlreadyExistsException',
]);

async function made(making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!(error instanceof Error) || !ALREADY_THERE.has(error.name)) throw error;
  }
}

function policy(...statements: Record<string, unknown>[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
