/** Users, their inline policies and tags. */
import type {
  CreateUserCommandInput,
  ListUsersCommandInput,
  TagUserCommandInput,
  UntagUserCommandInput,
  UpdateUserCommandInput,
} from '@aws-sdk/client-iam';
import { userArn } from '#identity';
import type { AuthorizationTable, Need, NeedScope } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
import { boundaryContext, needOn, newEntity, tagKeysContext, tagsContext, userResource } from './entity-needs.ts';
import { createUser } from './operations/create-user.ts';
import { deleteUser } from './operations/delete-user.ts';
import { deleteUserPolicy } from './operations/delete-user-policy.ts';
import { getUser } from './operations/get-user.ts';
import { getUserPolicy } from './operations/get-user-policy.ts';
import { listUserPolicies } from './operations/list-user-policies.ts';
import { listUserTags } from './operations/list-user-tags.ts';
import { listUsers } from './operations/list-users.ts';
import { putUserPolicy } from './operations/put-user-policy.ts';
import { tagUser } from './operations/tag-user.ts';
import { untagUser } from './operations/untag-user.ts';
import { updateUser } from './operations/update-user.ts';
import { needOnUserOrOwn } from './own-user.ts';

export const usersAuthorization = {
  CreateUser: ({ UserName = '', Path, PermissionsBoundary, Tags }: CreateUserCommandInput, scope: NeedScope) => {
    const resource = newUserArn(scope, UserName, Path);
    const tags = tagsContext(Tags);
    const creating: Need = {
      action: 'iam:CreateUser',
      resource,
      context: { ...boundaryContext(PermissionsBoundary), ...tags },
    };
    // A user that is made with tags is tagged too. (IAM User Guide, "Tag IAM users".)
    return Tags && Tags.length > 0 ? [creating, { action: 'iam:TagUser', resource, context: tags }] : [creating];
  },
  GetUser: needOnUserOrOwn('iam:GetUser'),
  UpdateUser: ({ UserName = '', NewUserName, NewPath }: UpdateUserCommandInput, scope: NeedScope) => {
    const user = scope.directory.users.get(scope.accountId, UserName);
    const before = userResource(UserName, scope);
    const after = newUserArn(scope, NewUserName ?? user?.name ?? UserName, NewPath ?? user?.path);
    // Both what it is and what it becomes. (API Reference, UpdateUser.)
    return [before, ...(after === before.resource ? [] : [{ ...before, resource: after }])].map((resource) =>
      needOn('iam:UpdateUser', resource),
    );
  },
  DeleteUser: needOnUserOrOwn('iam:DeleteUser'),
  ListUsers: ({ PathPrefix = '/' }: ListUsersCommandInput, { accountId }: NeedScope) => [
    { action: 'iam:ListUsers', resource: `arn:aws:iam::${accountId}:user${PathPrefix}` },
  ],
  TagUser: ({ UserName = '', Tags }: TagUserCommandInput, scope: NeedScope) => [
    needOn('iam:TagUser', userResource(UserName, scope), tagsContext(Tags)),
  ],
  UntagUser: ({ UserName = '', TagKeys }: UntagUserCommandInput, scope: NeedScope) => [
    needOn('iam:UntagUser', userResource(UserName, scope), tagKeysContext(TagKeys)),
  ],
  ListUserTags: needOnUserOrOwn('iam:ListUserTags'),
  PutUserPolicy: needOnBoundedUser('iam:PutUserPolicy'),
  GetUserPolicy: needOnUserOrOwn('iam:GetUserPolicy'),
  DeleteUserPolicy: needOnBoundedUser('iam:DeleteUserPolicy'),
  ListUserPolicies: needOnUserOrOwn('iam:ListUserPolicies'),
} satisfies AuthorizationTable<string>;

export function usersOperations(dependencies: IamDependencies) {
  return {
    CreateUser: createUser(dependencies),
    GetUser: getUser(dependencies),
    UpdateUser: updateUser(dependencies),
    DeleteUser: deleteUser(dependencies),
    ListUsers: listUsers(dependencies),
    TagUser: tagUser(dependencies),
    UntagUser: untagUser(dependencies),
    ListUserTags: listUserTags(dependencies),
    PutUserPolicy: putUserPolicy(dependencies),
    GetUserPolicy: getUserPolicy(dependencies),
    DeleteUserPolicy: deleteUserPolicy(dependencies),
    ListUserPolicies: listUserPolicies(dependencies),
  };
}

function newUserArn({ accountId }: NeedScope, name: string, path: string | undefined): string {
  return userArn(newEntity(accountId, path, name));
}

/** Whoever may not lift a boundary may also be kept from changing what it bounds. */
function needOnBoundedUser(action: string) {
  return ({ UserName = '' }: { readonly UserName?: string | undefined }, scope: NeedScope): readonly Need[] => {
    const user = userResource(UserName, scope);
    return [needOn(action, user, user.boundary)];
  };
}
