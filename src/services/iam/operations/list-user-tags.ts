import type { ListUserTagsCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamed } from '../own-user.ts';
import { pageOf } from '../paging.ts';
import { describeUserTags } from '../user-answers.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html */
export function listUserTags({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName = '', Marker, MaxItems }: ListUserTagsCommandInput, { accountId }) => {
    const user = userNamed(UserName, accountId, directory);
    const tags = describeUserTags(user).toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
    const { items, ...page } = pageOf(tags, (tag) => tag.Key, { Marker, MaxItems });
    return { Tags: items, ...page };
  });
}
