import type { DetachGroupPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { detachPolicy } from '../holders.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html */
export function detachGroupPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ GroupName: name = '', PolicyArn = '' }: DetachGroupPolicyCommandInput, { accountId }) => {
    await detachPolicy({ kind: 'group', registry: directory.groups, accountId, name }, PolicyArn);
    return {};
  });
}
