import type { Directory, Tag } from './directory/index.ts';
import type { RequestPrincipal } from './policy/index.ts';
import type { Caller } from './types.ts';

/** A caller as Principal elements name them. */
export function principalOf(caller: Caller): RequestPrincipal {
  if (caller.kind === 'web-identity') return { type: 'Federated', name: caller.arn };
  if (caller.kind === 'anonymous') return { type: 'anonymous' };
  const userArn = caller.kind === 'federated-user' ? caller.user?.arn : undefined;
  return { type: 'AWS', accountId: caller.accountId, arn: caller.arn, roleArn: caller.role?.arn, userArn };
}

/**
 * The global condition keys that tell of the caller, and those of the OpenID Connect provider behind the session.
 * (IAM User Guide, "AWS global condition context keys" and "IAM and AWS STS condition context keys".)
 */
export function principalContext(caller: Caller, directory: Directory): Record<string, string> {
  // It has no keys of its own: its token's are added by who has checked it.
  if (caller.kind === 'web-identity') return {};
  return {
    // For sessions the key holds the role, not the session.
    'aws:PrincipalArn': caller.role?.arn ?? caller.arn,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalType': PRINCIPAL_TYPES[caller.kind],
    'aws:userid': caller.userId,
    ...(caller.kind === 'user' && caller.user ? { 'aws:username': caller.user.name } : {}),
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    ...principalTags(caller, directory),
    ...sessionContext(caller),
  };
}

const PRINCIPAL_TYPES = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
  anonymous: 'Anonymous',
} as const;

/** The tags of the role or user, and over them those of the session; keys are the same without regard to case. */
function principalTags({ role, user, session }: Caller, directory: Directory): Record<string, string> {
  const own = role ? directory.roles.byId(role.id)?.tags : user && directory.users.byId(user.id)?.tags;
  const ofSession = session?.tags ?? [];
  if (ofSession.length === 0) return tagContext(own ?? []);
  const overridden = new Set(ofSession.map(({ key }) => key.toLowerCase()));
  return {
    ...tagContext((own ?? []).filter(({ key }) => !overridden.has(key.toLowerCase()))),
    ...tagContext(ofSession),
  };
}

function tagContext(tags: readonly Tag[]): Record<string, string> {
  return tags.length === 0 ? {} : Object.fromEntries(tags.map(({ key, value }) => [`aws:PrincipalTag/${key}`, value]));
}

/** What only temporary credentials have. There is no second factor here, so none was present. */
function sessionContext({ accountId, session }: Caller): Record<string, string> {
  if (!session) return {};
  const context: Record<string, string> = {
    'aws:TokenIssueTime': new Date(session.issuedAtMs).toISOString(),
    'aws:MultiFactorAuthPresent': 'false',
  };
  if (session.sourceIdentity !== undefined) context['aws:SourceIdentity'] = session.sourceIdentity;
  if (session.webIdentity) {
    const { issuer, subject, audience } = session.webIdentity;
    context['aws:FederatedProvider'] = `arn:aws:iam::${accountId}:oidc-provider/${issuer}`;
    context[`${issuer}:sub`] = subject;
    context[`${issuer}:aud`] = audience;
  }
  return context;
}

/** The condition keys of a call that a service makes on behalf of a resource. (IAM User Guide, "The confused deputy problem".) */
export function serviceContext(sourceAccountId: string, sourceArn: string): Record<string, string> {
  return { 'aws:SourceAccount': sourceAccountId, 'aws:SourceArn': sourceArn, 'aws:PrincipalIsAWSService': 'true' };
}
