import type {
  DeleteBucketTaggingCommandInput,
  GetBucketTaggingCommandInput,
  PutBucketTaggingCommandInput,
} from '@aws-sdk/client-s3';
import type { S3Dependencies } from '../dependencies.ts';
import { s3Error } from '../errors.ts';
import { findBucket } from '../find-bucket.ts';
import { without } from '../present.ts';
import { tagSet, tagsOf } from '../tags.ts';

type Answer = Promise<Record<string, unknown>>;

export function putBucketTagging(deps: S3Dependencies) {
  return async (input: PutBucketTaggingCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    const tags = tagsOf(input.Tagging?.TagSet ?? []);
    await deps.buckets.update(bucket.generation, (settings) =>
      tags.length > 0 ? { ...settings, tags } : without(settings, 'tags'),
    );
    return {};
  };
}

export function getBucketTagging(deps: S3Dependencies) {
  return async (input: GetBucketTaggingCommandInput): Answer => {
    const { settings, name } = findBucket(deps, input);
    if (!settings.tags) throw s3Error(404, 'NoSuchTagSet', 'The TagSet does not exist', { BucketName: name });
    return { TagSet: tagSet(settings.tags) };
  };
}

export function deleteBucketTagging(deps: S3Dependencies) {
  return async (input: DeleteBucketTaggingCommandInput): Answer => {
    const bucket = findBucket(deps, input);
    await deps.buckets.update(bucket.generation, (settings) => without(settings, 'tags'));
    return {};
  };
}
