/**
 * S3's operations.
 *
 * Gaps (November 2026): versioning cannot be enabled, no KMS, no ACLs, no object tags, no object lock, no lifecycle,
 * no directory buckets, no access points. What asks for them is refused in words.
 * By design: a request reaches a bucket whatever region it is signed for; unsigned requests are refused.
 */
import {
  type CallContext,
  implement,
  type ImplementedOperation,
  type OperationTable,
  unimplementedAll,
} from '../service.ts';
import type { S3Operation } from '#wire';
import { missingKey } from './access.ts';
import type { S3Dependencies } from './dependencies.ts';
import { type ErrorSubject, wordFailure } from './errors.ts';
import { checkIntegrity } from './integrity.ts';
import { abortMultipartUpload } from './operations/abort-multipart-upload.ts';
import { deleteBucketEncryption, getBucketEncryption, putBucketEncryption } from './operations/bucket-encryption.ts';
import {
  deleteBucketOwnershipControls,
  getBucketAcl,
  getBucketOwnershipControls,
  getObjectAcl,
  putBucketAcl,
  putBucketOwnershipControls,
  putObjectAcl,
} from './operations/bucket-ownership.ts';
import {
  deleteBucketPolicy,
  getBucketPolicy,
  getBucketPolicyStatus,
  putBucketPolicy,
} from './operations/bucket-policy.ts';
import { deleteBucketTagging, getBucketTagging, putBucketTagging } from './operations/bucket-tagging.ts';
import { getBucketVersioning, putBucketVersioning } from './operations/bucket-versioning.ts';
import { completeMultipartUpload } from './operations/complete-multipart-upload.ts';
import { copyObject } from './operations/copy-object.ts';
import { createBucket } from './operations/create-bucket.ts';
import { createMultipartUpload } from './operations/create-multipart-upload.ts';
import { deleteBucket } from './operations/delete-bucket.ts';
import { deleteObject } from './operations/delete-object.ts';
import { deleteObjects } from './operations/delete-objects.ts';
import { getBucketLocation } from './operations/get-bucket-location.ts';
import { getObjectAttributes } from './operations/get-object-attributes.ts';
import { getObject } from './operations/get-object.ts';
import { headBucket } from './operations/head-bucket.ts';
import { headObject } from './operations/head-object.ts';
import { listBuckets } from './operations/list-buckets.ts';
import { listMultipartUploads } from './operations/list-multipart-uploads.ts';
import { listObjectVersions } from './operations/list-object-versions.ts';
import { listObjects, listObjectsV2 } from './operations/list-objects.ts';
import { listParts } from './operations/list-parts.ts';
import { notConfigured } from './operations/not-configured.ts';
import {
  deletePublicAccessBlock,
  getPublicAccessBlock,
  putPublicAccessBlock,
} from './operations/public-access-block.ts';
import { putObject } from './operations/put-object.ts';
import { uploadPartCopy } from './operations/upload-part-copy.ts';
import { uploadPart } from './operations/upload-part.ts';
import { isReason } from './reasons.ts';

export { denialMessage as s3DenialMessage } from './access.ts';
export type { S3Dependencies } from './dependencies.ts';
export { signatureConditions as s3RequestContext } from './request-conditions.ts';

/** An operation of S3: its body is checked first, and what rooms throw is worded as S3 does. */
function s3<Input>(
  handle: (input: Input, context: CallContext) => Promise<Record<string, unknown>>,
  checksums: 'of the body' | 'of the object' = 'of the body',
): ImplementedOperation {
  return implement<Input & ErrorSubject, Record<string, unknown>>(async (input, context) => {
    try {
      if (checksums === 'of the body') await checkIntegrity(context);
      return await handle(input, context);
    } catch (error) {
      throw isReason(error, 'no-such-key') ? missingKey(context, input) : wordFailure(error, input);
    }
  });
}

