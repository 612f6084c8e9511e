/** Operations that need no user's name are then about the user who calls them. */
import type { Caller, Directory, User } from '#identity';
import { ApiError } from '#wire';
import type { Need, NeedScope } from '../authorization.ts';
import type { CallContext } from '../service.ts';
import { type EntityResource, needOn, userResource } from './entity-needs.ts';
import { noSuchUser } from './user-answers.ts';

/**
 * The user that a request names, else the one who calls.
 * @throws {ApiError} NoSuchEntity, ValidationError when the caller is no user
 */
export function userNamedOrOwn(
  name: string | undefined,
  { accountId, caller }: Pick<CallContext, 'accountId' | 'caller'>,
  directory: Directory,
): User {
  if (name !== undefined) return userNamed(name, accountId, directory);
  const user = ownUser(caller, directory);
  if (!user) throw new ApiError('ValidationError', 'Must specify userName when calling with non-User credentials');
  return user;
}

/** @throws {ApiError} NoSuchEntity */
export function userNamed(name: string, accountId: string, directory: Directory): User {
  const user = directory.users.get(accountId, name);
  if (!user) throw noSuchUser(name);
  return user;
}

/** What it takes to do something with the user that a request names, else with the one who calls. */
export function needOnUserOrOwn(action: string) {
  return ({ UserName }: { readonly UserName?: string | undefined }, scope: NeedScope): readonly Need[] => [
    needOn(action, userOrOwnResource(UserName, scope)),
  ];
}

export function userOrOwnResource(name: string | undefined, scope: NeedScope): EntityResource {
  const { caller, directory } = scope;
  const own = name === undefined ? ownUser(caller, directory) : undefined;
  if (name === undefined && !own) return { resource: caller.arn, context: {} };
  return userResource(own?.name ?? name ?? '', scope);
}

/** Sessions of GetSessionToken are their user; those of GetFederationToken are nobody's. */
function ownUser({ kind, user }: Caller, directory: Directory): User | undefined {
  return kind === 'user' && user ? directory.users.byId(user.id) : undefined;
}
