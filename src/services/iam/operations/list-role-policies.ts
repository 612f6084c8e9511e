import type { ListRolePoliciesCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { noSuchRole } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html */
export function listRolePolicies({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '', Marker, MaxItems }: ListRolePoliciesCommandInput, { accountId }) => {
    const role = identity.directory.roles.get(accountId, RoleName);
    if (!role) throw noSuchRole(RoleName);
    const names = Object.keys(role.inlinePolicies).toSorted();
    const { items, ...page } = pageOf(names, (name) => name, { Marker, MaxItems });
    return { PolicyNames: items, ...page };
  });
}
