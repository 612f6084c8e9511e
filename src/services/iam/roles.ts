/** Roles, their trust and inline policies, and tags. */
import type {
  CreateRoleCommandInput,
  ListRolesCommandInput,
  TagRoleCommandInput,
  UntagRoleCommandInput,
} from '@aws-sdk/client-iam';
import { roleArn } from '#identity';
import type { AuthorizationTable, NeedScope } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
import { boundaryContext, needOn, newEntity, roleResource, tagKeysContext, tagsContext } from './entity-needs.ts';
import { createRole } from './operations/create-role.ts';
import { deleteRole } from './operations/delete-role.ts';
import { deleteRolePolicy } from './operations/delete-role-policy.ts';
import { getRole } from './operations/get-role.ts';
import { getRolePolicy } from './operations/get-role-policy.ts';
import { listAttachedRolePolicies } from './operations/list-attached-role-policies.ts';
import { listInstanceProfilesForRole } from './operations/list-instance-profiles-for-role.ts';
import { listRolePolicies } from './operations/list-role-policies.ts';
import { listRoleTags } from './operations/list-role-tags.ts';
import { listRoles } from './operations/list-roles.ts';
import { putRolePolicy } from './operations/put-role-policy.ts';
import { tagRole } from './operations/tag-role.ts';
import { untagRole } from './operations/untag-role.ts';
import { updateAssumeRolePolicy } from './operations/update-assume-role-policy.ts';
import { updateRole } from './operations/update-role.ts';
import { updateRoleDescription } from './operations/update-role-description.ts';

interface OfRole {
  readonly RoleName?: string | undefined;
}
const onRole =
  (action: string) =>
  ({ RoleName = '' }: OfRole, scope: NeedScope) => [needOn(action, roleResource(RoleName, scope))];
/** What an inline policy grants is bounded: the boundary tells who may put one. */
const onBoundedRole =
  (action: string) =>
  ({ RoleName = '' }: OfRole, scope: NeedScope) => {
    const role = roleResource(RoleName, scope);
    return [needOn(action, role, role.boundary)];
  };

export const rolesAuthorization = {
  CreateRole: (input: CreateRoleCommandInput, { accountId }: NeedScope) => {
    const { RoleName = '', Path, PermissionsBoundary, Tags } = input;
    const resource = roleArn(newEntity(accountId, Path, RoleName));
    const tags = tagsContext(Tags);
    const create = {
      action: 'iam:CreateRole',
      resource,
      context: { ...boundaryContext(PermissionsBoundary), ...tags },
    };
    return Tags && Tags.length > 0 ? [create, { action: 'iam:TagRole', resource, context: tags }] : [create];
  },
  GetRole: onRole('iam:GetRole'),
  DeleteRole: onRole('iam:DeleteRole'),
  ListRoles: ({ PathPrefix = '/' }: ListRolesCommandInput, { accountId }: NeedScope) => [
    { action: 'iam:ListRoles', resource: `arn:aws:iam::${accountId}:role${PathPrefix}` },
  ],
  UpdateAssumeRolePolicy: onRole('iam:UpdateAssumeRolePolicy'),
  UpdateRole: onRole('iam:UpdateRole'),
  UpdateRoleDescription: onRole('iam:UpdateRoleDescription'),
  PutRolePolicy: onBoundedRole('iam:PutRolePolicy'),
  GetRolePolicy: onRole('iam:GetRolePolicy'),
  DeleteRolePolicy: onBoundedRole('iam:DeleteRolePolicy'),
  ListRolePolicies: onRole('iam:ListRolePolicies'),
  TagRole: ({ RoleName = '', Tags }: TagRoleCommandInput, scope: NeedScope) => [
    needOn('iam:TagRole', roleResource(RoleName, scope), tagsContext(Tags)),
  ],
  UntagRole: ({ RoleName = '', TagKeys }: UntagRoleCommandInput, scope: NeedScope) => [
    needOn('iam:UntagRole', roleResource(RoleName, scope), tagKeysContext(TagKeys)),
  ],
  ListRoleTags: onRole('iam:ListRoleTags'),
  ListAttachedRolePolicies: onRole('iam:ListAttachedRolePolicies'),
  ListInstanceProfilesForRole: onRole('iam:ListInstanceProfilesForRole'),
} satisfies AuthorizationTable<string>;

export function rolesOperations(dependencies: IamDependencies) {
  return {
    CreateRole: createRole(dependencies),
    GetRole: getRole(dependencies),
    DeleteRole: deleteRole(dependencies),
    ListRoles: listRoles(dependencies),
    UpdateAssumeRolePolicy: updateAssumeRolePolicy(dependencies),
    UpdateRole: updateRole(dependencies),
    UpdateRoleDescription: updateRoleDescription(dependencies),
    PutRolePolicy: putRolePolicy(dependencies),
    GetRolePolicy: getRolePolicy(dependencies),
    DeleteRolePolicy: deleteRolePolicy(dependencies),
    ListRolePolicies: listRolePolicies(dependencies),
    TagRole: tagRole(dependencies),
    UntagRole: untagRole(dependencies),
    ListRoleTags: listRoleTags(dependencies),
    ListAttachedRolePolicies: listAttachedRolePolicies(dependencies),
    ListInstanceProfilesForRole: listInstanceProfilesForRole(dependencies),
  };
}
