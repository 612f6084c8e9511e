import type { UpdateAccessKeyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import { accessKeyOf, accessKeyRefusalsWorded } from '../access-key-answers.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamedOrOwn } from '../own-user.ts';
import { isActive } from '../statuses.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html */
export function updateAccessKey({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName, AccessKeyId = '', Status }: UpdateAccessKeyCommandInput, context) => {
    const active = isActive(Status);
    const user = userNamedOrOwn(UserName, context, directory);
    const { id, accountId } = accessKeyOf(user, AccessKeyId, directory);
    const updating = directory.accessKeys.update(accountId, id, (key) => ({ ...key, active }));
    await accessKeyRefusalsWorded(id, updating);
    return {};
  });
}
