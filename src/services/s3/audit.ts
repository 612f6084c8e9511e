import type { AuditRule, AuditTable } from '#audit';
import type { AuditResource } from '#records';
import type { S3Operation } from '#wire';
import { type AuditResources, changes, data, each, reads, UNRECORDED } from '../audit-rows.ts';
import { bucketArn, objectArn } from './access.ts';
import { requestNames, responseNames } from './audit-parameters.ts';

interface Named {
  readonly Bucket?: string;
  readonly Key?: string;
}

/** Whose a bucket is, its name does not tell. */
function bucket({ Bucket }: Named): AuditResource[] {
  return [{ type: 'AWS::S3::Bucket', ARN: bucketArn(Bucket) }];
}

function object(input: Named): AuditResource[] {
  return [{ type: 'AWS::S3::Object', ARN: objectArn(input.Bucket, input.Key) }, ...bucket(input)];
}

/** Of what is about many objects, or about any. */
function objects(input: Named): AuditResource[] {
  return [{ type: 'AWS::S3::Object', ARNPrefix: objectArn(input.Bucket, '') }, ...bucket(input)];
}

function about(resources: AuditResources, rule: AuditRule): AuditRule {
  return { ...rule, resources };
}

const BUCKET = about(bucket, reads(['Bucket']));
const NUMBERED = about(bucket, reads(['Bucket', 'Id']));
const LISTED = about(bucket, reads(['Bucket', 'ContinuationToken']));
const REMOVED = about(bucket, changes(['Bucket']));
const NUMBERED_REMOVED = about(bucket, changes(['Bucket', 'Id']));

/** A setting that is put on a bucket: the document whole. */
function put(...members: readonly string[]): AuditRule {
  return about(bucket, changes(['Bucket', ...members]));
}

const VERSION = ['Bucket', 'Key', 'VersionId'];
const PAGE_OF_OBJECTS = ['Bucket', 'Prefix', 'Delimiter', 'EncodingType', 'MaxKeys'];
const GRANTS = ['ACL', 'GrantFullControl', 'GrantRead', 'GrantReadACP', 'GrantWriteACP'];
/** Metadata and tags of objects are their owners' own words. */
const WRITTEN = [
  ...GRANTS,
  'StorageClass',
  'ServerSideEncryption',
  'SSEKMSKeyId!',
  'SSECustomerAlgorithm',
  'SSECustomerKeyMD5',
  'ObjectLockMode',
  'ObjectLockLegalHoldStatus',
];
const WRITE_ANSWER = ['ServerSideEncryption', 'VersionId'];
const PART = ['Bucket', 'Key', 'UploadId', 'PartNumber'];

