import type { UpdateAssumeRolePolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkTrustPolicy } from '../documents.ts';
import { noSuchRole, refusalsWorded } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html */
export function updateAssumeRolePolicy({ identity }: IamDependencies): ImplementedOperation {
  return implement(
    async ({ RoleName = '', PolicyDocument = '' }: UpdateAssumeRolePolicyCommandInput, { accountId }) => {
      if (!identity.directory.roles.get(accountId, RoleName)) throw noSuchRole(RoleName);
      const updating = identity.directory.roles.update(accountId, RoleName, (role) => ({
        ...role,
        trustedIds: checkTrustPolicy(PolicyDocument, identity),
        trustPolicy: PolicyDocument,
      }));
      await refusalsWorded(RoleName, updating);
      return {};
    },
  );
}
