import type { PutUserPermissionsBoundaryCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { changeHolder, checkBoundary } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html */
export function putUserPermissionsBoundary({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(
    async (
      { UserName: name = '', PermissionsBoundary = '' }: PutUserPermissionsBoundaryCommandInput,
      { accountId },
    ) => {
      await changeHolder({ kind: 'user', registry: directory.users, accountId, name }, (user) => {
        checkBoundary(PermissionsBoundary, accountId, directory);
        return { ...user, boundaryArn: PermissionsBoundary };
      });
      return {};
    },
  );
}
