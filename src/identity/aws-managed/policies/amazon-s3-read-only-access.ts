import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const amazonS3ReadOnlyAccess: AwsManagedPolicy = {
  name: 'AmazonS3ReadOnlyAccess',
  path: '/',
  description: 'Provides read only access to all buckets via the AWS Management Console.',
  versionId: 'v3',
  createdAt: '2015-02-06T18:40:59Z',
  updatedAt: '2023-08-10T21:31:39Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'],
        Resource: '*',
      },
    ],
  },
};
