import type { ListGroupPoliciesCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { groupNamed } from '../group-answers.ts';
import { inlinePolicyNames } from '../inline-policies.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html */
export function listGroupPolicies({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName = '', Marker, MaxItems }: ListGroupPoliciesCommandInput, { accountId }) => {
    const group = groupNamed(GroupName, accountId, directory);
    const { items, ...page } = inlinePolicyNames(group, { Marker, MaxItems });
    return { PolicyNames: items, ...page };
  });
}
