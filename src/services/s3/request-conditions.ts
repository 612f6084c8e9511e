/**
 * S3's condition keys that tell of a request: those of its signature, and those of its headers and parameters.
 * (Sources: Service Authorization Reference, Amazon S3; S3 API reference, "Amazon S3 Signature Version 4 authentication
 * specific policy keys".)
 */
import type { RequestContext } from '#identity';
import { type ParsedAuthorization, UNSIGNED_PAYLOAD } from '#wire';
import { parseCopySource } from './copy-source.ts';

/** How the request was signed: true of everything that is asked for in its course. */
export function signatureConditions(authorization: ParsedAuthorization, receivedAtMs: number): RequestContext {
  if (authorization.kind !== 'header' && authorization.kind !== 'presigned') return {};
  const isPresigned = authorization.kind === 'presigned';
  const payload = authorization.contentSha256 ?? (isPresigned ? UNSIGNED_PAYLOAD : undefined);
  return {
    's3:authType': isPresigned ? 'REST-QUERY-STRING' : 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    // Milliseconds.
    's3:signatureAge': String(Math.max(0, receivedAtMs - authorization.timestampMs)),
    ...(payload !== undefined && { 's3:x-amz-content-sha256': payload }),
  };
}

/** Keys whose value is a member of the input as it came. */
const MEMBER_KEYS = [
  ['ACL', 's3:x-amz-acl'],
  ['GrantFullControl', 's3:x-amz-grant-full-control'],
  ['GrantRead', 's3:x-amz-grant-read'],
  ['GrantReadACP', 's3:x-amz-grant-read-acp'],
  ['GrantWrite', 's3:x-amz-grant-write'],
  ['GrantWriteACP', 's3:x-amz-grant-write-acp'],
  ['ServerSideEncryption', 's3:x-amz-server-side-encryption'],
  ['SSEKMSKeyId', 's3:x-amz-server-side-encryption-aws-kms-key-id'],
  ['SSECustomerAlgorithm', 's3:x-amz-server-side-encryption-customer-algorithm'],
  ['StorageClass', 's3:x-amz-storage-class'],
  ['WebsiteRedirectLocation', 's3:x-amz-website-redirect-location'],
  ['MetadataDirective', 's3:x-amz-metadata-directive'],
  ['ObjectOwnership', 's3:x-amz-object-ownership'],
  ['ObjectLockMode', 's3:object-lock-mode'],
  ['ObjectLockLegalHoldStatus', 's3:object-lock-legal-hold'],
  ['IfMatch', 's3:if-match'],
  ['IfNoneMatch', 's3:if-none-match'],
  ['VersionId', 's3:versionid'],
  ['Prefix', 's3:prefix'],
  ['Delimiter', 's3:delimiter'],
  ['MaxKeys', 's3:max-keys'],
] as const;

export interface ConditionInput {
  readonly CopySource?: string | undefined;
  readonly CreateBucketConfiguration?: { readonly LocationConstraint?: string | undefined } | undefined;
}

/** What the input says, by S3's keys; what it leaves out has no key. */
export function inputConditions(input: ConditionInput): RequestContext {
  const members = input as Readonly<Record<string, unknown>>;
  const context: Record<string, string> = {};
  for (const [member, key] of MEMBER_KEYS) {
    const value = members[member];
    if (typeof value === 'string' || typeof value === 'number') context[key] = String(value);
  }
  const source = parseCopySource(input.CopySource);
  if (source) context['s3:x-amz-copy-source'] = `${source.bucketName}/${source.key}`;
  const location = input.CreateBucketConfiguration?.LocationConstraint;
  if (location) context['s3:locationconstraint'] = location;
  return context;
}
