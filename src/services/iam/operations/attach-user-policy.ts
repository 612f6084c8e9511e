import type { AttachUserPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { attachPolicy } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html */
export function attachUserPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName: name = '', PolicyArn = '' }: AttachUserPolicyCommandInput, { accountId }) => {
    await attachPolicy({ kind: 'user', registry: directory.users, accountId, name }, PolicyArn, directory);
    return {};
  });
}
