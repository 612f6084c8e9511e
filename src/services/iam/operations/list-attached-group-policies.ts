import type { ListAttachedGroupPoliciesCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { listAttached } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html */
export function listAttachedGroupPolicies({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName: name = '', ...page }: ListAttachedGroupPoliciesCommandInput, { accountId }) =>
    listAttached({ kind: 'group', registry: directory.groups, accountId, name }, page),
  );
}
