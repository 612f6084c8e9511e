import type { ListRolesCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { describeRole } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html */
export function listRoles({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ PathPrefix, Marker, MaxItems }: ListRolesCommandInput, { accountId }) => {
    const { items, ...page } = pageOf(identity.directory.roles.list(accountId, PathPrefix), (role) => role.name, {
      Marker,
      MaxItems,
    });
    return { Roles: items.map(describeRole), ...page };
  });
}
