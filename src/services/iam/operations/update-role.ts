import type { UpdateRoleCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { refusalsWorded } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html */
export function updateRole({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async ({ RoleName = '', Description, MaxSessionDuration }: UpdateRoleCommandInput, { accountId }) => {
      const updating = identity.directory.roles.update(accountId, RoleName, (role) => ({
        ...role,
        description: Description ?? role.description,
        maxSessionSeconds: MaxSessionDuration ?? role.maxSessionSeconds,
      }));
      await refusalsWorded(RoleName, updating);
      return {};
    },
  );
}