const ROWS: Readonly<Record<S3Operation, AuditRule>> = {
  // Buckets
  ListBuckets: reads(['MaxBuckets', 'Prefix', 'BucketRegion', 'ContinuationToken']),
  CreateBucket: put(
    ...GRANTS,
    'GrantWrite',
    'CreateBucketConfiguration',
    'ObjectLockEnabledForBucket',
    'ObjectOwnership',
  ),
  DeleteBucket: REMOVED,
  GetBucketLocation: BUCKET,
  ...settings(),

  // Looking into buckets
  HeadBucket: data(objects, reads(['Bucket'])),
  ListObjects: data(objects, reads([...PAGE_OF_OBJECTS, 'Marker'])),
  ListObjectsV2: data(
    objects,
    reads([...PAGE_OF_OBJECTS, 'ContinuationToken', 'StartAfter', 'FetchOwner'], { eventName: 'ListObjects' }),
  ),
  ListObjectVersions: data(objects, reads([...PAGE_OF_OBJECTS, 'KeyMarker', 'VersionIdMarker'])),
  ListMultipartUploads: data(
    objects,
    reads(['Bucket', 'Prefix', 'Delimiter', 'EncodingType', 'MaxUploads', 'KeyMarker', 'UploadIdMarker']),
  ),

  // Objects
  GetObject: data(object, reads([...VERSION, 'Range', 'PartNumber'])),
  HeadObject: data(object, reads([...VERSION, 'Range', 'PartNumber'])),
  GetObjectAttributes: data(object, reads([...VERSION, 'ObjectAttributes', 'MaxParts', 'PartNumberMarker'])),
  GetObjectTorrent: data(object, reads(['Bucket', 'Key'])),
  SelectObjectContent: data(object, reads(['Bucket', 'Key'])),
  PutObject: data(object, changes(['Bucket', 'Key', ...WRITTEN], WRITE_ANSWER)),
  CopyObject: data(
    object,
    changes(
      ['Bucket', 'Key', 'CopySource', 'MetadataDirective', 'TaggingDirective', ...WRITTEN],
      [...WRITE_ANSWER, 'CopySourceVersionId'],
    ),
  ),
  DeleteObject: data(object, changes([...VERSION, 'BypassGovernanceRetention'], ['DeleteMarker', 'VersionId'])),
  // Which keys, AWS does not say either.
  DeleteObjects: data(objects, changes(['Bucket', 'BypassGovernanceRetention'])),
  RestoreObject: data(object, changes(VERSION)),
  UpdateObjectEncryption: data(object, changes(VERSION)),

  // Objects in parts
  CreateMultipartUpload: data(object, changes(['Bucket', 'Key', ...WRITTEN], ['ServerSideEncryption'])),
  UploadPart: data(object, changes(PART, ['ServerSideEncryption'])),
  UploadPartCopy: data(
    object,
    changes([...PART, 'CopySource', 'CopySourceRange'], ['ServerSideEncryption', 'CopySourceVersionId']),
  ),
  CompleteMultipartUpload: data(object, changes(['Bucket', 'Key', 'UploadId'], WRITE_ANSWER)),
  AbortMultipartUpload: data(object, changes(['Bucket', 'Key', 'UploadId'])),
  ListParts: data(object, reads(['Bucket', 'Key', 'UploadId', 'MaxParts', 'PartNumberMarker'])),

  // What belongs to objects
  GetObjectAcl: data(object, reads(VERSION)),
  PutObjectAcl: data(object, changes([...VERSION, ...GRANTS, 'GrantWrite', 'AccessControlPolicy'])),
  GetObjectTagging: data(object, reads(VERSION)),
  PutObjectTagging: data(object, changes(VERSION, ['VersionId'])),
  DeleteObjectTagging: data(object, changes(VERSION, ['VersionId'])),
  GetObjectLegalHold: data(object, reads(VERSION)),
  PutObjectLegalHold: data(object, changes([...VERSION, 'LegalHold'])),
  GetObjectRetention: data(object, reads(VERSION)),
  PutObjectRetention: data(object, changes([...VERSION, 'Retention', 'BypassGovernanceRetention'])),
  GetObjectAnnotation: data(object, reads([...VERSION, 'AnnotationName'])),
  PutObjectAnnotation: data(object, changes([...VERSION, 'AnnotationName'])),
  DeleteObjectAnnotation: data(object, changes([...VERSION, 'AnnotationName'])),
  ListObjectAnnotations: data(
    object,
    reads([...VERSION, 'AnnotationPrefix', 'MaxAnnotationResults', 'ContinuationToken']),
  ),

  // Directory buckets and functions at access points, which Varve has none of
  ...each(UNRECORDED, ['CreateSession', 'ListDirectoryBuckets', 'RenameObject', 'WriteGetObjectResponse']),
};

