import type { DeleteUserPermissionsBoundaryCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { changeHolder } from '../holders.ts';

/** Where there is none, nothing changes. https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html */
export function deleteUserPermissionsBoundary({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName: name = '' }: DeleteUserPermissionsBoundaryCommandInput, { accountId }) => {
    const holder = { kind: 'user', registry: directory.users, accountId, name } as const;
    await changeHolder(holder, (user) => ({ ...user, boundaryArn: undefined }));
    return {};
  });
}
