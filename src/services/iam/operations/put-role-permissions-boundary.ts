import type { PutRolePermissionsBoundaryCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { changeHolder, checkBoundary } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html */
export function putRolePermissionsBoundary({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(
    async (
      { RoleName: name = '', PermissionsBoundary = '' }: PutRolePermissionsBoundaryCommandInput,
      { accountId },
    ) => {
      await changeHolder({ kind: 'role', registry: directory.roles, accountId, name }, (role) => {
        checkBoundary(PermissionsBoundary, accountId, directory);
        return { ...role, boundaryArn: PermissionsBoundary };
      });
      return {};
    },
  );
}
