/** Tags, as the two generations of tagging operations change them. */
import { logErrors } from '#log-groups';
import { ApiError } from '#wire';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html */
export const TAGS_MAX = 50;

export type Tags = Readonly<Record<string, string>>;

/** Keys and values are checked by the model's constraints; AWS keeps `aws:` for itself. */
export function checkTags(tags: Tags): void {
  if (Object.keys(tags).some((key) => /^aws:/i.test(key))) {
    throw logErrors.invalidParameter('Tag keys that start with aws: are reserved for AWS.');
  }
}

/** @throws {ApiError} TooManyTagsException past 50 */
export function withTags(tags: Tags, added: Tags): Tags {
  checkTags(added);
  const all = { ...tags, ...added };
  if (Object.keys(all).length > TAGS_MAX) {
    throw new ApiError('TooManyTagsException', `A resource can have no more than ${TAGS_MAX} tags.`);
  }
  return all;
}

export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}
