/** AWS's managed policies that Varve knows, by name. */
import type { AwsManagedPolicy } from './aws-managed-policy.ts';
import { administratorAccess } from './policies/administrator-access.ts';
import { amazonBedrockFullAccess } from './policies/amazon-bedrock-full-access.ts';
import { amazonBedrockLimitedAccess } from './policies/amazon-bedrock-limited-access.ts';
import { amazonBedrockMarketplaceAccess } from './policies/amazon-bedrock-marketplace-access.ts';
import { amazonBedrockReadOnly } from './policies/amazon-bedrock-read-only.ts';
import { amazonKinesisFirehoseFullAccess } from './policies/amazon-kinesis-firehose-full-access.ts';
import { amazonS3FullAccess } from './policies/amazon-s3-full-access.ts';
import { amazonS3ReadOnlyAccess } from './policies/amazon-s3-read-only-access.ts';
import { amazonSnsFullAccess } from './policies/amazon-sns-full-access.ts';
import { amazonSqsFullAccess } from './policies/amazon-sqs-full-access.ts';
import { awsCloudtrailFullAccess } from './policies/aws-cloudtrail-full-access.ts';
import { awsCloudtrailReadOnlyAccess } from './policies/aws-cloudtrail-read-only-access.ts';
import { awsKeyManagementServicePowerUser } from './policies/aws-key-management-service-power-user.ts';
import { cloudwatchFullAccess } from './policies/cloudwatch-full-access.ts';
import { cloudwatchFullAccessV2 } from './policies/cloudwatch-full-access-v2.ts';
import { cloudwatchLogsFullAccess } from './policies/cloudwatch-logs-full-access.ts';
import { cloudwatchLogsReadOnlyAccess } from './policies/cloudwatch-logs-read-only-access.ts';
import { cloudwatchReadOnlyAccess } from './policies/cloudwatch-read-only-access.ts';
import { iamFullAccess } from './policies/iam-full-access.ts';
import { iamReadOnlyAccess } from './policies/iam-read-only-access.ts';
import { powerUserAccess } from './policies/power-user-access.ts';
import { readOnlyAccess } from './policies/read-only-access.ts';
import { securityAudit } from './policies/security-audit.ts';

export const AWS_MANAGED_POLICIES: readonly AwsManagedPolicy[] = [
  administratorAccess,
  amazonBedrockFullAccess,
  amazonBedrockLimitedAccess,
  amazonBedrockMarketplaceAccess,
  amazonBedrockReadOnly,
  amazonKinesisFirehoseFullAccess,
  amazonS3FullAccess,
  amazonS3ReadOnlyAccess,
  amazonSnsFullAccess,
  amazonSqsFullAccess,
  awsCloudtrailFullAccess,
  awsCloudtrailReadOnlyAccess,
  awsKeyManagementServicePowerUser,
  cloudwatchFullAccess,
  cloudwatchFullAccessV2,
  cloudwatchLogsFullAccess,
  cloudwatchLogsReadOnlyAccess,
  cloudwatchReadOnlyAccess,
  iamFullAccess,
  iamReadOnlyAccess,
  powerUserAccess,
  readOnlyAccess,
  securityAudit,
];
