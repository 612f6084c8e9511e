import type { DeleteGroupPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { groupRefusalsWorded, noSuchGroupPolicy } from '../group-answers.ts';
import { withoutInlinePolicy } from '../inline-policies.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html */
export function deleteGroupPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName = '', PolicyName = '' }: DeleteGroupPolicyCommandInput, { accountId }) => {
    const updating = directory.groups.update(accountId, GroupName, (group) => {
      const without = withoutInlinePolicy(group, PolicyName);
      if (!without) throw noSuchGroupPolicy(PolicyName);
      return without;
    });
    await groupRefusalsWorded(GroupName, updating);
    return {};
  });
}
