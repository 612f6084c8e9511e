import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const awsKeyManagementServicePowerUser: AwsManagedPolicy = {
  name: 'AWSKeyManagementServicePowerUser',
  path: '/',
  description: 'Provides access to AWS Key Management Service (KMS).',
  versionId: 'v2',
  createdAt: '2015-02-06T18:40:40Z',
  updatedAt: '2017-03-07T00:55:11Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'kms:CreateAlias',
          'kms:CreateKey',
          'kms:DeleteAlias',
          'kms:Describe*',
          'kms:GenerateRandom',
          'kms:Get*',
          'kms:List*',
          'kms:TagResource',
          'kms:UntagResource',
          'iam:ListGroups',
          'iam:ListRoles',
          'iam:ListUsers',
        ],
        Resource: '*',
      },
    ],
  },
};
