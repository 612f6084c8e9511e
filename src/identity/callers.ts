/** Callers made of what the directory and session tokens tell. */
import { type Directory, type Role, roleArn, type User, userArn } from './directory/index.ts';
import type { Session } from './session-tokens.ts';
import type { Caller, CallerRole, CallerSession, CallerUser } from './types.ts';

export function userCaller(user: User, accessKeyId: string): Caller {
  return {
    kind: 'user',
    accountId: user.accountId,
    arn: userArn(user),
    userId: user.id,
    accessKeyId,
    user: callerUser(user),
  };
}

/** Undefined when the role or user behind the session is gone. */
export function sessionCaller(session: Session, accessKeyId: string, directory: Directory): Caller | undefined {
  const { accountId, principal, name } = session;
  const of = { accountId, accessKeyId, session: callerSession(session) };
  if (principal.kind === 'role') {
    const role = directory.roles.byId(principal.roleId);
    return role && { ...of, kind: 'assumed-role', ...sessionOfRole(role, name) };
  }
  const user = principal.kind === 'user' ? directory.users.byId(principal.userId) : undefined;
  if (principal.kind === 'user' && !user) return undefined;
  const behind = user ? { user: callerUser(user) } : {};
  if (principal.federated) {
    const arn = `arn:aws:sts::${accountId}:federated-user/${name}`;
    return { ...of, ...behind, kind: 'federated-user', arn, userId: `${accountId}:${name}` };
  }
  return user
    ? { ...of, ...behind, kind: 'user', arn: userArn(user), userId: user.id }
    : { ...of, kind: 'root', arn: `arn:aws:iam::${accountId}:root`, userId: accountId };
}

function sessionOfRole(role: Role, sessionName: string): { arn: string; userId: string; role: CallerRole } {
  return {
    arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    role: { id: role.id, name: role.name, arn: roleArn(role) },
  };
}

function callerUser(user: User): CallerUser {
  return { id: user.id, name: user.name, arn: userArn(user) };
}

function callerSession(session: Session): CallerSession {
  return {
    name: session.name,
    issuedAtMs: session.issuedAtMs,
    expiresAtMs: session.expiresAtMs,
    policy: session.policy,
    policyArns: session.policyArns ?? [],
    tags: session.tags ?? [],
    transitiveTagKeys: session.transitiveTagKeys ?? [],
    sourceIdentity: session.sourceIdentity,
    ...(session.fromConsole ? { fromConsole: true as const } : {}),
    ...(session.webIdentity ? { webIdentity: session.webIdentity } : {}),
  };
}
