import type {
  CompleteMultipartUploadCommandInput,
  CopyObjectCommandInput,
  CreateBucketCommandInput,
  CreateMultipartUploadCommandInput,
  PutObjectCommandInput,
  UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import type { S3Operation } from '#wire';
import { type AuthorizationTable, type Need, needs, requestTagContext, type Rule } from '../authorization.ts';
import { bucketArn, objectArn } from './access.ts';
import { parseCopySource } from './copy-source.ts';
import { type ConditionInput, inputConditions } from './request-conditions.ts';

interface Named extends ConditionInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

function onBucket(action: string): Rule {
  return (input: Named) => [{ action, resource: bucketArn(input.Bucket), context: inputConditions(input) }];
}

/** The owning account's root can always mend the policy of a bucket. (S3 API reference, PutBucketPolicy.) */
function onBucketPolicy(action: string): Rule {
  return (input: Named) => [{ action, resource: bucketArn(input.Bucket), rootAlways: true }];
}

/** @param versioned the action where the request names a version */
function objectNeed(input: Named, action: string, versioned: string = action): Need {
  return {
    action: input.VersionId === undefined ? action : versioned,
    resource: objectArn(input.Bucket, input.Key),
    context: inputConditions(input),
  };
}

function onObject(action: string, versioned?: string): Rule {
  return (input: Named) => [objectNeed(input, action, versioned)];
}

type Write = PutObjectCommandInput | CopyObjectCommandInput | CreateMultipartUploadCommandInput;

/** The canned ACLs that give nothing away: s3:PutObject with its condition keys covers them. */
const QUIET_ACLS = new Set<string | undefined>([undefined, 'private', 'bucket-owner-full-control']);

/**
 * A write; what it says of access, tags and locks has actions of its own.
 * @param creates whether the object is there afterwards: the parts of an upload do not make it
 */
function writeNeeds(input: Write, creates: boolean): Need[] {
  const write = partNeed(input, creates);
  const { resource, context = {} } = write;
  const grants = [input.GrantFullControl, input.GrantRead, input.GrantReadACP, input.GrantWriteACP];
  const more = [
    !QUIET_ACLS.has(input.ACL) || grants.some((grant) => grant !== undefined) ? 's3:PutObjectAcl' : [],
    input.Tagging ? 's3:PutObjectTagging' : [],
    input.ObjectLockMode === undefined ? [] : 's3:PutObjectRetention',
    input.ObjectLockLegalHoldStatus === undefined ? [] : 's3:PutObjectLegalHold',
  ].flat();
  return [write, ...more.map((action) => ({ action, resource, context })), ...conditionNeeds(input)];
}

function partNeed(input: Named, creates: boolean): Need {
  const need = objectNeed({ ...input, VersionId: undefined }, 's3:PutObject');
  return { ...need, context: { ...need.context, 's3:ObjectCreationOperation': String(creates) } };
}

/** `If-Match` tells what is there. (S3 User Guide, "Add preconditions to S3 operations with conditional requests".) */
function conditionNeeds(input: Named & { readonly IfMatch?: string | undefined }): Need[] {
  return input.IfMatch === undefined ? [] : [objectNeed(input, 's3:GetObject')];
}

/** None for a source that cannot be read: its handler says what is wrong with it. */
function sourceNeeds(input: CopyObjectCommandInput | UploadPartCopyCommandInput): Need[] {
  const source = parseCopySource(input.CopySource);
  if (!source) return [];
  const action = source.versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  return [{ action, resource: objectArn(source.bucketName, source.key), context: inputConditions(input) }];
}

/** A bucket's name is everybody's: that somebody else has it is no matter of permissions. */
function createBucketNeeds(input: CreateBucketCommandInput): Need[] {
  const { Bucket, CreateBucketConfiguration: { Tags: tags = [] } = {} } = input;
  const tagContext = requestTagContext(Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])));
  const context = { ...inputConditions(input), ...tagContext };
  const grants = [input.GrantFullControl, input.GrantRead, input.GrantReadACP, input.GrantWrite, input.GrantWriteACP];
  const actions = [
    's3:CreateBucket',
    input.ACL !== undefined || grants.some((grant) => grant !== undefined) ? 's3:PutBucketAcl' : [],
    input.ObjectOwnership === undefined ? [] : 's3:PutBucketOwnershipControls',
    input.ObjectLockEnabledForBucket ? ['s3:PutBucketObjectLockConfiguration', 's3:PutBucketVersioning'] : [],
    tags.length > 0 ? 's3:TagResource' : [],
  ].flat();
  return actions.map((action) => ({ action, resource: bucketArn(Bucket), context, isNew: true }));
}

