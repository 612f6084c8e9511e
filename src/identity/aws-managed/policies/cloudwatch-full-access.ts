import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const cloudwatchFullAccess: AwsManagedPolicy = {
  name: 'CloudWatchFullAccess',
  path: '/',
  description: 'Provides full access to CloudWatch.',
  versionId: 'v4',
  createdAt: '2015-02-06T18:40:00Z',
  updatedAt: '2022-11-27T13:23:49Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'autoscaling:Describe*',
          'cloudwatch:*',
          'logs:*',
          'sns:*',
          'iam:GetPolicy',
          'iam:GetPolicyVersion',
          'iam:GetRole',
          'oam:ListSinks',
        ],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: 'iam:CreateServiceLinkedRole',
        Resource: 'arn:aws:iam::*:role/aws-service-role/events.amazonaws.com/AWSServiceRoleForCloudWatchEvents*',
        Condition: {
          StringLike: {
            'iam:AWSServiceName': 'events.amazonaws.com',
          },
        },
      },
      {
        Effect: 'Allow',
        Action: ['oam:ListAttachedLinks'],
        Resource: 'arn:aws:oam:*:*:sink/*',
      },
    ],
  },
};