export function createS3Service(deps: S3Dependencies): OperationTable<S3Operation> {
  return {
    ...bucketOperations(deps),
    ...objectOperations(deps),
    ...notConfigured(deps, s3),
    ...unimplementedAll('Varve keeps no such setting of buckets', [
      'PutBucketAbac',
      'PutBucketAccelerateConfiguration',
      'PutBucketAnalyticsConfiguration',
      'PutBucketCors',
      'PutBucketIntelligentTieringConfiguration',
      'PutBucketInventoryConfiguration',
      'PutBucketLifecycleConfiguration',
      'PutBucketLogging',
      'PutBucketMetricsConfiguration',
      'PutBucketNotificationConfiguration',
      'PutBucketReplication',
      'PutBucketRequestPayment',
      'PutBucketWebsite',
    ]),
    ...unimplementedAll('objects have no tags', ['PutObjectTagging']),
    ...unimplementedAll('objects have no annotations', [
      'DeleteObjectAnnotation',
      'GetObjectAnnotation',
      'ListObjectAnnotations',
      'PutObjectAnnotation',
    ]),
    ...unimplementedAll('there is no object lock', [
      'PutObjectLegalHold',
      'PutObjectLockConfiguration',
      'PutObjectRetention',
    ]),
    ...unimplementedAll('there are no directory buckets', ['CreateSession', 'ListDirectoryBuckets', 'RenameObject']),
    ...unimplementedAll('there are no metadata tables', [
      'CreateBucketMetadataConfiguration',
      'CreateBucketMetadataTableConfiguration',
      'DeleteBucketMetadataConfiguration',
      'DeleteBucketMetadataTableConfiguration',
      'GetBucketMetadataConfiguration',
      'GetBucketMetadataTableConfiguration',
      'UpdateBucketMetadataAnnotationTableConfiguration',
      'UpdateBucketMetadataInventoryTableConfiguration',
      'UpdateBucketMetadataJournalTableConfiguration',
    ]),
    ...unimplementedAll('there is no KMS', ['UpdateObjectEncryption']),
    ...unimplementedAll('every object can be read at once, none is archived', ['RestoreObject']),
    ...unimplementedAll('AWS itself offers it to few or no customers any more', [
      'GetObjectTorrent',
      'SelectObjectContent',
      'WriteGetObjectResponse',
    ]),
  };
}

function bucketOperations(deps: S3Dependencies) {
  return {
    CreateBucket: s3(createBucket(deps)),
    DeleteBucket: s3(deleteBucket(deps)),
    HeadBucket: s3(headBucket(deps)),
    ListBuckets: s3(listBuckets(deps)),
    GetBucketLocation: s3(getBucketLocation(deps)),
    PutBucketPolicy: s3(putBucketPolicy(deps)),
    GetBucketPolicy: s3(getBucketPolicy(deps)),
    GetBucketPolicyStatus: s3(getBucketPolicyStatus(deps)),
    DeleteBucketPolicy: s3(deleteBucketPolicy(deps)),
    PutBucketOwnershipControls: s3(putBucketOwnershipControls(deps)),
    GetBucketOwnershipControls: s3(getBucketOwnershipControls(deps)),
    DeleteBucketOwnershipControls: s3(deleteBucketOwnershipControls(deps)),
    PutBucketAcl: s3(putBucketAcl(deps)),
    GetBucketAcl: s3(getBucketAcl(deps)),
    PutBucketEncryption: s3(putBucketEncryption(deps)),
    GetBucketEncryption: s3(getBucketEncryption(deps)),
    DeleteBucketEncryption: s3(deleteBucketEncryption(deps)),
    PutBucketVersioning: s3(putBucketVersioning(deps)),
    GetBucketVersioning: s3(getBucketVersioning(deps)),
    PutPublicAccessBlock: s3(putPublicAccessBlock(deps)),
    GetPublicAccessBlock: s3(getPublicAccessBlock(deps)),
    DeletePublicAccessBlock: s3(deletePublicAccessBlock(deps)),
    PutBucketTagging: s3(putBucketTagging(deps)),
    GetBucketTagging: s3(getBucketTagging(deps)),
    DeleteBucketTagging: s3(deleteBucketTagging(deps)),
  } satisfies Partial<OperationTable<S3Operation>>;
}

function objectOperations(deps: S3Dependencies) {
  return {
    PutObject: s3(putObject(deps)),
    GetObject: s3(getObject(deps)),
    HeadObject: s3(headObject(deps)),
    CopyObject: s3(copyObject(deps)),
    DeleteObject: s3(deleteObject(deps)),
    DeleteObjects: s3(deleteObjects(deps)),
    GetObjectAcl: s3(getObjectAcl(deps)),
    PutObjectAcl: s3(putObjectAcl(deps)),
    GetObjectAttributes: s3(getObjectAttributes(deps)),
    ListObjects: s3(listObjects(deps)),
    ListObjectsV2: s3(listObjectsV2(deps)),
    ListObjectVersions: s3(listObjectVersions(deps)),
    CreateMultipartUpload: s3(createMultipartUpload(deps)),
    UploadPart: s3(uploadPart(deps)),
    UploadPartCopy: s3(uploadPartCopy(deps)),
    CompleteMultipartUpload: s3(completeMultipartUpload(deps), 'of the object'),
    AbortMultipartUpload: s3(abortMultipartUpload(deps)),
    ListParts: s3(listParts(deps)),
    ListMultipartUploads: s3(listMultipartUploads(deps)),
  } satisfies Partial<OperationTable<S3Operation>>;
}
