import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const awsCloudtrailReadOnlyAccess: AwsManagedPolicy = {
  name: 'AWSCloudTrail_ReadOnlyAccess',
  path: '/',
  description: 'This policy provides read only access to AWS CloudTrail.',
  versionId: 'v1',
  createdAt: '2022-06-14T17:19:05Z',
  updatedAt: '2022-06-14T17:19:05Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['cloudtrail:Get*', 'cloudtrail:Describe*', 'cloudtrail:List*', 'cloudtrail:LookupEvents'],
        Resource: '*',
      },
    ],
  },
};
