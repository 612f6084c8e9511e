import type { Caller } from '#identity';
import type { UserIdentity } from '#records';

/** Who called, as CloudTrail tells it. (CloudTrail User Guide, "CloudTrail userIdentity element".) */
export function userIdentityOf(caller: Caller): UserIdentity {
  return { type: 'Unknown', principalId: caller.userId, arn: caller.arn, accountId: caller.accountId };
}

/** Of a call that a service of AWS makes on its own, such as Bedrock writing to a bucket. */
export function serviceIdentity(servicePrincipal: string): UserIdentity {
  return { type: 'AWSService', invokedBy: servicePrincipal };
}
