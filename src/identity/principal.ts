import type { RequestPrincipal } from './policy/index.ts';
import type { Caller } from './types.ts';

/** A caller as Principal elements name them. */
export function principalOf(caller: Caller): RequestPrincipal {
  return { type: 'AWS', accountId: caller.accountId, arn: caller.arn, roleArn: caller.role?.arn };
}

/** The global condition keys that tell of the caller. (IAM User Guide, "AWS global condition context keys".) */
export function principalContext(caller: Caller): Record<string, string> {
  return {
    // For sessions the key holds the role, not the session.
    'aws:PrincipalArn': caller.role?.arn ?? caller.arn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalType': PRINCIPAL_TYPES[caller.kind],
    'aws:userid': caller.userId,
    ...(caller.kind === 'user' && caller.user ? { 'aws:username': caller.user.name } : {}),
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
  };
}

const PRINCIPAL_TYPES = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
  anonymous: 'Anonymous',
} as const;

/** The condition keys of a call that a service makes on behalf of a resource. (IAM User Guide, "The confused deputy problem".) */
export function serviceContext(sourceAccountId: string, sourceArn: string): Record<string, string> {
  return { 'aws:SourceAccount': sourceAccountId, 'aws:SourceArn': sourceArn, 'aws:PrincipalIsAWSService': 'true' };
}
