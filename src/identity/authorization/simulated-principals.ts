/** Users, groups and roles as sources of a simulation's policies, and who its caller is taken for. */
import { userCaller } from '../callers.ts';
import {
  type Directory,
  type Entity,
  type Group,
  groupArn,
  type HolderKind,
  type PolicyHolder,
  type Role,
  roleArn,
  type User,
  userArn,
} from '../directory/index.ts';
import type { Caller } from '../types.ts';
import type { SimulatedPolicy } from './simulate.ts';

/** Of what a request of a role's session tells, the simulation knows all but the session's name. */
const SESSION_NAME = 'simulation';

/** A user, group or role whose policies are simulated. */
export type SimulatedEntity =
  | { readonly kind: 'user'; readonly entity: User }
  | { readonly kind: 'group'; readonly entity: Group }
  | { readonly kind: 'role'; readonly entity: Role };

/** What an ARN of a user, group or role names; undefined when it is no such ARN. */
export function parseEntityArn(arn: string): { accountId: string; kind: HolderKind; name: string } | undefined {
  const [, accountId, kind, name] =
    /^arn:aws:iam::(\d{12}):(user|group|role)\/(?:[^*?]*\/)?([\w+=,.@-]+)$/.exec(arn) ?? [];
  if (accountId === undefined || name === undefined) return undefined;
  return { accountId, kind: kind as HolderKind, name };
}

/** The user, group or role of an ARN: exact in path and in case. */
export function simulatedEntity(arn: string, directory: Directory): SimulatedEntity | undefined {
  const named = parseEntityArn(arn);
  if (!named) return undefined;
  const { accountId, name } = named;
  const user = named.kind === 'user' ? directory.users.get(accountId, name) : undefined;
  if (user) return userArn(user) === arn ? { kind: 'user', entity: user } : undefined;
  const group = named.kind === 'group' ? directory.groups.get(accountId, name) : undefined;
  if (group) return groupArn(group) === arn ? { kind: 'group', entity: group } : undefined;
  const role = named.kind === 'role' ? directory.roles.get(accountId, name) : undefined;
  return role && roleArn(role) === arn ? { kind: 'role', entity: role } : undefined;
}

/** A user's policies and those of their groups, or a group's or role's own; named as AWS's simulator names them. */
export function simulatedPolicies(source: SimulatedEntity, directory: Directory): SimulatedPolicy[] {
  const own = policiesIn(source.kind, source.entity, directory);
  if (source.kind !== 'user') return own;
  const ofGroups = source.entity.groupIds.flatMap((id) => {
    const group = directory.groups.byId(id);
    return group ? policiesIn('group', group, directory) : [];
  });
  return [...own, ...ofGroups];
}

/** The boundary that is set; one that is gone allows nothing. */
export function simulatedBoundary(source: SimulatedEntity, directory: Directory): SimulatedPolicy[] | undefined {
  const arn = source.kind === 'group' ? undefined : source.entity.boundaryArn;
  return arn === undefined ? undefined : managed(arn, source.entity.accountId, directory);
}

/** Who asks when a user or role is simulated; a group asks for nothing. */
export function simulatedCaller(source: SimulatedEntity): Caller | undefined {
  if (source.kind === 'user') return userCaller(source.entity, '');
  if (source.kind === 'group') return undefined;
  const { id, name, accountId } = source.entity;
  return {
    kind: 'assumed-role',
    accountId,
    arn: `arn:aws:sts::${accountId}:assumed-role/${name}/${SESSION_NAME}`,
    userId: `${id}:${SESSION_NAME}`,
    accessKeyId: '',
    role: { id, name, arn: roleArn(source.entity) },
  };
}

/** A user who is only an ARN: whoever is meant need not exist. Undefined when the ARN is no user's. */
export function supposedUser(arn: string, directory: Directory): Caller | undefined {
  const there = simulatedEntity(arn, directory);
  if (there?.kind === 'user') return userCaller(there.entity, '');
  const named = parseEntityArn(arn);
  if (named?.kind !== 'user') return undefined;
  const { accountId, name } = named;
  return { kind: 'user', accountId, arn, userId: '', accessKeyId: '', user: { id: '', name, arn } };
}

function policiesIn(kind: HolderKind, holder: Entity & PolicyHolder, directory: Directory): SimulatedPolicy[] {
  return directory.policiesOf(holder).flatMap(({ name, document }) => {
    const text = holder.inlinePolicies[name];
    if (text !== undefined) return [{ name: `${kind}_${holder.name}_${name}`, document, text }];
    return managed(name, holder.accountId, directory);
  });
}

function managed(arn: string, accountId: string, directory: Directory): SimulatedPolicy[] {
  const policy = directory.attachablePolicy(accountId, arn);
  const attached = directory.managedPolicy(arn);
  const version = policy?.versions.find(({ id }) => id === policy.defaultVersionId);
  return policy && attached && version
    ? [{ name: policy.name, document: attached.document, text: version.document }]
    : [];
}
