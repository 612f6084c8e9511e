/** Managed policies and their versions; what they are attached to; permissions boundaries. */
import type {
  AttachGroupPolicyCommandInput,
  AttachRolePolicyCommandInput,
  AttachUserPolicyCommandInput,
  CreatePolicyCommandInput,
  DeleteRolePermissionsBoundaryCommandInput,
  DeleteUserPermissionsBoundaryCommandInput,
  ListAttachedGroupPoliciesCommandInput,
  ListAttachedUserPoliciesCommandInput,
  PutRolePermissionsBoundaryCommandInput,
  PutUserPermissionsBoundaryCommandInput,
  TagPolicyCommandInput,
  UntagPolicyCommandInput,
} from '@aws-sdk/client-iam';
import type { AuthorizationTable, NeedScope } from '../authorization.ts';
import type { IamDependencies } from './dependencies.ts';
import {
  boundaryContext,
  groupResource,
  needOn,
  newPolicyArn,
  policyResource,
  readPolicyResource,
  roleResource,
  tagKeysContext,
  tagsContext,
  userResource,
} from './entity-needs.ts';
import { attachGroupPolicy } from './operations/attach-group-policy.ts';
import { attachRolePolicy } from './operations/attach-role-policy.ts';
import { attachUserPolicy } from './operations/attach-user-policy.ts';
import { createPolicy } from './operations/create-policy.ts';
import { createPolicyVersion } from './operations/create-policy-version.ts';
import { deletePolicy } from './operations/delete-policy.ts';
import { deletePolicyVersion } from './operations/delete-policy-version.ts';
import { deleteRolePermissionsBoundary } from './operations/delete-role-permissions-boundary.ts';
import { deleteUserPermissionsBoundary } from './operations/delete-user-permissions-boundary.ts';
import { detachGroupPolicy } from './operations/detach-group-policy.ts';
import { detachRolePolicy } from './operations/detach-role-policy.ts';
import { detachUserPolicy } from './operations/detach-user-policy.ts';
import { getPolicy } from './operations/get-policy.ts';
import { getPolicyVersion } from './operations/get-policy-version.ts';
import { listAttachedGroupPolicies } from './operations/list-attached-group-policies.ts';
import { listAttachedUserPolicies } from './operations/list-attached-user-policies.ts';
import { listEntitiesForPolicy } from './operations/list-entities-for-policy.ts';
import { listPolicies } from './operations/list-policies.ts';
import { listPolicyTags } from './operations/list-policy-tags.ts';
import { listPolicyVersions } from './operations/list-policy-versions.ts';
import { putRolePermissionsBoundary } from './operations/put-role-permissions-boundary.ts';
import { putUserPermissionsBoundary } from './operations/put-user-permissions-boundary.ts';
import { setDefaultPolicyVersion } from './operations/set-default-policy-version.ts';
import { tagPolicy } from './operations/tag-policy.ts';
import { untagPolicy } from './operations/untag-policy.ts';

interface OfPolicy {
  readonly PolicyArn?: string | undefined;
}
const reading =
  (action: string) =>
  ({ PolicyArn = '' }: OfPolicy, scope: NeedScope) => [needOn(action, readPolicyResource(PolicyArn, scope))];
const changing =
  (action: string) =>
  ({ PolicyArn = '' }: OfPolicy, scope: NeedScope) => [needOn(action, policyResource(PolicyArn, scope))];

const userAttachment =
  (action: string) =>
  ({ UserName = '', PolicyArn = '' }: AttachUserPolicyCommandInput, scope: NeedScope) => {
    const user = userResource(UserName, scope);
    return [needOn(action, user, { ...user.boundary, 'iam:PolicyARN': PolicyArn })];
  };
const roleAttachment =
  (action: string) =>
  ({ RoleName = '', PolicyArn = '' }: AttachRolePolicyCommandInput, scope: NeedScope) => {
    const role = roleResource(RoleName, scope);
    return [needOn(action, role, { ...role.boundary, 'iam:PolicyARN': PolicyArn })];
  };
const groupAttachment =
  (action: string) =>
  ({ GroupName = '', PolicyArn = '' }: AttachGroupPolicyCommandInput, scope: NeedScope) => [
    needOn(action, groupResource(GroupName, scope), { 'iam:PolicyARN': PolicyArn }),
  ];

