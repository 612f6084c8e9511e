/** Users, groups and roles as what policies are attached to: attaching and detaching is the same for all three. */
import {
  type Directory,
  DirectoryRefusal,
  type Entity,
  type HolderKind,
  type PolicyHolder,
  type Registry,
} from '#identity';
import { ApiError } from '#wire';
import { pageOf } from './paging.ts';
import { checkPolicyArn, nameInArn, noSuchPolicy } from './policy-answers.ts';

/** Managed policies of one user, group or role. (IAM User Guide, "IAM and AWS STS quotas".) */
export const ATTACHED_POLICIES_MAX = 10;

const QUOTAS = { user: 'PoliciesPerUser', group: 'PoliciesPerGroup', role: 'PoliciesPerRole' } as const;

/** A user, group or role that a request names. */
export interface HolderReference<T extends Entity & PolicyHolder> {
  readonly kind: HolderKind;
  readonly registry: Registry<T>;
  readonly accountId: string;
  readonly name: string;
}

/**
 * Attaches a managed policy; again is no error.
 * @throws {ApiError} InvalidInput, NoSuchEntity, LimitExceeded
 */
export async function attachPolicy<T extends Entity & PolicyHolder>(
  holder: HolderReference<T>,
  arn: string,
  directory: Directory,
): Promise<void> {
  checkPolicyArn(arn);
  await changeHolder(holder, (before) => {
    if (!directory.attachablePolicy(holder.accountId, arn)) throw notAttachable('Policy', arn);
    if (before.attachedPolicyArns.includes(arn)) return before;
    if (before.attachedPolicyArns.length >= ATTACHED_POLICIES_MAX) {
      throw new ApiError('LimitExceeded', `Cannot exceed quota for ${QUOTAS[holder.kind]}: ${ATTACHED_POLICIES_MAX}`);
    }
    return { ...before, attachedPolicyArns: [...before.attachedPolicyArns, arn] };
  });
}

/** @throws {ApiError} InvalidInput, NoSuchEntity when it is not attached */
export async function detachPolicy<T extends Entity & PolicyHolder>(
  holder: HolderReference<T>,
  arn: string,
): Promise<void> {
  checkPolicyArn(arn);
  await changeHolder(holder, (before) => {
    if (!before.attachedPolicyArns.includes(arn)) throw noSuchPolicy(arn);
    return { ...before, attachedPolicyArns: before.attachedPolicyArns.filter((one) => one !== arn) };
  });
}

/** One page of what is attached, by name. */
export function listAttached<T extends Entity & PolicyHolder>(
  { kind, registry, accountId, name }: HolderReference<T>,
  input: { PathPrefix?: string | undefined; Marker?: string | undefined; MaxItems?: number | undefined },
) {
  const holder = registry.get(accountId, name);
  if (!holder) throw noSuchHolder(kind, name);
  const { PathPrefix = '/' } = input;
  const policies = describeAttached(holder.attachedPolicyArns)
    .filter(({ PolicyArn }) => PolicyArn.slice(PolicyArn.indexOf('/')).startsWith(PathPrefix))
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const { items, ...page } = pageOf(policies, keyOf, input);
  return { AttachedPolicies: items, ...page };
}

export function describeAttached(arns: readonly string[]): { PolicyName: string; PolicyArn: string }[] {
  return arns.map((arn) => ({ PolicyName: nameInArn(arn), PolicyArn: arn }));
}

/** @throws {ApiError} NoSuchEntity */
export async function changeHolder<T extends Entity>(
  { kind, registry, accountId, name }: { kind: HolderKind; registry: Registry<T>; accountId: string; name: string },
  change: (holder: T) => T,
): Promise<T> {
  try {
    return await registry.update(accountId, name, change);
  } catch (error) {
    if (error instanceof DirectoryRefusal && error.reason === 'no-such-entity') throw noSuchHolder(kind, name);
    throw error;
  }
}

/**
 * Refuses a permissions boundary that the account cannot use.
 * @throws {ApiError} InvalidInput, NoSuchEntity
 */
export function checkBoundary(arn: string, accountId: string, directory: Directory): void {
  checkPolicyArn(arn);
  if (!directory.attachablePolicy(accountId, arn)) throw notAttachable('Scope ARN:', arn);
}

/** How answers tell a boundary. */
export function describeBoundary(arn: string | undefined) {
  if (arn === undefined) return {};
  return { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: arn } };
}

export function noSuchHolder(kind: HolderKind, name: string): ApiError {
  return new ApiError('NoSuchEntity', `The ${kind} with name ${name} cannot be found.`);
}

function notAttachable(subject: string, arn: string): ApiError {
  return new ApiError('NoSuchEntity', `${subject} ${arn} does not exist or is not attachable.`);
}

function keyOf({ PolicyName, PolicyArn }: { PolicyName: string; PolicyArn: string }): string {
  return `${PolicyName} ${PolicyArn}`;
}
