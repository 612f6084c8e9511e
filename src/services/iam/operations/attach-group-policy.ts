import type { AttachGroupPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { attachPolicy } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html */
export function attachGroupPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName: name = '', PolicyArn = '' }: AttachGroupPolicyCommandInput, { accountId }) => {
    await attachPolicy({ kind: 'group', registry: directory.groups, accountId, name }, PolicyArn, directory);
    return {};
  });
}
