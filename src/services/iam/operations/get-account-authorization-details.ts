import type { EntityType, GetAccountAuthorizationDetailsCommandInput } from '@aws-sdk/client-iam';
import {
  type Directory,
  type Entity,
  type Group,
  type ManagedPolicy,
  policyArn,
  type PolicyHolder,
  type Role,
  type User,
} from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { describeGroup } from '../group-answers.ts';
import { describeAttached, describeBoundary } from '../holders.ts';
import { pageOf } from '../paging.ts';
import { describePolicy } from '../policy-answers.ts';
import { describeRole, describeTags, encodeDocument } from '../role-answers.ts';
import { describeUser, describeUserTags } from '../user-answers.ts';

type Item =
  | { readonly type: 'User'; readonly entity: User }
  | { readonly type: 'Group'; readonly entity: Group }
  | { readonly type: 'Role'; readonly entity: Role }
  | { readonly type: 'LocalManagedPolicy' | 'AWSManagedPolicy'; readonly entity: ManagedPolicy };

/**
 * Of AWS's policies those that are used in the account.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
export function getAccountAuthorizationDetails({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: GetAccountAuthorizationDetailsCommandInput, { accountId }) => {
    const { Filter } = input;
    const wanted = (type: EntityType): boolean => !Filter || Filter.length === 0 || Filter.includes(type);
    const all = itemsOf(accountId, directory)
      .filter(({ type }) => wanted(type))
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const { items, ...page } = pageOf(all, keyOf, input);
    return {
      UserDetailList: items.flatMap((item) =>
        item.type === 'User' ? [describeUserDetail(item.entity, directory)] : [],
      ),
      GroupDetailList: items.flatMap((item) => (item.type === 'Group' ? [describeGroupDetail(item.entity)] : [])),
      RoleDetailList: items.flatMap((item) => (item.type === 'Role' ? [describeRoleDetail(item.entity)] : [])),
      Policies: items.flatMap((item) =>
        item.type === 'LocalManagedPolicy' || item.type === 'AWSManagedPolicy'
          ? [describePolicyDetail(item.entity, accountId, directory)]
          : [],
      ),
      ...page,
    };
  });
}

function itemsOf(accountId: string, directory: Directory): Item[] {
  const { attachments } = directory;
  const isUsed = (policy: Entity): boolean =>
    (['policy', 'boundary'] as const).some((usage) => attachments.count(usage, accountId, policyArn(policy)) > 0);
  return [
    ...directory.users.list(accountId).map((entity) => ({ type: 'User', entity }) as const),
    ...directory.groups.list(accountId).map((entity) => ({ type: 'Group', entity }) as const),
    ...directory.roles.list(accountId).map((entity) => ({ type: 'Role', entity }) as const),
    ...directory.policies.list(accountId).map((entity) => ({ type: 'LocalManagedPolicy', entity }) as const),
    ...directory
      .awsManagedPolicies()
      .filter(isUsed)
      .map((entity) => ({ type: 'AWSManagedPolicy', entity }) as const),
  ];
}

function keyOf({ type, entity }: Item): string {
  return `${type} ${entity.name}`;
}

function describeUserDetail(user: User, directory: Directory) {
  return {
    ...describeUser(user),
    UserPolicyList: inlineOf(user),
    GroupList: user.groupIds.flatMap((id) => directory.groups.byId(id)?.name ?? []),
    AttachedManagedPolicies: describeAttached(user.attachedPolicyArns),
    ...describeBoundary(user.boundaryArn),
    Tags: describeUserTags(user),
  };
}

function describeGroupDetail(group: Group) {
  return {
    ...describeGroup(group),
    GroupPolicyList: inlineOf(group),
    AttachedManagedPolicies: describeAttached(group.attachedPolicyArns),
  };
}

function describeRoleDetail(role: Role) {
  const { Description: _, MaxSessionDuration: __, ...described } = describeRole(role);
  return {
    ...described,
    InstanceProfileList: [],
    RolePolicyList: inlineOf(role),
    AttachedManagedPolicies: describeAttached(role.attachedPolicyArns),
    ...describeBoundary(role.boundaryArn),
    Tags: describeTags(role),
    RoleLastUsed: {},
  };
}

function describePolicyDetail(policy: ManagedPolicy, accountId: string, directory: Directory) {
  return {
    ...describePolicy(policy, accountId, directory),
    PolicyVersionList: policy.versions.toReversed().map(({ id, document, createdAtMs }) => ({
      Document: encodeDocument(document),
      VersionId: id,
      IsDefaultVersion: id === policy.defaultVersionId,
      CreateDate: new Date(createdAtMs),
    })),
  };
}

function inlineOf({ inlinePolicies }: PolicyHolder): { PolicyName: string; PolicyDocument: string }[] {
  return Object.entries(inlinePolicies).map(([name, document]) => ({
    PolicyName: name,
    PolicyDocument: encodeDocument(document),
  }));
}
