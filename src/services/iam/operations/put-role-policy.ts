import type { PutRolePolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkInlinePolicy } from '../documents.ts';
import { refusalsWorded } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html */
export function putRolePolicy({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async ({ RoleName = '', PolicyName = '', PolicyDocument = '' }: PutRolePolicyCommandInput, { accountId }) => {
      const updating = identity.directory.roles.update(accountId, RoleName, (role) => {
        const inlinePolicies = { ...role.inlinePolicies, [PolicyName]: PolicyDocument };
        checkInlinePolicy(PolicyDocument, Object.values(inlinePolicies), role.name);
        return { ...role, inlinePolicies };
      });
      await refusalsWorded(RoleName, updating);
      return {};
    },
  );
}
