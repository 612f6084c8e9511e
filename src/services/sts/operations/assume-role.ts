import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { Caller, Role } from '#identity';
import { ApiError } from '#wire';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { StsDependencies } from '../dependencies.ts';

const SESSION_SECONDS_DEFAULT = 3_600;
/** A session of a role that assumes another one: an hour at most. */
const CHAINED_SESSION_SECONDS_MAX = 3_600;

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function assumeRole({ identity }: StsDependencies): ImplementedOperation {
  return implement(async (input: AssumeRoleCommandInput, context) => {
    const { RoleArn = '', RoleSessionName = '' } = input;
    refuseWhatIsNotThere(input);
    // Whether the caller may was judged before (`authorization.ts`); a role that is not there may be assumed by nobody.
    const role = identity.directory.roleByArn(RoleArn);
    if (!role) throw notAuthorized(context.caller, RoleArn);
    const durationSeconds = sessionSeconds(input.DurationSeconds, role, context.caller);
    const { credentials } = identity.issueSession(
      { accountId: role.accountId, principal: { kind: 'role', roleId: role.id }, name: RoleSessionName },
      durationSeconds,
    );
    return {
      Credentials: {
        AccessKeyId: credentials.accessKeyId,
        SecretAccessKey: credentials.secretAccessKey,
        SessionToken: credentials.sessionToken,
        Expiration: new Date(credentials.expiresAtMs),
      },
      AssumedRoleUser: {
        AssumedRoleId: `${role.id}:${RoleSessionName}`,
        Arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${RoleSessionName}`,
      },
    };
  });
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
