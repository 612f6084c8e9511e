import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { StsDependencies } from '../dependencies.ts';
import { roleSessionSeconds } from '../durations.ts';
import { notAuthorized, refuseSecondFactor, validationError } from '../errors.ts';
import { newSession } from '../new-session.ts';
import { readSessionPolicies } from '../session-policies.ts';
import { inheritedTags, joinTags, keptTags } from '../session-tags.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function assumeRole({ identity }: StsDependencies): ImplementedOperation {
  return implement(async (input: AssumeRoleCommandInput, { caller }) => {
    const { RoleArn = '', RoleSessionName = '', TransitiveTagKeys = [], SourceIdentity } = input;
    if ((input.ProvidedContexts?.length ?? 0) > 0) {
      throw validationError('Varve knows no context providers; assume the role without ProvidedContexts.');
    }
    refuseSecondFactor(input);
    // Whether the caller may was judged before (`authorization.ts`); a role that is not there may be assumed by nobody,
    // and federated users may assume none.
    const role = identity.directory.roleByArn(RoleArn);
    if (!role || caller.kind === 'federated-user') throw notAuthorized(caller, 'sts:AssumeRole', RoleArn);
    const durationSeconds = roleSessionSeconds(input.DurationSeconds, role, caller);
    const policies = readSessionPolicies(input, role.accountId, identity.directory);
    const asked = { tags: keptTags(input.Tags), transitiveTagKeys: TransitiveTagKeys };
    const tags = joinTags(asked, inheritedTags(caller));
    const inheritedSource = caller.session?.sourceIdentity;
    // Once set it stays for the whole chain.
    if (inheritedSource !== undefined && SourceIdentity !== undefined && SourceIdentity !== inheritedSource) {
      throw notAuthorized(caller, 'sts:SetSourceIdentity', RoleArn);
    }
    const sourceIdentity = SourceIdentity ?? inheritedSource;
    const session = newSession(
      identity,
      {
        accountId: role.accountId,
        principal: { kind: 'role', roleId: role.id },
        name: RoleSessionName,
        ...policies,
        ...tags,
        sourceIdentity,
      },
      durationSeconds,
      input.MinimumSessionTokenSize,
    );
    return {
      ...session,
      AssumedRoleUser: {
        AssumedRoleId: `${role.id}:${RoleSessionName}`,
        Arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${RoleSessionName}`,
      },
      SourceIdentity: sourceIdentity,
    };
  });
}
