import type { UpdateRoleDescriptionCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describeRole, refusalsWorded } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html */
export function updateRoleDescription({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '', Description }: UpdateRoleDescriptionCommandInput, { accountId }) => {
    const updating = identity.directory.roles.update(accountId, RoleName, (role) => ({
      ...role,
      description: Description,
    }));
    return { Role: describeRole(await refusalsWorded(RoleName, updating)) };
  });
}
