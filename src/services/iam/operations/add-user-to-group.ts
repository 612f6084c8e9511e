import type { AddUserToGroupCommandInput } from '@aws-sdk/client-iam';
import { GROUPS_PER_USER_MAX } from '#identity';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { groupNamed } from '../group-answers.ts';
import { userRefusalsWorded } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddUserToGroup.html */
export function addUserToGroup({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', GroupName = '' }: AddUserToGroupCommandInput, { accountId }) => {
    const updating = directory.users.update(accountId, UserName, (user) => {
      const group = groupNamed(GroupName, accountId, directory);
      if (user.groupIds.includes(group.id)) return user;
      if (user.groupIds.length >= GROUPS_PER_USER_MAX) {
        throw new ApiError('LimitExceeded', `Cannot exceed quota for GroupsPerUser: ${GROUPS_PER_USER_MAX}`);
      }
      return { ...user, groupIds: [...user.groupIds, group.id] };
    });
    await userRefusalsWorded(UserName, updating);
    return {};
  });
}
