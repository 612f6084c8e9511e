import type { GetAccessKeyLastUsedCommandInput } from '@aws-sdk/client-iam';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html */
export function getAccessKeyLastUsed({ identity }: IamDependencies): ImplementedOperation {
  const { directory, accounts } = identity;
  return implement(async ({ AccessKeyId = '' }: GetAccessKeyLastUsedCommandInput, { accountId, caller }) => {
    const key = directory.accessKeys.byId(AccessKeyId);
    const owner = key ? key.accountId : accounts.byAccessKeyId(AccessKeyId)?.id;
    if (owner !== accountId) {
      // AWS says the same of keys that are nowhere and of keys of others (recorded in 2026).
      const message = `User: ${caller.arn} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key ${AccessKeyId}`;
      throw new ApiError('AccessDenied', message, { status: 403 });
    }
    const use = identity.lastKeyUse(AccessKeyId);
    return {
      // Root's key has no user.
      UserName: key && directory.users.byId(key.userId)?.name,
      AccessKeyLastUsed: use
        ? { LastUsedDate: new Date(use.atMs), ServiceName: use.service, Region: use.region }
        : { ServiceName: 'N/A', Region: 'N/A' },
    };
  });
}
