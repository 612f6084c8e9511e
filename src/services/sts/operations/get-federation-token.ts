import type { GetFederationTokenCommandInput } from '@aws-sdk/client-sts';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { StsDependencies } from '../dependencies.ts';
import { userSessionSeconds } from '../durations.ts';
import { refuseSessions } from '../errors.ts';
import { newSession } from '../new-session.ts';
import { readSessionPolicies } from '../session-policies.ts';
import { joinTags, keptTags } from '../session-tags.ts';
import { userPrincipal } from '../user-principal.ts';

const NONE = { tags: [], transitiveTagKeys: [] } as const;

/**
 * The federated user may do what both the caller's policies and those of the request allow: nothing without the latter.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
 */
export function getFederationToken({ identity }: StsDependencies): ImplementedOperation {
  return implement(async (input: GetFederationTokenCommandInput, { caller }) => {
    refuseSessions(caller, 'GetFederationToken', 'all');
    const { Name = '' } = input;
    const { accountId } = caller;
    const policies = readSessionPolicies(input, accountId, identity.directory);
    const { tags } = joinTags({ tags: keptTags(input.Tags), transitiveTagKeys: [] }, NONE);
    const session = newSession(
      identity,
      { accountId, principal: userPrincipal(caller, true), name: Name, ...policies, tags },
      userSessionSeconds(input.DurationSeconds, caller),
      input.MinimumSessionTokenSize,
    );
    return {
      ...session,
      FederatedUser: {
        FederatedUserId: `${accountId}:${Name}`,
        Arn: `arn:aws:sts::${accountId}:federated-user/${Name}`,
      },
    };
  });
}
