import type { ListRoleTagsCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { describeTags, noSuchRole } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html */
export function listRoleTags({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '', Marker, MaxItems }: ListRoleTagsCommandInput, { accountId }) => {
    const role = identity.directory.roles.get(accountId, RoleName);
    if (!role) throw noSuchRole(RoleName);
    const tags = describeTags(role).toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
    const { items, ...page } = pageOf(tags, (tag) => tag.Key, { Marker, MaxItems });
    return { Tags: items, ...page };
  });
}
