import type { EntityType, ListEntitiesForPolicyCommandInput, PolicyUsageType } from '@aws-sdk/client-iam';
import type { HolderKind, PolicyUsage } from '#identity';
import { implement, type ImplementedOperation } from '../../service.ts';
import type { IamDependencies } from '../dependencies.ts';
import { pageOf } from '../paging.ts';
import { readPolicy } from '../policy-answers.ts';

const USAGE: Readonly<Record<PolicyUsageType, PolicyUsage>> = {
  PermissionsPolicy: 'policy',
  PermissionsBoundary: 'boundary',
};
/** What the other filters name is never attached to. */
const KIND: Readonly<Partial<Record<EntityType, HolderKind>>> = { User: 'user', Group: 'group', Role: 'role' };

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html */
export function listEntitiesForPolicy({ identity: { directory } }: IamDependencies): ImplementedOperation {
  return implement(async (input: ListEntitiesForPolicyCommandInput, { accountId }) => {
    const { PolicyArn = '', EntityFilter, PathPrefix = '/', PolicyUsageFilter } = input;
    readPolicy(PolicyArn, accountId, directory);
    const usages = (['policy', 'boundary'] as const).filter(
      (usage) => PolicyUsageFilter === undefined || USAGE[PolicyUsageFilter] === usage,
    );
    const kinds = (['group', 'role', 'user'] as const).filter(
      (kind) => EntityFilter === undefined || KIND[EntityFilter] === kind,
    );
    const registries = { group: directory.groups, role: directory.roles, user: directory.users };
    const found = kinds.flatMap((kind) => {
      const ids = new Set(usages.flatMap((usage) => [...directory.attachments.ids(usage, kind, accountId, PolicyArn)]));
      return [...ids].flatMap((id) => {
        const entity = registries[kind].byId(id);
        return entity?.path.startsWith(PathPrefix) ? { kind, id, name: entity.name } : [];
      });
    });
    const { items, ...page } = pageOf(
      found.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
      keyOf,
      input,
    );
    const of = (kind: HolderKind) => items.filter((item) => item.kind === kind);
    return {
      PolicyGroups: of('group').map(({ id, name }) => ({ GroupName: name, GroupId: id })),
      PolicyUsers: of('user').map(({ id, name }) => ({ UserName: name, UserId: id })),
      PolicyRoles: of('role').map(({ id, name }) => ({ RoleName: name, RoleId: id })),
      ...page,
    };
  });
}

function keyOf({ kind, name }: { kind: HolderKind; name: string }): string {
  return `${kind} ${name}`;
}
