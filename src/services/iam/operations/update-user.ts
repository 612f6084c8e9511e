import type { UpdateUserCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userRefusalsWorded } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html */
export function updateUser({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', NewUserName, NewPath }: UpdateUserCommandInput, { accountId }) => {
    const updating = directory.users.update(accountId, UserName, (user) => ({
      ...user,
      name: NewUserName ?? user.name,
      path: NewPath ?? user.path,
    }));
    await userRefusalsWorded(UserName, updating, NewUserName);
    return {};
  });
}
