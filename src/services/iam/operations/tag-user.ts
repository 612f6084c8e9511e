import type { TagUserCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { mergeTags, readTags } from '../tags.ts';
import { userRefusalsWorded } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html */
export function tagUser({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', Tags }: TagUserCommandInput, { accountId }) => {
    const added = readTags(Tags);
    const updating = directory.users.update(accountId, UserName, (user) => ({
      ...user,
      tags: mergeTags(user.tags, added, 'TagsPerUser'),
    }));
    await userRefusalsWorded(UserName, updating);
    return {};
  });
}