/**
 * What callers must be allowed for each operation. (Sources: Service Authorization Reference, Amazon S3; S3 User Guide,
 * "Required permissions for Amazon S3 API operations".)
 */
export const s3Authorization: AuthorizationTable<S3Operation> = {
  ListBuckets: needs('s3:ListAllMyBuckets'),
  CreateBucket: createBucketNeeds,
  DeleteBucket: onBucket('s3:DeleteBucket'),
  HeadBucket: onBucket('s3:ListBucket'),
  GetBucketLocation: onBucket('s3:GetBucketLocation'),
  GetBucketPolicy: onBucketPolicy('s3:GetBucketPolicy'),
  PutBucketPolicy: onBucketPolicy('s3:PutBucketPolicy'),
  DeleteBucketPolicy: onBucketPolicy('s3:DeleteBucketPolicy'),
  ...bucketSettings(),
  ListObjects: onBucket('s3:ListBucket'),
  ListObjectsV2: onBucket('s3:ListBucket'),
  ListObjectVersions: onBucket('s3:ListBucketVersions'),
  ListMultipartUploads: onBucket('s3:ListBucketMultipartUploads'),
  GetObject: onObject('s3:GetObject', 's3:GetObjectVersion'),
  HeadObject: onObject('s3:GetObject', 's3:GetObjectVersion'),
  GetObjectAttributes: (input: Named) => [
    objectNeed(input, 's3:GetObject', 's3:GetObjectVersion'),
    objectNeed(input, 's3:GetObjectAttributes', 's3:GetObjectVersionAttributes'),
  ],
  GetObjectAcl: onObject('s3:GetObjectAcl', 's3:GetObjectVersionAcl'),
  PutObjectAcl: onObject('s3:PutObjectAcl', 's3:PutObjectVersionAcl'),
  GetObjectTagging: onObject('s3:GetObjectTagging', 's3:GetObjectVersionTagging'),
  DeleteObjectTagging: onObject('s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'),
  GetObjectLegalHold: onObject('s3:GetObjectLegalHold'),
  GetObjectRetention: onObject('s3:GetObjectRetention'),
  PutObject: (input: PutObjectCommandInput) => writeNeeds(input, true),
  CopyObject: (input: CopyObjectCommandInput) => [...writeNeeds(input, true), ...sourceNeeds(input)],
  DeleteObject: onObject('s3:DeleteObject', 's3:DeleteObjectVersion'),
  // Its handler judges each key by itself.
  DeleteObjects: () => [],
  CreateMultipartUpload: (input: CreateMultipartUploadCommandInput) => writeNeeds(input, false),
  UploadPart: (input: Named) => [partNeed(input, false)],
  UploadPartCopy: (input: UploadPartCopyCommandInput) => [partNeed(input, false), ...sourceNeeds(input)],
  CompleteMultipartUpload: (input: CompleteMultipartUploadCommandInput) => [
    partNeed(input, true),
    ...conditionNeeds(input),
  ],
  AbortMultipartUpload: onObject('s3:AbortMultipartUpload'),
  ListParts: onObject('s3:ListMultipartUploadParts'),
};

