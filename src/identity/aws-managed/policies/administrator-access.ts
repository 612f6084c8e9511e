import type { AwsManagedPolicy } from '../aws-managed-policy.ts';

export const administratorAccess: AwsManagedPolicy = {
  name: 'AdministratorAccess',
  path: '/',
  description: 'Provides full access to AWS services and resources.',
  versionId: 'v1',
  createdAt: '2015-02-06T18:39:46Z',
  updatedAt: '2015-02-06T18:39:46Z',
  document: {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
      },
    ],
  },
};
