/** Managed policies and their versions; what they are attached to; permissions boundaries. */
import type { AuthorizationTable } from '../authorization.ts';
import { unimplementedAll } from '../service.ts';
import type { IamDependencies } from './dependencies.ts';

export const policiesAuthorization = {} satisfies AuthorizationTable<string>;

export function policiesOperations(_dependencies: IamDependencies) {
  return {
    ...unimplementedAll('it comes with a later slice of this work', [
      'AttachGroupPolicy',
      'AttachRolePolicy',
      'AttachUserPolicy',
      'CreatePolicy',
      'CreatePolicyVersion',
      'DeletePolicy',
      'DeletePolicyVersion',
      'DeleteRolePermissionsBoundary',
      'DeleteUserPermissionsBoundary',
      'DetachGroupPolicy',
      'DetachRolePolicy',
      'DetachUserPolicy',
      'GetPolicy',
      'GetPolicyVersion',
      'ListAttachedGroupPolicies',
      'ListAttachedUserPolicies',
      'ListEntitiesForPolicy',
      'ListPolicies',
      'ListPolicyTags',
      'ListPolicyVersions',
      'PutRolePermissionsBoundary',
      'PutUserPermissionsBoundary',
      'SetDefaultPolicyVersion',
      'TagPolicy',
      'UntagPolicy',
    ]),
  };
}
