import type { GetSessionTokenCommandInput } from '@aws-sdk/client-sts';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { StsDependencies } from '../dependencies.ts';
import { userSessionSeconds } from '../durations.ts';
import { refuseSecondFactor, refuseSessions } from '../errors.ts';
import { newSession } from '../new-session.ts';
import { userPrincipal } from '../user-principal.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
export function getSessionToken({ identity }: StsDependencies): ImplementedOperation {
  return implement(async (input: GetSessionTokenCommandInput, { caller }) => {
    refuseSessions(caller, 'GetSessionToken', 'all');
    refuseSecondFactor(input);
    const { PackedPolicySize: _, ...session } = newSession(
      identity,
      { accountId: caller.accountId, principal: userPrincipal(caller, false), name: '' },
      userSessionSeconds(input.DurationSeconds, caller),
      input.MinimumSessionTokenSize,
    );
    return session;
  });
}
