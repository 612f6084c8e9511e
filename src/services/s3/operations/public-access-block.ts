import type {
  DeletePublicAccessBlockCommandInput,
  GetPublicAccessBlockCommandInput,
  PutPublicAccessBlockCommandInput,
} from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { malformedXml, s3Error } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { without } from '../present.ts';

type Answer = Promise<Record<string, unknown>>;

/** Kept whole; `BlockPublicPolicy` is enforced by PutBucketPolicy. Unsigned requests are refused in any case. */
export function putPublicAccessBlock(deps: S3Dependencies) {
  return async (input: PutPublicAccessBlockCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    const asked = input.PublicAccessBlockConfiguration;
    if (!asked) throw malformedXml();
    const publicAccessBlock = {
      blockPublicAcls: asked.BlockPublicAcls ?? false,
      ignorePublicAcls: asked.IgnorePublicAcls ?? false,
      blockPublicPolicy: asked.BlockPublicPolicy ?? false,
      restrictPublicBuckets: asked.RestrictPublicBuckets ?? false,
    };
    await deps.buckets.update(bucket.generation, (settings) => ({ ...settings, publicAccessBlock }));
    return {};
  };
}

export function getPublicAccessBlock(deps: S3Dependencies) {
  return async (input: GetPublicAccessBlockCommandInput): Answer => {
    const { settings, name } = findBucket(deps, input);
    const block = settings.publicAccessBlock;
    if (!block) {
      throw s3Error(
        404,
        'NoSuchPublicAccessBlockConfiguration',
        'The public access block configuration was not found',
        { BucketName: name },
      );
    }
    return {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: block.blockPublicAcls,
        IgnorePublicAcls: block.ignorePublicAcls,
        BlockPublicPolicy: block.blockPublicPolicy,
        RestrictPublicBuckets: block.restrictPublicBuckets,
      },
    };
  };
}

export function deletePublicAccessBlock(deps: S3Dependencies) {
  return async (input: DeletePublicAccessBlockCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    await deps.buckets.update(bucket.generation, (settings) => without(settings, 'publicAccessBlock'));
    return {};
  };
}
