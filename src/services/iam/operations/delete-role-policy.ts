import type { DeleteRolePolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { noSuchRolePolicy, refusalsWorded } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html */
export function deleteRolePolicy({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '', PolicyName = '' }: DeleteRolePolicyCommandInput, { accountId }) => {
    const updating = identity.directory.roles.update(accountId, RoleName, (role) => {
      if (!Object.hasOwn(role.inlinePolicies, PolicyName)) throw noSuchRolePolicy(PolicyName);
      const { [PolicyName]: _, ...inlinePolicies } = role.inlinePolicies;
      return { ...role, inlinePolicies };
    });
    await refusalsWorded(RoleName, updating);
    return {};
  });
}
