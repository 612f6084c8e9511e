import type { DeleteRolePermissionsBoundaryCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { changeHolder } from '../holders.ts';

/** Where there is none, nothing changes. https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html */
export function deleteRolePermissionsBoundary({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName: name = '' }: DeleteRolePermissionsBoundaryCommandInput, { accountId }) => {
    const holder = { kind: 'role', registry: directory.roles, accountId, name } as const;
    await changeHolder(holder, (role) => ({ ...role, boundaryArn: undefined }));
    return {};
  });
}
