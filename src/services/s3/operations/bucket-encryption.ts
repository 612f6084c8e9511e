/** Default encryption: always AES256, as S3 itself says of every bucket. */
import type {
  DeleteBucketEncryptionCommandInput,
  GetBucketEncryptionCommandInput,
  PutBucketEncryptionCommandInput,
} from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { invalidArgument, malformedXml } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { refuseKms } from '../refusals.ts';

type Answer = Promise<Record<string, unknown>>;

export function putBucketEncryption(deps: S3Dependencies) {
  return async (input: PutBucketEncryptionCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    const rules = input.ServerSideEncryptionConfiguration?.Rules ?? [];
    const [rule] = rules;
    const byDefault = rule?.ApplyServerSideEncryptionByDefault;
    if (rules.length !== 1 || !rule || !byDefault?.SSEAlgorithm) throw malformedXml();
    if (byDefault.SSEAlgorithm !== 'AES256') refuseKms();
    if (byDefault.KMSMasterKeyID !== undefined) {
      throw invalidArgument(
        'a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse',
        'KMSMasterKeyID',
      );
    }
    const encryption = { bucketKeyEnabled: rule.BucketKeyEnabled ?? false };
    await deps.buckets.update(bucket.generation, (settings) => ({ ...settings, encryption }));
    return {};
  };
}

export function getBucketEncryption(deps: S3Dependencies) {
  return async (input: GetBucketEncryptionCommandInput): Answer => {
    const { settings } = findBucket(deps, input);
    const rule = {
      ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
      BucketKeyEnabled: settings.encryption.bucketKeyEnabled,
    };
    return { ServerSideEncryptionConfiguration: { Rules: [rule] } };
  };
}

/** Back to the default. */
export function deleteBucketEncryption(deps: S3Dependencies) {
  return async (input: DeleteBucketEncryptionCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    const encryption = { bucketKeyEnabled: false };
    await deps.buckets.update(bucket.generation, (settings) => ({ ...settings, encryption }));
    return {};
  };
}
