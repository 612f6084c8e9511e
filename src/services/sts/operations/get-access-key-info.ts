import type { GetAccessKeyInfoCommandInput } from '@aws-sdk/client-sts';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { StsDependencies } from '../dependencies.ts';

/**
 * The account of a root key of this server. AWS reads the account out of the key id; ids of sessions hold none here.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
 */
export function getAccessKeyInfo({ identity }: StsDependencies): ImplementedOperation {
  return implement(async ({ AccessKeyId = '' }: GetAccessKeyInfoCommandInput) => {
    const account = identity.accounts.byAccessKeyId(AccessKeyId);
    if (!account) throw new ApiError('ValidationError', 'Invalid Access Key ID', { status: 400 });
    return { Account: account.id };
  });
}
