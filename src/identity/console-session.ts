import type { Session, SessionPrincipal } from './session-tokens.ts';
import type { Caller } from './types.ts';

/** As long as a session of AWS's console; one of temporary credentials ends with those. Seconds. */
const CONSOLE_SESSION_SECONDS = 12 * 3_600;

/**
 * The session that whoever signs in to the console works with: the same principal with the same limits, marked so that its
 * calls tell in the audit trail where they come from (`sessionCredentialFromConsole`).
 * @returns undefined for callers who are nobody of this server: federated users and bearers of foreign tokens
 */
export function consoleSession(
  caller: Caller,
  nowMs: number,
): { readonly session: Omit<Session, 'issuedAtMs' | 'expiresAtMs'>; readonly seconds: number } | undefined {
  const principal = principalOf(caller);
  if (!principal || caller.bearer !== undefined) return undefined;
  const { accountId, session: own } = caller;
  const leftSeconds = own ? Math.floor((own.expiresAtMs - nowMs) / 1000) : CONSOLE_SESSION_SECONDS;
  return {
    session: {
      accountId,
      principal,
      name: own?.name ?? '',
      ...(own && {
        policy: own.policy,
        policyArns: own.policyArns,
        tags: own.tags,
        transitiveTagKeys: own.transitiveTagKeys,
        sourceIdentity: own.sourceIdentity,
        ...(own.webIdentity && { webIdentity: own.webIdentity }),
      }),
      fromConsole: true,
    },
    seconds: Math.max(1, Math.min(leftSeconds, CONSOLE_SESSION_SECONDS)),
  };
}

function principalOf({ kind, role, user }: Caller): SessionPrincipal | undefined {
  if (kind === 'root') return { kind: 'root', federated: false };
  if (kind === 'user' && user) return { kind: 'user', userId: user.id, federated: false };
  return kind === 'assumed-role' && role ? { kind: 'role', roleId: role.id } : undefined;
}
