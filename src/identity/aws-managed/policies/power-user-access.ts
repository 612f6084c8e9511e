import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const powerUserAccess: AwsManagedPolicy = {
  name: 'PowerUserAccess',
  path: '/',
  description: 'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
  versionId: 'v12',
  createdAt: '2015-02-06T18:39:47Z',
  updatedAt: '2026-02-12T17:59:14Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        NotAction: ['iam:*', 'organizations:*', 'account:*'],
        Resource: '*',
      },
      {
        Effect: 'Allow',
        Action: [
          'account:GetAccountInformation',
          'account:GetGovCloudAccountInformation',
          'account:GetPrimaryEmail',
          'account:ListRegions',
          'iam:CreateServiceLinkedRole',
          'iam:DeleteServiceLinkedRole',
          'iam:ListRoles',
          'organizations:DescribeEffectivePolicy',
          'organizations:DescribeOrganization',
        ],
        Resource: '*',
      },
    ],
  },
};
