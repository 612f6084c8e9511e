import type { ListUserPoliciesCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { inlinePolicyNames } from '../inline-policies.ts';
import { userNamed } from '../own-user.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html */
export function listUserPolicies({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', Marker, MaxItems }: ListUserPoliciesCommandInput, { accountId }) => {
    const user = userNamed(UserName, accountId, directory);
    const { items, ...page } = inlinePolicyNames(user, { Marker, MaxItems });
    return { PolicyNames: items, ...page };
  });
}
