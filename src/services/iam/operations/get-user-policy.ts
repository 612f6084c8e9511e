import type { GetUserPolicyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { inlinePolicyOf } from '../inline-policies.ts';
import { userNamed } from '../own-user.ts';
import { encodeDocument } from '../role-answers.ts';
import { noSuchUserPolicy } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html */
export function getUserPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', PolicyName = '' }: GetUserPolicyCommandInput, { accountId }) => {
    const user = userNamed(UserName, accountId, directory);
    const document = inlinePolicyOf(user, PolicyName);
    if (document === undefined) throw noSuchUserPolicy(PolicyName);
    return { UserName: user.name, PolicyName, PolicyDocument: encodeDocument(document) };
  });
}
