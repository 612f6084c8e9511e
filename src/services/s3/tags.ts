import type { Tag as WireTag } from '@aws-sdk/client-s3';
import type { Tag } from '#buckets';
import { s3Error } from './errors.ts';

const TAGS_MAX = 50;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

const invalidTag = (message: string, key?: string): Error => s3Error(400, 'InvalidTag', message, { TagKey: key });

/** Reads a TagSet. @throws {ApiError} InvalidTag in S3's words */
export function tagsOf(set: readonly WireTag[]): Tag[] {
  if (set.length > TAGS_MAX) throw s3Error(400, 'BadRequest', 'Bucket tag count cannot be greater than 50');
  const seen = new Set<string>();
  return set.map(({ Key: key = '', Value: value = '' }) => {
    if (seen.has(key)) throw invalidTag('Cannot provide multiple Tags with the same key', key);
    seen.add(key);
    if (/^aws:/i.test(key)) throw invalidTag('System tags cannot be added/updated by requester');
    if (key === '' || key.length > 128 || !ALLOWED.test(key)) {
      throw invalidTag('The TagKey you have provided is invalid', key);
    }
    if (value.length > 256 || !ALLOWED.test(value)) {
      throw s3Error(400, 'InvalidTag', 'The TagValue you have provided is invalid', { TagKey: key, TagValue: value });
    }
    return { key, value };
  });
}

export function tagSet(tags: readonly Tag[]): { Key: string; Value: string }[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}
