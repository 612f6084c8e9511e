import type { Tag } from '@aws-sdk/client-iam';
import { type Tag as KeptTag, TAGS_MAX } from '#identity';
import { ApiError } from '#wire';

/**
 * Tags as they were handed in, checked.
 * @throws {ApiError} InvalidInput for keys that are there twice or are AWS's own
 */
export function readTags(tags: readonly Tag[] | undefined): KeptTag[] {
  const read = (tags ?? []).map(({ Key, Value }) => ({ key: Key ?? '', value: Value ?? '' }));
  if (new Set(read.map(({ key }) => key.toLowerCase())).size < read.length) {
    throw new ApiError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if (read.some(({ key }) => key.toLowerCase().startsWith('aws:'))) {
    throw new ApiError('InvalidInput', 'The prefix "aws:" is reserved for AWS use and cannot be used in a tag key.');
  }
  return read;
}

/**
 * `added` over `present`: keys are the same without regard to case.
 * @param quota AWS's name of the limit
 * @throws {ApiError} LimitExceeded
 */
export function mergeTags(
  present: readonly KeptTag[],
  added: readonly KeptTag[],
  quota: 'TagsPerRole' | 'TagsPerUser' | 'TagsPerPolicy' | 'TagsPerOpenIdConnectProvider' = 'TagsPerRole',
): KeptTag[] {
  const merged = [
    ...withoutTags(
      present,
      added.map(({ key }) => key),
    ),
    ...added,
  ];
  if (merged.length > TAGS_MAX) {
    throw new ApiError(
      'LimitExceeded',
      `The number of tags has reached the maximum limit. Cannot exceed quota for ${quota}: ${TAGS_MAX}`,
    );
  }
  return merged;
}

export function withoutTags(present: readonly KeptTag[], keys: readonly string[]): KeptTag[] {
  const gone = new Set(keys.map((key) => key.toLowerCase()));
  return present.filter(({ key }) => !gone.has(key.toLowerCase()));
}
