import type { DetachUserPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { detachPolicy } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html */
export function detachUserPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName: name = '', PolicyArn = '' }: DetachUserPolicyCommandInput, { accountId }) => {
    await detachPolicy({ kind: 'user', registry: directory.users, accountId, name }, PolicyArn);
    return {};
  });
}
