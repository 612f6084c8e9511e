import type { GetAccessKeyInfoCommandInput } from '@aws-sdk/client-sts';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { StsDependencies } from '../dependencies.ts';
import { refuseSessions, validationError } from '../errors.ts';

/**
 * The account of a root's or user's key of this server. AWS reads the account out of the key id; ids of sessions hold none
 * here, so of those the caller's own is the only one known.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
 */
export function getAccessKeyInfo({ identity }: StsDependencies): ImplementedOperation {
  return implement(async ({ AccessKeyId = '' }: GetAccessKeyInfoCommandInput, { caller }) => {
    refuseSessions(caller, 'GetAccessKeyInfo', 'not of roles');
    const account =
      identity.accounts.byAccessKeyId(AccessKeyId)?.id ??
      identity.directory.accessKeys.byId(AccessKeyId)?.accountId ??
      (caller.accessKeyId === AccessKeyId ? caller.accountId : undefined);
    if (account === undefined) throw validationError('Invalid Access Key ID');
    return { Account: account };
  });
}
