import type { DeleteAccessKeyCommandInput } from '@aws-sdk/client-iam';
import { implement, type ImplementedOperation } from '../../service.ts';
import { accessKeyOf, accessKeyRefusalsWorded } from '../access-key-answers.ts';
import type { IamDependencies } from '../dependencies.ts';
import { userNamedOrOwn } from '../own-user.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html */
export function deleteAccessKey({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async ({ UserName, AccessKeyId = '' }: DeleteAccessKeyCommandInput, context) => {
    const user = userNamedOrOwn(UserName, context, directory);
    const { id, accountId } = accessKeyOf(user, AccessKeyId, directory);
    await accessKeyRefusalsWorded(id, directory.accessKeys.delete(accountId, id));
    return {};
  });
}
