import type { DeleteGroupCommandInput } from '@aws-sdk/client-iam';
import type { Directory, Group } from '#identity';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { groupRefusalsWorded } from '../group-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroup.html */
export function deleteGroup({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName = '' }: DeleteGroupCommandInput, { accountId }) => {
    const deleting = directory.groups.delete(accountId, GroupName, (group) => {
      const first = whatMustGoFirst(group, directory);
      if (first) throw new ApiError('DeleteConflict', `Cannot delete entity, must ${first} first.`);
    });
    await groupRefusalsWorded(GroupName, deleting);
    return {};
  });
}

/** In AWS's words. */
function whatMustGoFirst(group: Group, directory: Directory): string | undefined {
  if (directory.usersOfGroup(group.id).length > 0) return 'remove users from group';
  if (group.attachedPolicyArns.length > 0) return 'detach all policies';
  return Object.keys(group.inlinePolicies).length > 0 ? 'delete policies' : undefined;
}
