import type { GetCallerIdentityCommandInput } from '@aws-sdk/client-sts';
import { implement, type ImplementedOperation } from '../../service.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
export function getCallerIdentity(): ImplementedOperation {
  return implement(async (_input: GetCallerIdentityCommandInput, { caller }) => ({
    UserId: caller.userId,
    Account: caller.accountId,
    Arn: caller.arn,
  }));
}
