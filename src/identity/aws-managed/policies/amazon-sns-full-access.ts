import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const amazonSnsFullAccess: AwsManagedPolicy = {
  name: 'AmazonSNSFullAccess',
  path: '/',
  description: 'Provides full access to Amazon SNS via the AWS Management Console.',
  versionId: 'v2',
  createdAt: '2015-02-06T18:41:05Z',
  updatedAt: '2024-09-24T22:32:05Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'SNSFullAccess',
        Effect: 'Allow',
        Action: 'sns:*',
        Resource: '*',
      },
      {
        Sid: 'SMSAccessViaSNS',
        Effect: 'Allow',
        Action: [
          'sms-voice:DescribeVerifiedDestinationNumbers',
          'sms-voice:CreateVerifiedDestinationNumber',
          'sms-voice:SendDestinationNumberVerificationCode',
          'sms-voice:SendTextMessage',
          'sms-voice:DeleteVerifiedDestinationNumber',
          'sms-voice:VerifyDestinationNumber',
          'sms-voice:DescribeAccountAttributes',
          'sms-voice:DescribeSpendLimits',
          'sms-voice:DescribePhoneNumbers',
          'sms-voice:SetTextMessageSpendLimitOverride',
          'sms-voice:DescribeOptedOutNumbers',
          'sms-voice:DeleteOptedOutNumber',
        ],
        Resource: '*',
        Condition: {
          StringEquals: {
            'aws:CalledViaLast': 'sns.amazonaws.com',
          },
        },
      },
    ],
  },
};
