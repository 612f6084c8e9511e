/** Users, their inline policies and tags. */
import type { AuthorizationTable } from '../authorization.ts';
import { unimplementedAll } from '../service.ts';
import type { IamDependencies } from './dependencies.ts';

export const usersAuthorization = {} satisfies AuthorizationTable<string>;

export function usersOperations(_dependencies: IamDependencies) {
  return {
    ...unimplementedAll('it comes with a later slice of this work', [
      'CreateUser',
      'DeleteUser',
      'DeleteUserPolicy',
      'GetUser',
      'GetUserPolicy',
      'ListUserPolicies',
      'ListUserTags',
      'ListUsers',
      'PutUserPolicy',
      'TagUser',
      'UntagUser',
      'UpdateUser',
    ]),
  };
}
