import type { ListAttachedUserPoliciesCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { listAttached } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html */
export function listAttachedUserPolicies({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName: name = '', ...page }: ListAttachedUserPoliciesCommandInput, { accountId }) =>
    listAttached({ kind: 'user', registry: directory.users, accountId, name }, page),
  );
}
