import type { TagPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { changePolicy } from '../policy-answers.ts';
import { mergeTags, readTags } from '../tags.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagPolicy.html */
export function tagPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ PolicyArn = '', Tags }: TagPolicyCommandInput, { accountId }) => {
    const added = readTags(Tags);
    await changePolicy(PolicyArn, accountId, directory, (policy) => ({
      ...policy,
      tags: mergeTags(policy.tags, added, 'TagsPerPolicy'),
    }));
    return {};
  });
}
