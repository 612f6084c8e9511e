import type { ListInstanceProfilesForRoleCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { noSuchRole } from '../role-answers.ts';

/** Always empty: there are no instances here; infrastructure tools ask before they delete a role.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListInstanceProfilesForRole.html */
export function listInstanceProfilesForRole({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '' }: ListInstanceProfilesForRoleCommandInput, { accountId }) => {
    if (!identity.directory.roles.get(accountId, RoleName)) throw noSuchRole(RoleName);
    return { InstanceProfiles: [], IsTruncated: false };
  });
}
