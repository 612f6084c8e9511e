import type { GetGroupCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describeGroup, groupNamed } from '../group-answers.ts';
import { pageOf } from '../paging.ts';
import { describeUser } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html */
export function getGroup({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName = '', Marker, MaxItems }: GetGroupCommandInput, { accountId }) => {
    const group = groupNamed(GroupName, accountId, directory);
    const users = directory.usersOfGroup(group.id);
    const { items, ...page } = pageOf(users, (user) => user.name, { Marker, MaxItems });
    return { Group: describeGroup(group), Users: items.map(describeUser), ...page };
  });
}
