import type { GetUserCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamedOrOwn } from '../own-user.ts';
import { describeWholeUser } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html */
export function getUser({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName }: GetUserCommandInput, context) => {
    const { caller } = context;
    if (UserName === undefined && caller.kind === 'root') {
      // Nobody keeps when an account was made; clients want a date.
      return { User: { UserId: caller.accountId, Arn: caller.arn, CreateDate: new Date(0) } };
    }
    return { User: describeWholeUser(userNamedOrOwn(UserName, context, directory)) };
  });
}
