import type { ListPoliciesCommandInput, PolicyUsageType } from '@aws-sdk/client-iam';
import { type Attachments, policyArn } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { describePolicy } from '../policy-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html */
export function listPolicies({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: ListPoliciesCommandInput, { accountId }) => {
    const { Scope = 'All', PathPrefix = '/', OnlyAttached = false, PolicyUsageFilter } = input;
    const isWanted = (arn: string): boolean =>
      (!OnlyAttached && !PolicyUsageFilter) || isUsed(arn, accountId, directory.attachments, PolicyUsageFilter);
    const policies = [
      ...(Scope === 'AWS' ? [] : directory.policies.list(accountId, PathPrefix)),
      ...(Scope === 'Local' ? [] : directory.awsManagedPolicies().filter(({ path }) => path.startsWith(PathPrefix))),
    ]
      .map((policy) => ({ policy, arn: policyArn(policy) }))
      .filter(({ arn }) => isWanted(arn))
      .toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
    const { items, ...page } = pageOf(policies, ({ arn }) => arn, input);
    return { Policies: items.map(({ policy }) => describePolicy(policy, accountId, directory)), ...page };
  });
}

function isUsed(
  arn: string,
  accountId: string,
  attachments: Attachments,
  filter: PolicyUsageType | undefined,
): boolean {
  if (filter !== 'PermissionsBoundary' && attachments.count('policy', accountId, arn) > 0) return true;
  return filter !== 'PermissionsPolicy' && attachments.count('boundary', accountId, arn) > 0;
}
