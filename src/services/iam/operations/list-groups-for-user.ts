import type { ListGroupsForUserCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describeGroup } from '../group-answers.ts';
import { userNamed } from '../own-user.ts';
import { pageOf } from '../paging.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html */
export function listGroupsForUser({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', Marker, MaxItems }: ListGroupsForUserCommandInput, { accountId }) => {
    const user = userNamed(UserName, accountId, directory);
    const groups = user.groupIds
      .flatMap((id) => directory.groups.byId(id) ?? [])
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    const { items, ...page } = pageOf(groups, (group) => group.name, { Marker, MaxItems });
    return { Groups: items.map(describeGroup), ...page };
  });
}
