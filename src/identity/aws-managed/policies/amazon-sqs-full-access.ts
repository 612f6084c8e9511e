import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const amazonSqsFullAccess: AwsManagedPolicy = {
  name: 'AmazonSQSFullAccess',
  path: '/',
  description: 'Provides full access to Amazon SQS via the AWS Management Console.',
  versionId: 'v1',
  createdAt: '2015-02-06T18:41:07Z',
  updatedAt: '2015-02-06T18:41:07Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['sqs:*'],
        Resource: '*',
      },
    ],
  },
};
