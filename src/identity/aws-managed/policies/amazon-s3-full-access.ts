import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const amazonS3FullAccess: AwsManagedPolicy = {
  name: 'AmazonS3FullAccess',
  path: '/',
  description: 'Provides full access to all buckets via the AWS Management Console.',
  versionId: 'v2',
  createdAt: '2015-02-06T18:40:58Z',
  updatedAt: '2021-09-27T20:16:37Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:*', 's3-object-lambda:*'],
        Resource: '*',
      },
    ],
  },
};
