import type { Directory, User } from '../directory/index.ts';
import { parsePolicy } from '../policy/index.ts';
import type { Caller, CallerSession } from '../types.ts';
import type { AttachedPolicy, CallerPolicies } from './types.ts';

/** Parsed inline session policies by their text; a session asks again and again. */
const SESSION_POLICIES_MAX = 1_000;
const parsed = new Map<string, AttachedPolicy>();

/** The policies that speak of a caller, as the directory has them now. */
export function policiesOfCaller(caller: Caller, directory: Directory): CallerPolicies {
  const session = sessionPolicies(caller, directory);
  if (caller.role) {
    const role = directory.roles.byId(caller.role.id);
    // It was there when the caller was resolved; deleted since, it allows nothing.
    if (!role) return { identity: [], boundary: [], session };
    return { identity: directory.policiesOf(role), boundary: boundaryOf(role.boundaryArn, directory), session };
  }
  if (caller.user) {
    const user = directory.users.byId(caller.user.id);
    if (!user) return { identity: [], boundary: [], session };
    return { identity: policiesOfUser(user, directory), boundary: boundaryOf(user.boundaryArn, directory), session };
  }
  if (caller.kind === 'root' || caller.kind === 'federated-user') {
    return { identity: 'everything', boundary: undefined, session };
  }
  return { identity: [], boundary: undefined, session };
}

/** A user's own policies and those of their groups. */
export function policiesOfUser(user: User, directory: Directory): readonly AttachedPolicy[] {
  const own = directory.policiesOf(user);
  if (user.groupIds.length === 0) return own;
  const ofGroups = user.groupIds.flatMap((id) => {
    const group = directory.groups.byId(id);
    return group ? directory.policiesOf(group) : [];
  });
  return [...own, ...ofGroups];
}

/** A boundary that is gone allows nothing. */
export function boundaryOf(arn: string | undefined, directory: Directory): readonly AttachedPolicy[] | undefined {
  return arn === undefined ? undefined : directory.managedPolicies([arn]);
}

function sessionPolicies({ kind, session }: Caller, directory: Directory): readonly AttachedPolicy[] | undefined {
  if (!session) return undefined;
  const policies = [...inlinePolicy(session), ...directory.managedPolicies(session.policyArns)];
  const narrowed = session.policy !== undefined || session.policyArns.length > 0;
  // Of GetFederationToken: without session policies the federated user may do nothing.
  return narrowed || kind === 'federated-user' ? policies : undefined;
}

function inlinePolicy({ policy: text }: CallerSession): AttachedPolicy[] {
  if (text === undefined) return [];
  let policy = parsed.get(text);
  if (!policy) {
    policy = { name: 'session policy', document: parsePolicy(text, 'identity') };
    if (parsed.size >= SESSION_POLICIES_MAX) parsed.clear();
    parsed.set(text, policy);
  }
  return [policy];
}
