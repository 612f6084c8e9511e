import type { UntagPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { changePolicy } from '../policy-answers.ts';
import { withoutTags } from '../tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagPolicy.html */
export function untagPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyArn = '', TagKeys = [] }: UntagPolicyCommandInput, { accountId }) => {
    await changePolicy(PolicyArn, accountId, directory, (policy) => ({
      ...policy,
      tags: withoutTags(policy.tags, TagKeys),
    }));
    return {};
  });
}
