import type { PutUserPolicyCommandInput } from '@aws-sdk/client-iam';
import { USER_POLICIES_CHARS_MAX as charsMax } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { withInlinePolicy } from '../inline-policies.ts';
import { userRefusalsWorded } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html */
export function putUserPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: PutUserPolicyCommandInput, { accountId }) => {
    const { UserName = '', PolicyName = '', PolicyDocument = '' } = input;
    const updating = directory.users.update(accountId, UserName, (user) =>
      withInlinePolicy(user, PolicyName, PolicyDocument, { kind: 'user', name: user.name, charsMax }),
    );
    await userRefusalsWorded(UserName, updating);
    return {};
  });
}
