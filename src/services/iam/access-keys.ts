/** Access keys of users. */
import type { GetAccessKeyLastUsedCommandInput } from '@aws-sdk/client-iam';
import type { AuthorizationTable, Need, NeedScope } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
import { needOn, userResource } from './entity-needs.ts';
import { createAccessKey } from './operations/create-access-key.ts';
import { deleteAccessKey } from './operations/delete-access-key.ts';
import { getAccessKeyLastUsed } from './operations/get-access-key-last-used.ts';
import { listAccessKeys } from './operations/list-access-keys.ts';
import { updateAccessKey } from './operations/update-access-key.ts';
import { needOnUserOrOwn } from './own-user.ts';

export const accessKeysAuthorization = {
  CreateAccessKey: needOnUserOrOwn('iam:CreateAccessKey'),
  ListAccessKeys: needOnUserOrOwn('iam:ListAccessKeys'),
  UpdateAccessKey: needOnUserOrOwn('iam:UpdateAccessKey'),
  DeleteAccessKey: needOnUserOrOwn('iam:DeleteAccessKey'),
  GetAccessKeyLastUsed: needOnOwner,
} satisfies AuthorizationTable<string>;

export function accessKeysOperations(dependencies: IamDependencies) {
  return {
    CreateAccessKey: createAccessKey(dependencies),
    ListAccessKeys: listAccessKeys(dependencies),
    UpdateAccessKey: updateAccessKey(dependencies),
    DeleteAccessKey: deleteAccessKey(dependencies),
    GetAccessKeyLastUsed: getAccessKeyLastUsed(dependencies),
  };
}

/** On the user whose key it is; a key that is nobody's here is refused to those who may not ask for every user's. */
function needOnOwner({ AccessKeyId = '' }: GetAccessKeyLastUsedCommandInput, scope: NeedScope): readonly Need[] {
  const key = scope.directory.accessKeys.byId(AccessKeyId);
  const user = key?.accountId === scope.accountId ? scope.directory.users.byId(key.userId) : undefined;
  return user
    ? [needOn('iam:GetAccessKeyLastUsed', userResource(user.name, scope))]
    : [{ action: 'iam:GetAccessKeyLastUsed', resource: `arn:aws:iam::${scope.accountId}:user/*` }];
}
