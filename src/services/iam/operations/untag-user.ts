import type { UntagUserCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { withoutTags } from '../tags.ts';
import { userRefusalsWorded } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagUser.html */
export function untagUser({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', TagKeys = [] }: UntagUserCommandInput, { accountId }) => {
    const updating = directory.users.update(accountId, UserName, (user) => ({
      ...user,
      tags: withoutTags(user.tags, TagKeys),
    }));
    await userRefusalsWorded(UserName, updating);
    return {};
  });
}