export const policiesAuthorization = {
  AttachGroupPolicy: groupAttachment('iam:AttachGroupPolicy'),
  AttachRolePolicy: roleAttachment('iam:AttachRolePolicy'),
  AttachUserPolicy: userAttachment('iam:AttachUserPolicy'),
  CreatePolicy: ({ Path, PolicyName = '', Tags }: CreatePolicyCommandInput, { accountId }: NeedScope) => {
    const resource = newPolicyArn(accountId, Path, PolicyName);
    const create = { action: 'iam:CreatePolicy', resource, context: tagsContext(Tags) };
    return Tags && Tags.length > 0 ? [create, { ...create, action: 'iam:TagPolicy' }] : [create];
  },
  CreatePolicyVersion: changing('iam:CreatePolicyVersion'),
  DeletePolicy: changing('iam:DeletePolicy'),
  DeletePolicyVersion: changing('iam:DeletePolicyVersion'),
  DeleteRolePermissionsBoundary: ({ RoleName = '' }: DeleteRolePermissionsBoundaryCommandInput, scope: NeedScope) => {
    const role = roleResource(RoleName, scope);
    return [needOn('iam:DeleteRolePermissionsBoundary', role, role.boundary)];
  },
  DeleteUserPermissionsBoundary: ({ UserName = '' }: DeleteUserPermissionsBoundaryCommandInput, scope: NeedScope) => {
    const user = userResource(UserName, scope);
    return [needOn('iam:DeleteUserPermissionsBoundary', user, user.boundary)];
  },
  DetachGroupPolicy: groupAttachment('iam:DetachGroupPolicy'),
  DetachRolePolicy: roleAttachment('iam:DetachRolePolicy'),
  DetachUserPolicy: userAttachment('iam:DetachUserPolicy'),
  GetPolicy: reading('iam:GetPolicy'),
  GetPolicyVersion: reading('iam:GetPolicyVersion'),
  ListAttachedGroupPolicies: ({ GroupName = '' }: ListAttachedGroupPoliciesCommandInput, scope: NeedScope) => [
    needOn('iam:ListAttachedGroupPolicies', groupResource(GroupName, scope)),
  ],
  ListAttachedUserPolicies: ({ UserName = '' }: ListAttachedUserPoliciesCommandInput, scope: NeedScope) => [
    needOn('iam:ListAttachedUserPolicies', userResource(UserName, scope)),
  ],
  ListEntitiesForPolicy: reading('iam:ListEntitiesForPolicy'),
  ListPolicies: () => [{ action: 'iam:ListPolicies', resource: '*' }],
  ListPolicyTags: reading('iam:ListPolicyTags'),
  ListPolicyVersions: reading('iam:ListPolicyVersions'),
  PutRolePermissionsBoundary: (
    { RoleName = '', PermissionsBoundary }: PutRolePermissionsBoundaryCommandInput,
    scope: NeedScope,
  ) => [needOn('iam:PutRolePermissionsBoundary', roleResource(RoleName, scope), boundaryContext(PermissionsBoundary))],
  PutUserPermissionsBoundary: (
    { UserName = '', PermissionsBoundary }: PutUserPermissionsBoundaryCommandInput,
    scope: NeedScope,
  ) => [needOn('iam:PutUserPermissionsBoundary', userResource(UserName, scope), boundaryContext(PermissionsBoundary))],
  SetDefaultPolicyVersion: changing('iam:SetDefaultPolicyVersion'),
  TagPolicy: ({ PolicyArn = '', Tags }: TagPolicyCommandInput, scope: NeedScope) => [
    needOn('iam:TagPolicy', policyResource(PolicyArn, scope), tagsContext(Tags)),
  ],
  UntagPolicy: ({ PolicyArn = '', TagKeys }: UntagPolicyCommandInput, scope: NeedScope) => [
    needOn('iam:UntagPolicy', policyResource(PolicyArn, scope), tagKeysContext(TagKeys)),
  ],
} satisfies AuthorizationTable<string>;

export function policiesOperations(dependencies: IamDependencies) {
  return {
    AttachGroupPolicy: attachGroupPolicy(dependencies),
    AttachRolePolicy: attachRolePolicy(dependencies),
    AttachUserPolicy: attachUserPolicy(dependencies),
    CreatePolicy: createPolicy(dependencies),
    CreatePolicyVersion: createPolicyVersion(dependencies),
    DeletePolicy: deletePolicy(dependencies),
    DeletePolicyVersion: deletePolicyVersion(dependencies),
    DeleteRolePermissionsBoundary: deleteRolePermissionsBoundary(dependencies),
    DeleteUserPermissionsBoundary: deleteUserPermissionsBoundary(dependencies),
    DetachGroupPolicy: detachGroupPolicy(dependencies),
    DetachRolePolicy: detachRolePolicy(dependencies),
    DetachUserPolicy: detachUserPolicy(dependencies),
    GetPolicy: getPolicy(dependencies),
    GetPolicyVersion: getPolicyVersion(dependencies),
    ListAttachedGroupPolicies: listAttachedGroupPolicies(dependencies),
    ListAttachedUserPolicies: listAttachedUserPolicies(dependencies),
    ListEntitiesForPolicy: listEntitiesForPolicy(dependencies),
    ListPolicies: listPolicies(dependencies),
    ListPolicyTags: listPolicyTags(dependencies),
    ListPolicyVersions: listPolicyVersions(dependencies),
    PutRolePermissionsBoundary: putRolePermissionsBoundary(dependencies),
    PutUserPermissionsBoundary: putUserPermissionsBoundary(dependencies),
    SetDefaultPolicyVersion: setDefaultPolicyVersion(dependencies),
    TagPolicy: tagPolicy(dependencies),
    UntagPolicy: untagPolicy(dependencies),
  };
}
