/**
 * Settings that Varve does not have. Reading them tells, in S3's words, that they are not configured, which is true:
 * the CLI, Terraform and CDK read them all of every bucket they make. Deleting them succeeds, as in S3. Putting them
 * is not implemented.
 */
import type { CallContext, ImplementedOperation } from '../../service.ts';
import type { S3Operation } from '#wire';
import type { S3Dependencies } from '../dependencies.ts';
import { invalidRequest, s3Error } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { checkKey, checkVersion } from '../refusals.ts';

interface Input {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly VersionId?: string;
  readonly ExpectedBucketOwner?: string;
}
type Handle = (input: Input, context: CallContext) => Promise<Record<string, unknown>>;
type Implement = (handle: Handle) => ImplementedOperation;

/** Answers when the setting was never put. */
const DEFAULTS = {
  GetBucketAccelerateConfiguration: {},
  GetBucketLogging: {},
  GetBucketNotificationConfiguration: {},
  GetBucketRequestPayment: { Payer: 'BucketOwner' },
  GetBucketAbac: { AbacStatus: { Status: 'Disabled' } },
  ListBucketAnalyticsConfigurations: { IsTruncated: false },
  ListBucketIntelligentTieringConfigurations: { IsTruncated: false },
  ListBucketInventoryConfigurations: { IsTruncated: false },
  ListBucketMetricsConfigurations: { IsTruncated: false },
  DeleteBucketCors: {},
  DeleteBucketLifecycle: {},
  DeleteBucketReplication: {},
  DeleteBucketWebsite: {},
} as const satisfies Partial<Record<S3Operation, object>>;

const NO_CONFIGURATION = ['NoSuchConfiguration', 'The specified configuration does not exist.'] as const;

/** Errors, all with 404, that say so. */
const MISSING = {
  GetBucketCors: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
  GetBucketLifecycleConfiguration: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
  GetBucketReplication: ['ReplicationConfigurationNotFoundError', 'The replication configuration was not found'],
  GetBucketWebsite: ['NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
  GetObjectLockConfiguration: [
    'ObjectLockConfigurationNotFoundError',
    'Object Lock configuration does not exist for this bucket',
  ],
  GetBucketAnalyticsConfiguration: NO_CONFIGURATION,
  GetBucketIntelligentTieringConfiguration: NO_CONFIGURATION,
  GetBucketInventoryConfiguration: NO_CONFIGURATION,
  GetBucketMetricsConfiguration: NO_CONFIGURATION,
  DeleteBucketAnalyticsConfiguration: NO_CONFIGURATION,
  DeleteBucketIntelligentTieringConfiguration: NO_CONFIGURATION,
  DeleteBucketInventoryConfiguration: NO_CONFIGURATION,
  DeleteBucketMetricsConfiguration: NO_CONFIGURATION,
} as const satisfies Partial<Record<S3Operation, readonly [code: string, message: string]>>;

type OfObjects = 'GetObjectTagging' | 'DeleteObjectTagging' | 'GetObjectLegalHold' | 'GetObjectRetention';
export type NotConfigured = keyof typeof DEFAULTS | keyof typeof MISSING | OfObjects;

export function notConfigured(deps: S3Dependencies, implement: Implement): Record<NotConfigured, ImplementedOperation> {
  const defaults = Object.entries(DEFAULTS).map(([name, answer]) => [
    name,
    implement(async (input) => {
      findBucket(deps, input);
      return { ...answer };
    }),
  ]);
  const missing = Object.entries(MISSING).map(([name, [code, message]]) => [
    name,
    implement(async (input) => {
      throw s3Error(404, code, message, { BucketName: findBucket(deps, input).name });
    }),
  ]);
  return {
    ...(Object.fromEntries(defaults) as Record<keyof typeof DEFAULTS, ImplementedOperation>),
    ...(Object.fromEntries(missing) as Record<keyof typeof MISSING, ImplementedOperation>),
    ...ofObjects(deps, implement),
  };
}

/** Objects have no tags and no locks. */
function ofObjects(deps: S3Dependencies, implement: Implement): Record<OfObjects, ImplementedOperation> {
  const mustExist = async (input: Input): Promise<void> => {
    const bucket = findBucket(deps, input);
    checkVersion(input.VersionId);
    await deps.objects.head(bucket, checkKey(input.Key));
  };
  const unlocked = implement(async (input) => {
    findBucket(deps, input);
    throw invalidRequest('Bucket is missing Object Lock Configuration');
  });
  return {
    GetObjectTagging: implement(async (input) => {
      await mustExist(input);
      return { TagSet: [] };
    }),
    DeleteObjectTagging: implement(async (input) => {
      await mustExist(input);
      return {};
    }),
    GetObjectLegalHold: unlocked,
    GetObjectRetention: unlocked,
  };
}
