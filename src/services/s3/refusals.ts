/** Request members that would change what S3 does and that Varve does not do: refused in words, never pretended. */
import type { Bucket } from '#buckets';
import { headerNotImplemented, invalidArgument, invalidRequest, notInVarve, s3Error } from './errors.ts';

export interface EncryptionInput {
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKey?: string | undefined;
}

const NO_KMS =
  'Varve has no KMS yet, so objects cannot be encrypted with aws:kms or aws:kms:dsse. Use AES256, which is the default.';

/** @throws {ApiError} unless the request asks for nothing or for AES256 */
export function checkEncryption(input: EncryptionInput): void {
  if (input.SSECustomerAlgorithm !== undefined || input.SSECustomerKey !== undefined) {
    throw notInVarve('Varve does not encrypt with keys of the customer (SSE-C).');
  }
  const algorithm = input.ServerSideEncryption;
  if (algorithm === 'aws:kms' || algorithm === 'aws:kms:dsse' || algorithm === 'aws:fsx') throw invalidRequest(NO_KMS);
  if (algorithm !== undefined && algorithm !== 'AES256') {
    throw s3Error(
      400,
      'InvalidEncryptionAlgorithmError',
      'The Encryption request you specified is not valid. Supported value: AES256.',
    );
  }
  if (input.SSEKMSKeyId !== undefined) {
    throw invalidArgument(
      'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
    );
  }
}

export function refuseKms(): never {
  throw invalidRequest(NO_KMS);
}

export interface AclInput {
  readonly ACL?: string | undefined;
  readonly GrantFullControl?: string | undefined;
  readonly GrantRead?: string | undefined;
  readonly GrantReadACP?: string | undefined;
  readonly GrantWrite?: string | undefined;
  readonly GrantWriteACP?: string | undefined;
}

export const aclsNotSupported = (): Error =>
  s3Error(400, 'AccessControlListNotSupported', 'The bucket does not allow ACLs');

/** The canned ACLs that change nothing where every object belongs to the bucket's owner alone. */
const HARMLESS_ACLS = new Set(['private', 'bucket-owner-full-control', 'bucket-owner-read']);

const CANNED_ACLS = new Set([
  ...HARMLESS_ACLS,
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'log-delivery-write',
]);

/** @throws {ApiError} unless the ACL leaves the owner alone with the object */
export function checkAcl(input: AclInput, bucket: Pick<Bucket, 'aclsEnabled'>): void {
  const grants = [input.GrantFullControl, input.GrantRead, input.GrantReadACP, input.GrantWrite, input.GrantWriteACP];
  const granted = grants.some((grant) => grant !== undefined);
  if (input.ACL !== undefined && !CANNED_ACLS.has(input.ACL)) throw invalidArgument('', 'x-amz-acl', input.ACL);
  if (!granted && (input.ACL === undefined || HARMLESS_ACLS.has(input.ACL))) return;
  if (!bucket.aclsEnabled) throw aclsNotSupported();
  throw notInVarve('Varve keeps no ACLs: access is given by bucket policies. Leave the ACL out, or use private.');
}

/** Storage classes from which objects can be read at once; here they are a label. */
const STORAGE_CLASSES = new Set([
  'STANDARD',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'REDUCED_REDUNDANCY',
  'GLACIER_IR',
]);

export interface ObjectFeaturesInput {
  readonly StorageClass?: string | undefined;
  readonly Tagging?: string | undefined;
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

export function checkObjectFeatures(input: ObjectFeaturesInput): void {
  if (input.StorageClass !== undefined && !STORAGE_CLASSES.has(input.StorageClass)) {
    throw s3Error(400, 'InvalidStorageClass', 'The storage class you specified is not valid', {
      StorageClassRequested: input.StorageClass,
    });
  }
  if (input.Tagging !== undefined && input.Tagging !== '') throw headerNotImplemented('x-amz-tagging');
  const locks = [input.ObjectLockMode, input.ObjectLockRetainUntilDate, input.ObjectLockLegalHoldStatus];
  if (locks.some((lock) => lock !== undefined)) throw invalidRequest('Bucket is missing Object Lock Configuration');
}

/** There are no versions: `null` is the name of the only one. */
export function checkVersion(versionId: string | undefined): void {
  if (versionId === undefined || versionId === 'null') return;
  throw invalidArgument('Invalid version id specified', 'versionId', versionId);
}

/** S3's limit on keys, in bytes of UTF-8. */
const KEY_BYTES_MAX = 1024;

export function checkKey(key: string | undefined): string {
  const size = Buffer.byteLength(key ?? '');
  if (key === undefined || size === 0) throw invalidArgument('Invalid key', 'key', '');
  if (size > KEY_BYTES_MAX) {
    throw s3Error(400, 'KeyTooLongError', 'Your key is too long', { Size: size, MaxSizeAllowed: KEY_BYTES_MAX });
  }
  return key;
}
