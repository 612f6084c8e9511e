import type { AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts';
import {
  type Caller,
  issuerName,
  type OidcProvider,
  oidcProviderArn,
  type RequestContext,
  type Role,
  type WebIdentity,
  WebIdentityFailure,
} from '#identity';
import { type CallContext, implement, type ImplementedOperation } from '../../service.ts';
import type { StsDependencies } from '../dependencies.ts';
import { roleSessionSeconds } from '../durations.ts';
import { validationError } from '../errors.ts';
import { newSession } from '../new-session.ts';
import { roleSessionNeeds } from '../role-needs.ts';
import { readSessionPolicies } from '../session-policies.ts';
import { joinTags, type SessionTags } from '../session-tags.ts';
import { noProvider, webIdentityError, webIdentityNotAuthorized } from '../web-identity-errors.ts';

const NONE = { tags: [], transitiveTagKeys: [] } as const;

/**
 * An unsigned call: the token is checked first, then the role's trust policy says whether its bearer may.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export function assumeRoleWithWebIdentity({ identity, webIdentities }: StsDependencies): ImplementedOperation {
  return implement(async (input: AssumeRoleWithWebIdentityCommandInput, context) => {
    const { RoleArn = '', RoleSessionName = '', WebIdentityToken = '' } = input;
    if (input.ProviderId !== undefined) {
      throw validationError('Varve takes tokens of OpenID Connect providers only; call without ProviderId.');
    }
    const issuer = await worded(context, async () => webIdentities.claimedIssuer(WebIdentityToken));
    const role = identity.directory.roleByArn(RoleArn);
    if (!role) throw webIdentityNotAuthorized();
    const provider = identity.directory.oidcProviders.get(role.accountId, issuerName(issuer));
    if (provider?.url !== issuer) throw noProvider(issuer);
    const bearer = await worded(context, () => webIdentities.verify(WebIdentityToken, provider));
    const tags = joinTags(bearer, NONE);
    authorize({ RoleArn, RoleSessionName }, bearer, tags, provider, context);
    const durationSeconds = roleSessionSeconds(input.DurationSeconds, role, undefined);
    const policies = readSessionPolicies(input, role.accountId, identity.directory);
    const session = newSession(
      identity,
      {
        accountId: role.accountId,
        principal: { kind: 'role', roleId: role.id },
        name: RoleSessionName,
        ...policies,
        ...tags,
        sourceIdentity: bearer.sourceIdentity,
        webIdentity: { issuer: provider.name, subject: bearer.subject, audience: bearer.audience },
      },
      durationSeconds,
      input.MinimumSessionTokenSize,
    );
    return {
      ...session,
      SubjectFromWebIdentityToken: bearer.subject,
      AssumedRoleUser: assumedRoleUser(role, RoleSessionName),
      Provider: oidcProviderArn(provider),
      Audience: bearer.audience,
      SourceIdentity: bearer.sourceIdentity,
    };
  });
}

/** @throws {ApiError} AccessDenied unless the role's trust policy allows all that the session is to have */
function authorize(
  { RoleArn, RoleSessionName }: { RoleArn: string; RoleSessionName: string },
  bearer: WebIdentity,
  tags: SessionTags,
  provider: OidcProvider,
  { may }: CallContext,
): void {
  const needs = roleSessionNeeds({
    action: 'sts:AssumeRoleWithWebIdentity',
    roleArn: RoleArn,
    sessionName: RoleSessionName,
    tags,
    sourceIdentity: bearer.sourceIdentity,
    context: claimContext(bearer, provider),
  });
  for (const need of needs) {
    if (may(need, webIdentityCaller(bearer, provider)).effect !== 'allow') throw webIdentityNotAuthorized(need.action);
  }
}

function webIdentityCaller({ subject, audience }: WebIdentity, provider: OidcProvider): Caller {
  const { accountId, name } = provider;
  return {
    kind: 'web-identity',
    accountId,
    arn: oidcProviderArn(provider),
    userId: `${name}:${audience}:${subject}`,
    accessKeyId: '',
    webIdentity: { issuer: name, subject, audience },
  };
}

/** (IAM User Guide, "Available keys for AWS OIDC federation".) */
function claimContext(bearer: WebIdentity, provider: OidcProvider): RequestContext {
  const { name } = provider;
  return {
    [`${name}:sub`]: bearer.subject,
    [`${name}:aud`]: bearer.audience,
    ...(bearer.originalAudiences.length > 0 ? { [`${name}:oaud`]: bearer.originalAudiences } : {}),
    ...(bearer.methods.length > 0 ? { [`${name}:amr`]: bearer.methods } : {}),
    'aws:FederatedProvider': oidcProviderArn(provider),
  };
}

function assumedRoleUser(role: Role, sessionName: string): { AssumedRoleId: string; Arn: string } {
  return {
    AssumedRoleId: `${role.id}:${sessionName}`,
    Arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
  };
}

/** Puts the refusal of a token into STS's words. */
async function worded<T>({ receivedAtMs }: CallContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof WebIdentityFailure ? webIdentityError(error, receivedAtMs) : error;
  }
}
