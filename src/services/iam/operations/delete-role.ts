import type { DeleteRoleCommandInput } from '@aws-sdk/client-iam';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { refusalsWorded } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html */
export function deleteRole({ identity }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName = '' }: DeleteRoleCommandInput, { accountId }) => {
    const deleting = identity.directory.roles.delete(accountId, RoleName, (role) => {
      if (role.attachedPolicyArns.length > 0) {
        throw new ApiError('DeleteConflict', 'Cannot delete entity, must detach all policies first.');
      }
      if (Object.keys(role.inlinePolicies).length > 0) {
        throw new ApiError('DeleteConflict', 'Cannot delete entity, must delete policies first.');
      }
    });
    await refusalsWorded(RoleName, deleting);
    return {};
  });
}
