import type { ListAttachedRolePoliciesCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { listAttached } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html */
export function listAttachedRolePolicies({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName: name = '', ...page }: ListAttachedRolePoliciesCommandInput, { accountId }) =>
    listAttached({ kind: 'role', registry: directory.roles, accountId, name }, page),
  );
}
