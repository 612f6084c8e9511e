import type { ListGroupsCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describeGroup } from '../group-answers.ts';
import { pageOf } from '../paging.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html */
export function listGroups({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PathPrefix, Marker, MaxItems }: ListGroupsCommandInput, { accountId }) => {
    const groups = directory.groups.list(accountId, PathPrefix);
    const { items, ...page } = pageOf(groups, (group) => group.name, { Marker, MaxItems });
    return { Groups: items.map(describeGroup), ...page };
  });
}
