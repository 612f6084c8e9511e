/** How IAM words managed policies, and what it says when one is not there. */
import { type Directory, DirectoryRefusal, type ManagedPolicy, MANAGED_POLICIES_MAX, policyArn } from '#identity';
import { ApiError } from '#wire';

/** Versions of one managed policy. (IAM User Guide, "IAM and AWS STS quotas".) */
export const POLICY_VERSIONS_MAX = 5;
const POLICY_ARN = /^arn:aws:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/;
const AWS_POLICY_ARN = 'arn:aws:iam::aws:';

export interface PolicyAnswer {
  PolicyName: string;
  PolicyId: string;
  Arn: string;
  Path: string;
  DefaultVersionId: string;
  AttachmentCount: number;
  PermissionsBoundaryUsageCount: number;
  IsAttachable: boolean;
  CreateDate: Date;
  UpdateDate: Date;
}

/** The members every answer with a policy has; counts are the account's. */
export function describePolicy(policy: ManagedPolicy, accountId: string, { attachments }: Directory): PolicyAnswer {
  const arn = policyArn(policy);
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arn,
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: attachments.count('policy', accountId, arn),
    PermissionsBoundaryUsageCount: attachments.count('boundary', accountId, arn),
    IsAttachable: true,
    CreateDate: new Date(policy.createdAtMs),
    UpdateDate: new Date(policy.updatedAtMs),
  };
}

export function describePolicyTags(policy: ManagedPolicy): { Key: string; Value: string }[] {
  return policy.tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

export function isAwsManaged(arn: string): boolean {
  return arn.startsWith(AWS_POLICY_ARN);
}

/** @throws {ApiError} InvalidInput */
export function checkPolicyArn(arn: string): void {
  if (!POLICY_ARN.test(arn)) throw new ApiError('InvalidInput', `ARN ${arn} is not valid.`);
}

/**
 * A policy that the account may read: its own, or one of AWS's.
 * @throws {ApiError} InvalidInput, NoSuchEntity
 */
export function readPolicy(arn: string, accountId: string, directory: Directory): ManagedPolicy {
  checkPolicyArn(arn);
  const policy = directory.attachablePolicy(accountId, arn);
  if (!policy) throw noSuchPolicy(arn);
  return policy;
}

/**
 * Changes a policy of the account's own.
 * @throws {ApiError} InvalidInput, NoSuchEntity, AccessDenied for AWS's policies
 */
export async function changePolicy(
  arn: string,
  accountId: string,
  { policies }: Directory,
  change: (policy: ManagedPolicy) => ManagedPolicy,
): Promise<ManagedPolicy> {
  checkOwnPolicyArn(arn);
  const checked = (policy: ManagedPolicy): ManagedPolicy => {
    // Its name alone does not tell a policy: the path must be the same too.
    if (policyArn(policy) !== arn) throw noSuchPolicy(arn);
    return change(policy);
  };
  return policyRefusalsWorded(arn, policies.update(accountId, nameInArn(arn), checked));
}

/** @throws {ApiError} InvalidInput, AccessDenied for AWS's policies, which nobody here may change */
export function checkOwnPolicyArn(arn: string): void {
  checkPolicyArn(arn);
  if (isAwsManaged(arn))
    throw new ApiError('AccessDenied', `${arn} is AWS's own and cannot be changed.`, { status: 403 });
}

export function nameInArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

export function noSuchPolicy(arn: string): ApiError {
  return new ApiError('NoSuchEntity', `Policy ${arn} was not found.`);
}

export function noSuchVersion(arn: string, versionId: string): ApiError {
  return new ApiError('NoSuchEntity', `Policy ${arn} version ${versionId} does not exist or is not attachable.`);
}

/** Words the registry's refusals. */
export async function policyRefusalsWorded<T>(nameOrArn: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof DirectoryRefusal)) throw error;
    if (error.reason === 'no-such-entity') throw noSuchPolicy(nameOrArn);
    if (error.reason === 'limit') {
      throw new ApiError('LimitExceeded', `Cannot exceed quota for PoliciesPerAccount: ${MANAGED_POLICIES_MAX}`);
    }
    throw new ApiError(
      'EntityAlreadyExists',
      `A policy called ${nameOrArn} already exists. Duplicate names are not allowed.`,
    );
  }
}
