import type { ListAccessKeysCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import { describeAccessKey } from '../access-key-answers.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamedOrOwn } from '../own-user.ts';
import { pageOf } from '../paging.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html */
export function listAccessKeys({ identity: { directory, accounts } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName, Marker, MaxItems }: ListAccessKeysCommandInput, context) => {
    const { caller, accountId } = context;
    if (UserName === undefined && caller.kind === 'root') {
      // From the configuration, which keeps no date.
      const AccessKeyId = accounts.byId(accountId)?.rootAccessKeyId;
      return { AccessKeyMetadata: [{ AccessKeyId, Status: 'Active', CreateDate: new Date(0) }], IsTruncated: false };
    }
    const user = userNamedOrOwn(UserName, context, directory);
    const { items, ...page } = pageOf(directory.accessKeysOfUser(user.id), (key) => key.id, { Marker, MaxItems });
    return { AccessKeyMetadata: items.map((key) => describeAccessKey(key, user)), ...page };
  });
}
