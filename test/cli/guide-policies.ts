/** The policies that AWS's guide prints, with their placeholders; where the samples are not here, policies of our own. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './server-process.ts';

const FOLDER = join(ROOT, '../shared/samples/guide');
const ACCOUNT = '123456789012';

const conditions = {
  StringEquals: { 'aws:SourceAccount': 'accountId' },
  ArnLike: { 'aws:SourceArn': 'arn:aws:bedrock:region:accountId:*' },
};
const service = { Service: 'bedrock.amazonaws.com' };
const OWN = {
  's3-bucket-policy.json': {
    Effect: 'Allow',
    Principal: service,
    Action: 's3:PutObject',
    Resource: 'arn:aws:s3:::bucketName/prefix/AWSLogs/accountId/BedrockModelInvocationLogs/*',
    Condition: conditions,
  },
  'cloudwatch-trust-policy.json': {
    Effect: 'Allow',
    Principal: service,
    Action: 'sts:AssumeRole',
    Condition: conditions,
  },
  'cloudwatch-role-policy.json': {
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: 'arn:aws:logs:region:accountId:log-group:logGroupName:log-stream:aws/bedrock/modelinvocations',
  },
} as const;

export type GuidePolicy = keyof typeof OWN;

if (!existsSync(FOLDER) && process.env['CI']) throw new Error('CI is set, and ../shared/samples/guide is missing');

export interface Placeholders {
  readonly region: string;
  readonly bucketName?: string;
  readonly prefix?: string;
  readonly logGroupName?: string;
}

/** The policy's text, word for word but for the placeholders. */
export function guidePolicy(
  name: GuidePolicy,
  { region, bucketName = '', prefix = '', logGroupName = '' }: Placeholders,
): string {
  const text = existsSync(FOLDER)
    ? readFileSync(join(FOLDER, name), 'utf8')
    : JSON.stringify({ Version: '2012-10-17', Statement: [OWN[name]] });
  return text
    .replaceAll('accountId', ACCOUNT)
    .replaceAll('bucketName', bucketName)
    .replaceAll('/prefix/', `/${prefix}/`)
    .replaceAll('logGroupName', logGroupName)
    .replaceAll(':region:', `:${region}:`);
}