/** Settings of a bucket, the unconfigured ones among them: deleting one is putting it, for most. */
function bucketSettings(): AuthorizationTable<S3Operation> {
  return {
    GetBucketPolicyStatus: onBucket('s3:GetBucketPolicyStatus'),
    GetBucketOwnershipControls: onBucket('s3:GetBucketOwnershipControls'),
    PutBucketOwnershipControls: onBucket('s3:PutBucketOwnershipControls'),
    DeleteBucketOwnershipControls: onBucket('s3:PutBucketOwnershipControls'),
    GetBucketAcl: onBucket('s3:GetBucketAcl'),
    PutBucketAcl: onBucket('s3:PutBucketAcl'),
    GetBucketEncryption: onBucket('s3:GetEncryptionConfiguration'),
    PutBucketEncryption: onBucket('s3:PutEncryptionConfiguration'),
    DeleteBucketEncryption: onBucket('s3:PutEncryptionConfiguration'),
    GetBucketVersioning: onBucket('s3:GetBucketVersioning'),
    PutBucketVersioning: onBucket('s3:PutBucketVersioning'),
    GetPublicAccessBlock: onBucket('s3:GetBucketPublicAccessBlock'),
    PutPublicAccessBlock: onBucket('s3:PutBucketPublicAccessBlock'),
    DeletePublicAccessBlock: onBucket('s3:PutBucketPublicAccessBlock'),
    GetBucketTagging: onBucket('s3:GetBucketTagging'),
    PutBucketTagging: onBucket('s3:PutBucketTagging'),
    DeleteBucketTagging: onBucket('s3:PutBucketTagging'),
    GetBucketAbac: onBucket('s3:GetBucketAbac'),
    GetBucketAccelerateConfiguration: onBucket('s3:GetAccelerateConfiguration'),
    GetBucketLogging: onBucket('s3:GetBucketLogging'),
    GetBucketNotificationConfiguration: onBucket('s3:GetBucketNotification'),
    GetBucketRequestPayment: onBucket('s3:GetBucketRequestPayment'),
    GetBucketAnalyticsConfiguration: onBucket('s3:GetAnalyticsConfiguration'),
    ListBucketAnalyticsConfigurations: onBucket('s3:GetAnalyticsConfiguration'),
    DeleteBucketAnalyticsConfiguration: onBucket('s3:PutAnalyticsConfiguration'),
    GetBucketIntelligentTieringConfiguration: onBucket('s3:GetIntelligentTieringConfiguration'),
    ListBucketIntelligentTieringConfigurations: onBucket('s3:GetIntelligentTieringConfiguration'),
    DeleteBucketIntelligentTieringConfiguration: onBucket('s3:PutIntelligentTieringConfiguration'),
    GetBucketInventoryConfiguration: onBucket('s3:GetInventoryConfiguration'),
    ListBucketInventoryConfigurations: onBucket('s3:GetInventoryConfiguration'),
    DeleteBucketInventoryConfiguration: onBucket('s3:PutInventoryConfiguration'),
    GetBucketMetricsConfiguration: onBucket('s3:GetMetricsConfiguration'),
    ListBucketMetricsConfigurations: onBucket('s3:GetMetricsConfiguration'),
    DeleteBucketMetricsConfiguration: onBucket('s3:PutMetricsConfiguration'),
    GetBucketCors: onBucket('s3:GetBucketCORS'),
    DeleteBucketCors: onBucket('s3:PutBucketCORS'),
    GetBucketLifecycleConfiguration: onBucket('s3:GetLifecycleConfiguration'),
    DeleteBucketLifecycle: onBucket('s3:PutLifecycleConfiguration'),
    GetBucketReplication: onBucket('s3:GetReplicationConfiguration'),
    DeleteBucketReplication: onBucket('s3:PutReplicationConfiguration'),
    GetBucketWebsite: onBucket('s3:GetBucketWebsite'),
    DeleteBucketWebsite: onBucket('s3:DeleteBucketWebsite'),
    GetObjectLockConfiguration: onBucket('s3:GetBucketObjectLockConfiguration'),
  };
}
