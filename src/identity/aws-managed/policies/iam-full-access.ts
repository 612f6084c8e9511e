import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const iamFullAccess: AwsManagedPolicy = {
  name: 'IAMFullAccess',
  path: '/',
  description: 'Provides full access to IAM via the AWS Management Console.',
  versionId: 'v2',
  createdAt: '2015-02-06T18:40:38Z',
  updatedAt: '2019-06-21T19:40:00Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'iam:*',
          'organizations:DescribeAccount',
          'organizations:DescribeOrganization',
          'organizations:DescribeOrganizationalUnit',
          'organizations:DescribePolicy',
          'organizations:ListChildren',
          'organizations:ListParents',
          'organizations:ListPoliciesForTarget',
          'organizations:ListRoots',
          'organizations:ListPolicies',
          'organizations:ListTargetsForPolicy',
        ],
        Resource: '*',
      },
    ],
  },
};
