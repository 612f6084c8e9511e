/**
 * Who called, as CloudTrail tells it. Keys stand in the order of real records.
 * (CloudTrail User Guide, "CloudTrail userIdentity element"; specs: cloudtrail.md §1.2.)
 */
import type { Caller, CallerSession } from '#identity';
import type { AuditMembers, UserIdentity } from '#records';

export function userIdentityOf(caller: Caller): UserIdentity {
  switch (caller.kind) {
    case 'root':
      return { type: 'Root', ...principal(caller), ...withSession(caller) };
    case 'user':
      return {
        type: 'IAMUser',
        ...principal(caller),
        ...(caller.user && { userName: caller.user.name }),
        ...withSession(caller),
      };
    case 'assumed-role':
      return { type: 'AssumedRole', ...principal(caller), ...withSession(caller, roleIssuer(caller)) };
    case 'federated-user':
      return { type: 'FederatedUser', ...principal(caller), ...withSession(caller, federatingIssuer(caller)) };
    case 'web-identity':
      return webIdentityUser(caller);
    case 'anonymous':
      return { type: 'AWSAccount', principalId: '', accountId: 'anonymous' };
    default:
      return caller.kind satisfies never;
  }
}

/** Of a call that a service of AWS makes on its own, such as Bedrock writing to a bucket. */
export function serviceIdentity(servicePrincipal: string): UserIdentity {
  return { type: 'AWSService', invokedBy: servicePrincipal };
}

/** A caller as the account sees it whose things another account asked for: it learns neither names nor keys. */
export function foreignIdentityOf(caller: Caller): UserIdentity {
  if (caller.kind === 'anonymous' || caller.kind === 'web-identity') return userIdentityOf(caller);
  return { type: 'AWSAccount', principalId: caller.userId, accountId: caller.accountId };
}

/** What `additionalEventData` tells of the caller: that a Bedrock API key was used instead of a signature. */
export function additionalOf({ bearer }: Caller): AuditMembers | undefined {
  return bearer && { callWithBearerToken: true };
}

/** The same text only for callers whom everything here tells alike. */
export function identityKeyOf(caller: Caller): string {
  const { kind, accountId, arn, userId, accessKeyId, user, role, session, webIdentity, bearer } = caller;
  const key = `${kind} ${accountId} ${arn} ${userId} ${accessKeyId} ${bearer ?? ''}`;
  if (!session && (kind === 'root' || kind === 'user')) return `${key} ${user?.name ?? ''}`;
  const { issuedAtMs, sourceIdentity, fromConsole, webIdentity: federated } = session ?? {};
  return JSON.stringify([key, user, role, issuedAtMs, sourceIdentity, fromConsole, federated, webIdentity]);
}

/** Of a Bedrock API key, which has no access key, the readable part stands for it: events can be found by it. */
function principal({ userId, arn, accountId, accessKeyId }: Caller): Omit<UserIdentity, 'type'> {
  return { principalId: userId, arn, accountId, accessKeyId };
}

/** For temporary credentials. There is no second factor here, so none was present. */
function withSession({ accountId, session }: Caller, sessionIssuer?: AuditMembers): Partial<UserIdentity> {
  if (!session) return {};
  const { sourceIdentity } = session;
  return {
    sessionContext: {
      ...(sessionIssuer && { sessionIssuer }),
      ...webIdFederationData(accountId, session),
      attributes: { creationDate: creationDate(session.issuedAtMs), mfaAuthenticated: 'false' },
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    },
  };
}

function roleIssuer({ accountId, role }: Caller): AuditMembers | undefined {
  return role && { type: 'Role', principalId: role.id, arn: role.arn, accountId, userName: role.name };
}

/** Who called GetFederationToken: a user, or root. */
function federatingIssuer({ accountId, user }: Caller): AuditMembers {
  return user
    ? { type: 'IAMUser', principalId: user.id, arn: user.arn, accountId, userName: user.name }
    : { type: 'Root', principalId: accountId, arn: `arn:aws:iam::${accountId}:root`, accountId };
}

function webIdFederationData(accountId: string, { webIdentity }: CallerSession): AuditMembers {
  if (!webIdentity) return {};
  const federatedProvider = `arn:aws:iam::${accountId}:oidc-provider/${webIdentity.issuer}`;
  return { webIdFederationData: { federatedProvider, attributes: {} } };
}

/**
 * The bearer of another issuer's token; there is nothing else yet to know them by. Of configured providers real records have
 * the ARN, not the issuer's name alone.
 */
function webIdentityUser({ arn, userId, webIdentity }: Caller): UserIdentity {
  if (!webIdentity) return { type: 'WebIdentityUser', principalId: userId, identityProvider: arn };
  const { audience, subject } = webIdentity;
  return {
    type: 'WebIdentityUser',
    principalId: `${arn}:${audience}:${subject}`,
    userName: subject,
    identityProvider: arn,
  };
}

function creationDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
