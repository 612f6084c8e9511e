import type { DeleteUserPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { withoutInlinePolicy } from '../inline-policies.ts';
import { noSuchUserPolicy, userRefusalsWorded } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html */
export function deleteUserPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', PolicyName = '' }: DeleteUserPolicyCommandInput, { accountId }) => {
    const updating = directory.users.update(accountId, UserName, (user) => {
      const without = withoutInlinePolicy(user, PolicyName);
      if (!without) throw noSuchUserPolicy(PolicyName);
      return without;
    });
    await userRefusalsWorded(UserName, updating);
    return {};
  });
}
