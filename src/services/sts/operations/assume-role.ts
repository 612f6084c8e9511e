import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { type Caller, evaluate, type Identity, principalContext, principalOf, type Role, roleArn } from '#identity';
import { ApiError } from '#wire';
import { type CallContext, implement, type ImplementedOperation } from '../../service.ts';
import type { StsDependencies } from '../dependencies.ts';

const SESSION_SECONDS_DEFAULT = 3_600;
/** A session of a role that assumes another one: an hour at most. */
const CHAINED_SESSION_SECONDS_MAX = 3_600;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function assumeRole({ identity }: StsDependencies): ImplementedOperation {
  return implement(async (input: AssumeRoleCommandInput, context) => {
    const { RoleArn = '', RoleSessionName = '' } = input;
    refuseWhatIsNotThere(input);
    const role = identity.roles.byArn(RoleArn);
    // A role that is not there and one that says no are told alike.
    if (!role || !mayAssume(identity, role, input, context)) throw notAuthorized(context.caller, RoleArn);
    const durationSeconds = sessionSeconds(input.DurationSeconds, role, context.caller);
    const { credentials, caller } = identity.issueSession(role, RoleSessionName, durationSeconds);
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(credentials.expiresAtMs),
      },
      AssumedRoleUser: { AssumedRoleId: caller.userId, Arn: caller.arn },
    };
  });
}

/**
 * The trust policy names the caller: then that is enough within the account. Or it names the caller's account: then
 * the account's own policies for the caller decide too, as they always do between accounts. A deny counts anywhere.
 * (IAM User Guide, "Policy evaluation logic"; root is allowed everything in its account.)
 */
function mayAssume(
  identity: Pick<Identity, 'roles'>,
  role: Role,
  { ExternalId, RoleSessionName = '' }: AssumeRoleCommandInput,
  { caller, sourceIp, receivedAtMs, region }: CallContext,
): boolean {
  const request = {
    action: 'sts:AssumeRole',
    resource: roleArn(role),
    principal: principalOf(caller),
    context: {
      ...principalContext(caller),
      'sts:RoleSessionName': RoleSessionName,
      ...(ExternalId === undefined ? {} : { 'sts:ExternalId': ExternalId }),
      'aws:SourceIp': sourceIp.replace(/^::ffff:/, ''),
      'aws:CurrentTime': new Date(receivedAtMs).toISOString(),
      'aws:EpochTime': String(Math.floor(receivedAtMs / 1000)),
      'aws:RequestedRegion': region,
    },
  };
  const trust = [identity.roles.trustPolicyOf(role)];
  if (evaluate({ ...request, policies: trust }).decision !== 'allow') return false;
  const own = ownDecision(identity, caller, request);
  if (own === 'explicit-deny') return false;
  if (own === 'allow') return true;
  const named = evaluate({ ...request, policies: trust, accountMeansEveryone: false }).decision === 'allow';
  return named && caller.accountId === role.accountId;
}

function ownDecision(
  { roles }: Pick<Identity, 'roles'>,
  caller: Caller,
  request: Omit<Parameters<typeof evaluate>[0], 'policies'>,
): ReturnType<typeof evaluate>['decision'] {
  if (caller.kind === 'root') return 'allow';
  const role = caller.role && roles.byId(caller.role.id);
  return evaluate({ ...request, policies: role ? roles.inlinePoliciesOf(role) : [] }).decision;
}

function sessionSeconds(asked: number | undefined, role: Role, caller: Caller): number {
  const seconds = asked ?? SESSION_SECONDS_DEFAULT;
  if (caller.kind === 'assumed-role' && seconds > CHAINED_SESSION_SECONDS_MAX) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
  if (seconds > role.maxSessionSeconds) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  return seconds;
}

/** What would narrow or mark the session is refused rather than left out in silence. */
function refuseWhatIsNotThere(input: AssumeRoleCommandInput): void {
  if (input.Policy !== undefined || (input.PolicyArns?.length ?? 0) > 0) {
    throw validationError('Varve applies no session policies yet; assume the role without Policy and PolicyArns.');
  }
  if ((input.Tags?.length ?? 0) > 0 || (input.TransitiveTagKeys?.length ?? 0) > 0) {
    throw validationError('Varve keeps no session tags yet; assume the role without Tags and TransitiveTagKeys.');
  }
  if (input.SourceIdentity !== undefined || (input.ProvidedContexts?.length ?? 0) > 0) {
    throw validationError('Varve keeps no source identity yet; assume the role without SourceIdentity.');
  }
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
    throw new ApiError('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.', {
      status: 403,
    });
  }
}

function notAuthorized(caller: Caller, arn: string): ApiError {
  return new ApiError(
    'AccessDenied',
    `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    { status: 403 },
  );
}

function validationError(message: string): ApiError {
  return new ApiError('ValidationError', message, { status: 400 });
}
