import type { AttachRolePolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { attachPolicy } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html */
export function attachRolePolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ RoleName: name = '', PolicyArn = '' }: AttachRolePolicyCommandInput, { accountId }) => {
    await attachPolicy({ kind: 'role', registry: directory.roles, accountId, name }, PolicyArn, directory);
    return {};
  });
}
