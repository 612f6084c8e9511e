import type { RemoveUserFromGroupCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { groupNamed } from '../group-answers.ts';
import { userRefusalsWorded } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html */
export function removeUserFromGroup({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', GroupName = '' }: RemoveUserFromGroupCommandInput, { accountId }) => {
    // Who is not in the group is no error.
    const updating = directory.users.update(accountId, UserName, (user) => {
      const group = groupNamed(GroupName, accountId, directory);
      return { ...user, groupIds: user.groupIds.filter((id) => id !== group.id) };
    });
    await userRefusalsWorded(UserName, updating);
    return {};
  });
}
