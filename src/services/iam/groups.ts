/** Groups, who is in them, and their inline policies. */
import type { AuthorizationTable } from '../authorization.ts';
import { unimplementedAll } from '../service.ts';
import type { IamDependencies } from './dependencies.ts';

export const groupsAuthorization = {} satisfies AuthorizationTable<string>;

export function groupsOperations(_dependencies: IamDependencies) {
  return {
    ...unimplementedAll('it comes with a later slice of this work', [
      'AddUserToGroup',
      'CreateGroup',
      'DeleteGroup',
      'DeleteGroupPolicy',
      'GetGroup',
      'GetGroupPolicy',
      'ListGroupPolicies',
      'ListGroups',
      'ListGroupsForUser',
      'PutGroupPolicy',
      'RemoveUserFromGroup',
      'UpdateGroup',
    ]),
  };
}
