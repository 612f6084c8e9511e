/** Ownership controls and ACLs: whether access can be given otherwise than by policies. It cannot in Varve. */
import type {
  DeleteBucketOwnershipControlsCommandInput,
  GetBucketAclCommandInput,
  GetBucketOwnershipControlsCommandInput,
  GetObjectAclCommandInput,
  PutBucketAclCommandInput,
  PutBucketOwnershipControlsCommandInput,
  PutObjectAclCommandInput,
} from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { malformedXml, notInVarve, s3Error } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { without } from '../present.ts';
import { ownerOf } from '../owner.ts';
import { aclsNotSupported, checkAcl, checkKey, checkVersion } from '../refusals.ts';
import { ownershipOf } from './create-bucket.ts';

type Answer = Promise<Record<string, unknown>>;

export function putBucketOwnershipControls(deps: S3Dependencies) {
  return async (input: PutBucketOwnershipControlsCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    const rules = input.OwnershipControls?.Rules ?? [];
    const asked = rules[0]?.ObjectOwnership;
    if (rules.length !== 1 || asked === undefined) throw malformedXml();
    const ownership = ownershipOf(asked);
    await deps.buckets.update(bucket.generation, (settings) => ({ ...settings, ownership }));
    return {};
  };
}

export function getBucketOwnershipControls(deps: S3Dependencies) {
  return async (input: GetBucketOwnershipControlsCommandInput): Answer => {
    const { settings, name } = findBucket(deps, input);
    if (!settings.ownership) {
      throw s3Error(404, 'OwnershipControlsNotFoundError', 'The bucket ownership controls were not found', {
        BucketName: name,
      });
    }
    return { OwnershipControls: { Rules: [{ ObjectOwnership: settings.ownership }] } };
  };
}

export function deleteBucketOwnershipControls(deps: S3Dependencies) {
  return async (input: DeleteBucketOwnershipControlsCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    await deps.buckets.update(bucket.generation, (settings) => without(settings, 'ownership'));
    return {};
  };
}

/** The owner alone, with everything: what every bucket and object has. */
function ownersAcl(accountId: string): Record<string, unknown> {
  const owner = ownerOf(accountId);
  return { Owner: owner, Grants: [{ Grantee: { ...owner, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }] };
}

export function getBucketAcl(deps: S3Dependencies) {
  return async (input: GetBucketAclCommandInput): Answer => ownersAcl(findBucket(deps, input).accountId);
}

export function getObjectAcl(deps: S3Dependencies) {
  return async (input: GetObjectAclCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    checkVersion(input.VersionId);
    await deps.objects.head(bucket, checkKey(input.Key));
    return ownersAcl(bucket.accountId);
  };
}

export function putBucketAcl(deps: S3Dependencies) {
  return async (input: PutBucketAclCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    refuseAcl(input, bucket.aclsEnabled);
    return {};
  };
}

export function putObjectAcl(deps: S3Dependencies) {
  return async (input: PutObjectAclCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    checkVersion(input.VersionId);
    await deps.objects.head(bucket, checkKey(input.Key));
    refuseAcl(input, bucket.aclsEnabled);
    return {};
  };
}

/** Only `private`, which is how things are, can be put, and only where ACLs are enabled. */
function refuseAcl(input: PutBucketAclCommandInput | PutObjectAclCommandInput, aclsEnabled: boolean): void {
  if (!aclsEnabled) throw aclsNotSupported();
  checkAcl(input, { aclsEnabled });
  if (input.AccessControlPolicy) throw notInVarve('Varve keeps no ACLs: access is given by bucket policies.');
}
