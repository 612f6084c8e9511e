import { ApiError } from '#wire';
import { invalidTopicParameter } from '#topics';

const TAGS_MAX = 50;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

interface WireTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** Lengths are the model's. @throws {ApiError} InvalidParameter, TagLimitExceeded */
export function readTags(tags: readonly WireTag[]): Record<string, string> {
  const entries = tags.map(({ Key: key = '', Value: value = '' }): [string, string] => [key, value]);
  for (const [key, value] of entries) {
    if (/^aws:/i.test(key))
      throw invalidTopicParameter('Tags', 'aws: prefixed tag key names are not allowed for external use.');
    if (!CHARACTERS.test(key) || !CHARACTERS.test(value))
      throw invalidTopicParameter('Tags', 'A key or value has characters that tags cannot have.');
  }
  const read = Object.fromEntries(entries);
  if (Object.keys(read).length < entries.length) throw invalidTopicParameter('Duplicated keys are not allowed.');
  checkCount(read);
  return read;
}

/** @throws {ApiError} TagLimitExceeded */
export function checkCount(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length > TAGS_MAX)
    throw new ApiError('TagLimitExceeded', `Could not complete request: tag quota of per resource exceeded`);
}

export function wireTags(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ Key: key, Value: value }));
}
