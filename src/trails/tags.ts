/** Tags of trails. (CloudTrail API reference, AddTags; User Guide, quotas.) */
import { invalidTags, tooManyTags } from './errors.ts';

export interface GivenTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

export const TAGS_MAX = 50;
const KEY_CHARS_MAX = 128;
const VALUE_CHARS_MAX = 256;
const ALLOWED = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/**
 * The tags with those given put over them.
 * @throws {ApiError} InvalidTagParameterException, TagsLimitExceededException
 */
export function withTags(tags: ReadonlyMap<string, string>, given: readonly GivenTag[]): ReadonlyMap<string, string> {
  const keys = new Set<string>();
  const all = new Map(tags);
  for (const { Key = '', Value = '' } of given) {
    if (Key === '' || Key.length > KEY_CHARS_MAX || !ALLOWED.test(Key)) {
      throw invalidTags(`The tag key is not valid: ${Key}`);
    }
    if (Key.toLowerCase().startsWith('aws:')) {
      throw invalidTags(`Tag keys that begin with aws: are reserved for system use: ${Key}`);
    }
    if (Value.length > VALUE_CHARS_MAX || !ALLOWED.test(Value)) {
      throw invalidTags(`The value of the tag ${Key} is not valid: ${Value}`);
    }
    if (keys.has(Key)) throw invalidTags(`The tag key is given more than once: ${Key}`);
    keys.add(Key);
    all.set(Key, Value);
  }
  if (all.size > TAGS_MAX) throw tooManyTags(TAGS_MAX);
  return all;
}

/** Values do not matter; what is not there is no mistake. */
export function withoutTags(
  tags: ReadonlyMap<string, string>,
  given: readonly GivenTag[],
): ReadonlyMap<string, string> {
  const removed = new Set(given.map(({ Key }) => Key));
  return new Map([...tags].filter(([key]) => !removed.has(key)));
}
