/**
 * Policies that AWS itself keeps, `arn:aws:iam::aws:policy/…`: those that users of what Varve serves attach.
 * (Source of documents, versions and dates: AWS Managed Policy Reference, as of May 2026.)
 */
import { createHash } from 'node:crypto';
import type { AttachedPolicy } from '../authorization/types.ts';
import type { ManagedPolicy } from '../directory/entities.ts';
import { parsePolicy } from '../policy/index.ts';
import type { AwsManagedPolicy } from './aws-managed-policy.ts';
import { AWS_MANAGED_POLICIES } from './table.ts';

/** Stands where other ARNs have the account. */
const AWS_ACCOUNT = 'aws';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const byArn = new Map<string, ManagedPolicy>(AWS_MANAGED_POLICIES.map((policy) => [arnOf(policy), described(policy)]));
const all: readonly ManagedPolicy[] = [...byArn.values()];
const parsed = new Map<string, AttachedPolicy>();

/** What a policy of AWS's says; undefined for those Varve does not know. */
export function awsManagedPolicy(arn: string): AttachedPolicy | undefined {
  const policy = byArn.get(arn);
  if (!policy) return undefined;
  let attached = parsed.get(arn);
  if (!attached) {
    attached = { name: arn, document: parsePolicy(policy.versions[0]?.document ?? '', 'identity') };
    parsed.set(arn, attached);
  }
  return attached;
}

/** A policy of AWS's, in the shape of an account's own. */
export function awsManagedPolicyByArn(arn: string): ManagedPolicy | undefined {
  return byArn.get(arn);
}

export function awsManagedPolicies(): readonly ManagedPolicy[] {
  return all;
}

function arnOf({ path, name }: AwsManagedPolicy): string {
  return `arn:aws:iam::${AWS_ACCOUNT}:policy${path}${name}`;
}

function described(policy: AwsManagedPolicy): ManagedPolicy {
  const createdAtMs = Date.parse(policy.createdAt);
  const updatedAtMs = Date.parse(policy.updatedAt);
  const document = JSON.stringify(policy.document, null, 2);
  return {
    id: idOf(arnOf(policy)),
    accountId: AWS_ACCOUNT,
    name: policy.name,
    path: policy.path,
    createdAtMs,
    description: policy.description,
    versions: [{ id: policy.versionId, document, createdAtMs: updatedAtMs }],
    defaultVersionId: policy.versionId,
    versionsMade: Number(policy.versionId.slice(1)),
    updatedAtMs,
    tags: [],
  };
}

/** AWS's ids are not in its reference: ours come from the ARN, so that they are the same everywhere and always. */
function idOf(arn: string): string {
  const digest = createHash('sha256').update(arn).digest();
  return `ANPA${Array.from(digest.subarray(0, 17), (byte) => BASE32[byte % 32]).join('')}`;
}
