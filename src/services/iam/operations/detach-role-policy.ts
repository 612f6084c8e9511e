import type { DetachRolePolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { detachPolicy } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html */
export function detachRolePolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName: name = '', PolicyArn = '' }: DetachRolePolicyCommandInput, { accountId }) => {
    await detachPolicy({ kind: 'role', registry: directory.roles, accountId, name }, PolicyArn);
    return {};
  });
}
