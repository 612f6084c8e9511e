import type { DeletePolicyCommandInput } from '@aws-sdk/client-iam';
import { policyArn } from '#identity';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { checkOwnPolicyArn, nameInArn, noSuchPolicy, policyRefusalsWorded } from '../policy-answers.ts';

const OTHER_VERSIONS =
  "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. " +
  'The default version is deleted with the policy.';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html */
export function deletePolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyArn = '' }: DeletePolicyCommandInput, { accountId }) => {
    checkOwnPolicyArn(PolicyArn);
    const { attachments, policies } = directory;
    const deleting = policies.delete(accountId, nameInArn(PolicyArn), (policy) => {
      if (policyArn(policy) !== PolicyArn) throw noSuchPolicy(PolicyArn);
      const used = (['policy', 'boundary'] as const).some(
        (usage) => attachments.count(usage, accountId, PolicyArn) > 0,
      );
      if (used) throw new ApiError('DeleteConflict', 'Cannot delete a policy attached to entities.');
      if (policy.versions.length > 1) throw new ApiError('DeleteConflict', OTHER_VERSIONS);
    });
    await policyRefusalsWorded(PolicyArn, deleting);
    return {};
  });
}
