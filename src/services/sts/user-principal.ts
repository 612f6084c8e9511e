import { bug } from '#base';
import type { Caller, SessionPrincipal } from '#identity';

/** Whose session it is that a user or root gets for themselves, or for a federated user. */
export function userPrincipal({ kind, user }: Caller, federated: boolean): SessionPrincipal {
  if (kind === 'root') return { kind: 'root', federated };
  return { kind: 'user', userId: user?.id ?? bug('neither a user nor root'), federated };
}
