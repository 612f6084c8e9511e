import type { SetDefaultPolicyVersionCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { changePolicy, noSuchVersion } from '../policy-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html */
export function setDefaultPolicyVersion({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyArn = '', VersionId = '' }: SetDefaultPolicyVersionCommandInput, { accountId }) => {
    await changePolicy(PolicyArn, accountId, directory, (policy) => {
      if (!policy.versions.some(({ id }) => id === VersionId)) throw noSuchVersion(PolicyArn, VersionId);
      return { ...policy, defaultVersionId: VersionId };
    });
    return {};
  });
}
