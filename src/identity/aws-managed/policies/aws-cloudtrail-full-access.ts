import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const awsCloudtrailFullAccess: AwsManagedPolicy = {
  name: 'AWSCloudTrail_FullAccess',
  path: '/',
  description: 'Provides full access to AWS CloudTrail.',
  versionId: 'v3',
  createdAt: '2020-10-08T23:41:15Z',
  updatedAt: '2021-02-22T19:01:00Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sns:AddPermission', 'sns:CreateTopic', 'sns:SetTopicAttributes', 'sns:GetTopicAttributes'],
        Resource: ['arn:aws:sns:*:*:aws-cloudtrail-logs*'],
      },
      {
        Effect: 'Allow',
        Action: ['sns:ListTopics'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: ['s3:CreateBucket', 's3:PutBucketPolicy', 's3:PutBucketPublicAccessBlock'],
        Resource: ['arn:aws:s3:::aws-cloudtrail-logs*'],
      },
      {
        Effect: 'Allow',
        Action: ['s3:ListAllMyBuckets', 's3:GetBucketLocation', 's3:GetBucketPolicy'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: 'cloudtrail:*',
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup'],
        Resource: ['arn:aws:logs:*:*:log-group:aws-cloudtrail-logs*'],
      },
      {
        Effect: 'Allow',
        Action: ['iam:ListRoles', 'iam:GetRolePolicy', 'iam:GetUser'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: ['iam:PassRole'],
        Resource: '*',
        Condition: {
          StringEquals: {
            'iam:PassedToService': 'cloudtrail.amazonaws.com',
          },
        },
      },
      {
        Effect: 'Allow',
        Action: ['kms:CreateKey', 'kms:CreateAlias', 'kms:ListKeys', 'kms:ListAliases'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: ['lambda:ListFunctions'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: ['dynamodb:ListGlobalTables', 'dynamodb:ListTables'],
        Resource: '*',
      },
    ],
  },
};
