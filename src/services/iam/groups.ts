/** Groups, who is in them, and their inline policies. */
import type { CreateGroupCommandInput, ListGroupsCommandInput, UpdateGroupCommandInput } from '@aws-sdk/client-iam';
import { groupArn } from '#identity';
import type { AuthorizationTable, Need, NeedScope } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
import { groupResource, needOn, newEntity } from './entity-needs.ts';
import { addUserToGroup } from './operations/add-user-to-group.ts';
import { createGroup } from './operations/create-group.ts';
import { deleteGroup } from './operations/delete-group.ts';
import { deleteGroupPolicy } from './operations/delete-group-policy.ts';
import { getGroup } from './operations/get-group.ts';
import { getGroupPolicy } from './operations/get-group-policy.ts';
import { listGroupPolicies } from './operations/list-group-policies.ts';
import { listGroups } from './operations/list-groups.ts';
import { listGroupsForUser } from './operations/list-groups-for-user.ts';
import { putGroupPolicy } from './operations/put-group-policy.ts';
import { removeUserFromGroup } from './operations/remove-user-from-group.ts';
import { updateGroup } from './operations/update-group.ts';
import { needOnUserOrOwn } from './own-user.ts';

export const groupsAuthorization = {
  CreateGroup: ({ GroupName = '', Path }: CreateGroupCommandInput, scope: NeedScope) => [
    { action: 'iam:CreateGroup', resource: newGroupArn(scope, GroupName, Path) },
  ],
  GetGroup: needOnGroup('iam:GetGroup'),
  UpdateGroup: ({ GroupName = '', NewGroupName, NewPath }: UpdateGroupCommandInput, scope: NeedScope) => {
    const group = scope.directory.groups.get(scope.accountId, GroupName);
    const before = groupResource(GroupName, scope).resource;
    const after = newGroupArn(scope, NewGroupName ?? group?.name ?? GroupName, NewPath ?? group?.path);
    // Both what it is and what it becomes. (API Reference, UpdateGroup.)
    return [...new Set([before, after])].map((resource) => ({ action: 'iam:UpdateGroup', resource }));
  },
  DeleteGroup: needOnGroup('iam:DeleteGroup'),
  ListGroups: ({ PathPrefix = '/' }: ListGroupsCommandInput, { accountId }: NeedScope) => [
    { action: 'iam:ListGroups', resource: `arn:aws:iam::${accountId}:group${PathPrefix}` },
  ],
  AddUserToGroup: needOnGroup('iam:AddUserToGroup'),
  RemoveUserFromGroup: needOnGroup('iam:RemoveUserFromGroup'),
  ListGroupsForUser: needOnUserOrOwn('iam:ListGroupsForUser'),
  PutGroupPolicy: needOnGroup('iam:PutGroupPolicy'),
  GetGroupPolicy: needOnGroup('iam:GetGroupPolicy'),
  DeleteGroupPolicy: needOnGroup('iam:DeleteGroupPolicy'),
  ListGroupPolicies: needOnGroup('iam:ListGroupPolicies'),
} satisfies AuthorizationTable<string>;

export function groupsOperations(dependencies: IamDependencies) {
  return {
    CreateGroup: createGroup(dependencies),
    GetGroup: getGroup(dependencies),
    UpdateGroup: updateGroup(dependencies),
    DeleteGroup: deleteGroup(dependencies),
    ListGroups: listGroups(dependencies),
    AddUserToGroup: addUserToGroup(dependencies),
    RemoveUserFromGroup: removeUserFromGroup(dependencies),
    ListGroupsForUser: listGroupsForUser(dependencies),
    PutGroupPolicy: putGroupPolicy(dependencies),
    GetGroupPolicy: getGroupPolicy(dependencies),
    DeleteGroupPolicy: deleteGroupPolicy(dependencies),
    ListGroupPolicies: listGroupPolicies(dependencies),
  };
}

function needOnGroup(action: string) {
  return ({ GroupName = '' }: { readonly GroupName?: string | undefined }, scope: NeedScope): readonly Need[] => [
    needOn(action, groupResource(GroupName, scope)),
  ];
}

function newGroupArn({ accountId }: NeedScope, name: string, path: string | undefined): string {
  return groupArn(newEntity(accountId, path, name));
}
