import type { DeleteUserCommandInput } from '@aws-sdk/client-iam';
import { type Directory, type User } from '#identity';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userRefusalsWorded } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html */
export function deleteUser({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '' }: DeleteUserCommandInput, { accountId }) => {
    const deleting = directory.users.delete(accountId, UserName, (user) => {
      const first = whatMustGoFirst(user, directory);
      if (first) throw new ApiError('DeleteConflict', `Cannot delete entity, must ${first} first.`);
    });
    await userRefusalsWorded(UserName, deleting);
    return {};
  });
}

/** In AWS's words. A boundary may stay. */
function whatMustGoFirst(user: User, directory: Directory): string | undefined {
  if (directory.accessKeysOfUser(user.id).length > 0) return 'delete access keys';
  if (user.groupIds.length > 0) return 'remove users from group';
  if (user.attachedPolicyArns.length > 0) return 'detach all policies';
  if (Object.keys(user.inlinePolicies).length > 0) return 'delete policies';
  return directory.apiKeysOfUser(user.id).length > 0 ? 'remove referenced objects' : undefined;
}
