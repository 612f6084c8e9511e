import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const amazonKinesisFirehoseFullAccess: AwsManagedPolicy = {
  name: 'AmazonKinesisFirehoseFullAccess',
  path: '/',
  description: 'Provides full access to all Amazon Kinesis Firehose Delivery Streams.',
  versionId: 'v1',
  createdAt: '2015-10-07T18:45:26Z',
  updatedAt: '2015-10-07T18:45:26Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['firehose:*'],
        Resource: '*',
      },
    ],
  },
};
