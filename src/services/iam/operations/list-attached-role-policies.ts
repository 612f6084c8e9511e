import type { ListAttachedRolePoliciesCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { noSuchRole } from '../role-answers.ts';

/** Always empty: there are no managed policies to attach yet; infrastructure tools read it.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html */
export function listAttachedRolePolicies({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '' }: ListAttachedRolePoliciesCommandInput, { accountId }) => {
    if (!identity.directory.roles.get(accountId, RoleName)) throw noSuchRole(RoleName);
    return { AttachedPolicies: [], IsTruncated: false };
  });
}
