import type { GetGroupPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { groupNamed, noSuchGroupPolicy } from '../group-answers.ts';
import { inlinePolicyOf } from '../inline-policies.ts';
import { encodeDocument } from '../role-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html */
export function getGroupPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName = '', PolicyName = '' }: GetGroupPolicyCommandInput, { accountId }) => {
    const group = groupNamed(GroupName, accountId, directory);
    const document = inlinePolicyOf(group, PolicyName);
    if (document === undefined) throw noSuchGroupPolicy(PolicyName);
    return { GroupName: group.name, PolicyName, PolicyDocument: encodeDocument(document) };
  });
}
