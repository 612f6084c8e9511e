/** Roles, their trust and inline policies, and tags. */
import type { AuthorizationTable } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
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

export const rolesAuthorization = {} satisfies AuthorizationTable<string>;

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
