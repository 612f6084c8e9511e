import type { Caller } from '#identity';
import type { AuditMembers, UserIdentity } from '#records';

/** Who called, as CloudTrail tells it. (CloudTrail User Guide, "CloudTrail userIdentity element".) */
export function userIdentityOf(caller: Caller): UserIdentity {
  return { type: 'Unknown', principalId: caller.userId, arn: caller.arn, accountId: caller.accountId };
}

/** Of a call that a service of AWS makes on its own, such as Bedrock writing to a bucket. */
export function serviceIdentity(servicePrincipal: string): UserIdentity {
  return { type: 'AWSService', invokedBy: servicePrincipal };
}

/** What the event tells besides: that a Bedrock API key was used. */
export function additionalOf({ bearer }: Caller): AuditMembers | undefined {
  return bearer === undefined ? undefined : { callWithBearerToken: true };
}

/** Who called, as the account hears it whose thing was asked for. */
export function foreignIdentityOf({ accountId, userId }: Caller): UserIdentity {
  return { type: 'AWSAccount', principalId: userId, accountId };
}
