import type { UpdateGroupCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { groupRefusalsWorded } from '../group-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html */
export function updateGroup({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName = '', NewGroupName, NewPath }: UpdateGroupCommandInput, { accountId }) => {
    const updating = directory.groups.update(accountId, GroupName, (group) => ({
      ...group,
      name: NewGroupName ?? group.name,
      path: NewPath ?? group.path,
    }));
    await groupRefusalsWorded(GroupName, updating, NewGroupName);
    return {};
  });
}
