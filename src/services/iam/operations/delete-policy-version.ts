import type { DeletePolicyVersionCommandInput } from '@aws-sdk/client-iam';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { changePolicy, noSuchVersion } from '../policy-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html */
export function deletePolicyVersion({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyArn = '', VersionId = '' }: DeletePolicyVersionCommandInput, { accountId }) => {
    await changePolicy(PolicyArn, accountId, directory, (policy) => {
      if (!policy.versions.some(({ id }) => id === VersionId)) throw noSuchVersion(PolicyArn, VersionId);
      if (policy.defaultVersionId === VersionId) {
        throw new ApiError('DeleteConflict', 'Cannot delete the default version of a policy.');
      }
      return { ...policy, versions: policy.versions.filter(({ id }) => id !== VersionId) };
    });
    return {};
  });
}
