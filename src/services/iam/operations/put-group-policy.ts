import type { PutGroupPolicyCommandInput } from '@aws-sdk/client-iam';
import { GROUP_POLICIES_CHARS_MAX as charsMax } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { groupRefusalsWorded } from '../group-answers.ts';
import { withInlinePolicy } from '../inline-policies.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html */
export function putGroupPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: PutGroupPolicyCommandInput, { accountId }) => {
    const { GroupName = '', PolicyName = '', PolicyDocument = '' } = input;
    const updating = directory.groups.update(accountId, GroupName, (group) =>
      withInlinePolicy(group, PolicyName, PolicyDocument, { kind: 'group', name: group.name, charsMax }),
    );
    await groupRefusalsWorded(GroupName, updating);
    return {};
  });
}
