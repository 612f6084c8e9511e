import type { ListPoliciesCommandInput, PolicyUsageType } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { describePolicy, type PolicyAnswer } from '../policy-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html */
export function listPolicies({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: ListPoliciesCommandInput, { accountId }) => {
    const { Scope = 'All', PathPrefix = '/', OnlyAttached = false, PolicyUsageFilter } = input;
    const policies = [
      ...(Scope === 'AWS' ? [] : directory.policies.list(accountId, PathPrefix)),
      ...(Scope === 'Local' ? [] : directory.awsManagedPolicies().filter(({ path }) => path.startsWith(PathPrefix))),
    ]
      .map((policy) => describePolicy(policy, accountId, directory))
      .filter((policy) => (!OnlyAttached && !PolicyUsageFilter) || isUsed(policy, PolicyUsageFilter))
      .toSorted((a, b) => (a.Arn < b.Arn ? -1 : 1));
    const { items, ...page } = pageOf(policies, (policy) => policy.Arn, input);
    return { Policies: items, ...page };
  });
}

function isUsed(policy: PolicyAnswer, filter: PolicyUsageType | undefined): boolean {
  if (filter !== 'PermissionsBoundary' && policy.AttachmentCount > 0) return true;
  return filter !== 'PermissionsPolicy' && policy.PermissionsBoundaryUsageCount > 0;
}