/** Events of settings mostly have the operation's name; AWS's page lists those that have another. */
function settings() {
  return {
    GetBucketPolicy: BUCKET,
    PutBucketPolicy: put('Policy'),
    DeleteBucketPolicy: REMOVED,
    GetBucketPolicyStatus: BUCKET,
    GetBucketAcl: BUCKET,
    PutBucketAcl: put(...GRANTS, 'GrantWrite', 'AccessControlPolicy'),
    GetBucketOwnershipControls: BUCKET,
    PutBucketOwnershipControls: put('OwnershipControls'),
    DeleteBucketOwnershipControls: REMOVED,
    GetPublicAccessBlock: { ...BUCKET, eventName: 'GetBucketPublicAccessBlock' },
    PutPublicAccessBlock: { ...put('PublicAccessBlockConfiguration'), eventName: 'PutBucketPublicAccessBlock' },
    DeletePublicAccessBlock: { ...REMOVED, eventName: 'DeleteBucketPublicAccessBlock' },
    GetBucketEncryption: BUCKET,
    PutBucketEncryption: put('ServerSideEncryptionConfiguration'),
    DeleteBucketEncryption: REMOVED,
    GetBucketVersioning: BUCKET,
    PutBucketVersioning: put('VersioningConfiguration'),
    GetObjectLockConfiguration: BUCKET,
    PutObjectLockConfiguration: put('ObjectLockConfiguration'),
    GetBucketTagging: BUCKET,
    PutBucketTagging: put('Tagging'),
    DeleteBucketTagging: REMOVED,
    GetBucketAbac: BUCKET,
    PutBucketAbac: put('AbacStatus'),
    GetBucketLifecycleConfiguration: { ...BUCKET, eventName: 'GetBucketLifecycle' },
    PutBucketLifecycleConfiguration: { ...put('LifecycleConfiguration'), eventName: 'PutBucketLifecycle' },
    DeleteBucketLifecycle: REMOVED,
    GetBucketNotificationConfiguration: { ...BUCKET, eventName: 'GetBucketNotification' },
    PutBucketNotificationConfiguration: { ...put('NotificationConfiguration'), eventName: 'PutBucketNotification' },
    GetBucketLogging: BUCKET,
    PutBucketLogging: put('BucketLoggingStatus'),
    GetBucketReplication: BUCKET,
    PutBucketReplication: put('ReplicationConfiguration'),
    DeleteBucketReplication: REMOVED,
    GetBucketCors: BUCKET,
    PutBucketCors: put('CORSConfiguration'),
    DeleteBucketCors: REMOVED,
    GetBucketWebsite: BUCKET,
    PutBucketWebsite: put('WebsiteConfiguration'),
    DeleteBucketWebsite: REMOVED,
    GetBucketRequestPayment: BUCKET,
    PutBucketRequestPayment: put('RequestPaymentConfiguration'),
    GetBucketAccelerateConfiguration: BUCKET,
    PutBucketAccelerateConfiguration: put('AccelerateConfiguration'),
    GetBucketAnalyticsConfiguration: NUMBERED,
    PutBucketAnalyticsConfiguration: put('Id', 'AnalyticsConfiguration'),
    DeleteBucketAnalyticsConfiguration: NUMBERED_REMOVED,
    ListBucketAnalyticsConfigurations: LISTED,
    GetBucketIntelligentTieringConfiguration: NUMBERED,
    PutBucketIntelligentTieringConfiguration: put('Id', 'IntelligentTieringConfiguration'),
    DeleteBucketIntelligentTieringConfiguration: NUMBERED_REMOVED,
    ListBucketIntelligentTieringConfigurations: LISTED,
    GetBucketInventoryConfiguration: NUMBERED,
    PutBucketInventoryConfiguration: put('Id', 'InventoryConfiguration'),
    DeleteBucketInventoryConfiguration: NUMBERED_REMOVED,
    ListBucketInventoryConfigurations: LISTED,
    GetBucketMetricsConfiguration: NUMBERED,
    PutBucketMetricsConfiguration: put('Id', 'MetricsConfiguration'),
    DeleteBucketMetricsConfiguration: NUMBERED_REMOVED,
    ListBucketMetricsConfigurations: LISTED,
    CreateBucketMetadataConfiguration: put('MetadataConfiguration'),
    GetBucketMetadataConfiguration: BUCKET,
    DeleteBucketMetadataConfiguration: REMOVED,
    CreateBucketMetadataTableConfiguration: put('MetadataTableConfiguration'),
    GetBucketMetadataTableConfiguration: BUCKET,
    DeleteBucketMetadataTableConfiguration: REMOVED,
    UpdateBucketMetadataAnnotationTableConfiguration: put('AnnotationTableConfiguration'),
    UpdateBucketMetadataInventoryTableConfiguration: put('InventoryTableConfiguration'),
    UpdateBucketMetadataJournalTableConfiguration: put('JournalTableConfiguration'),
  } satisfies Partial<Record<S3Operation, AuditRule>>;
}

function named([operation, rule]: [string, AuditRule]): [string, AuditRule] {
  const name = operation as S3Operation;
  if (rule.category === 'none') return [name, rule];
  const shapeRequest = requestNames(name);
  return [name, { ...rule, shapeRequest, ...(rule.response !== 'none' && { shapeResponse: responseNames(name) }) }];
}

/**
 * What CloudTrail tells of S3: what is about buckets is management, what is about objects is data. Never a key of encryption,
 * an object's metadata or its tags.
 * (Sources: S3 User Guide, "Amazon S3 CloudTrail events" and "CloudTrail log file entries for Amazon S3"; real events.)
 */
export const s3Audit: AuditTable<S3Operation> = {
  eventSource: 's3.amazonaws.com',
  times: 'iso',
  operations: Object.fromEntries(Object.entries(ROWS).map(named)) as Record<S3Operation, AuditRule>,
};
