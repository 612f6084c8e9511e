import { invalidQueueParameter, TAGS_MAX } from '#queues';

const KEY_CHARS_MAX = 128;
const VALUE_CHARS_MAX = 256;
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

type Tags = Readonly<Record<string, string>>;

/** @throws {ApiError} InvalidParameterValue */
export function checkTags(tags: Tags): void {
  if (Object.keys(tags).length > TAGS_MAX)
    throw invalidQueueParameter(`Too many tags added for queue: ${TAGS_MAX} at most.`);
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > KEY_CHARS_MAX)
      throw invalidQueueParameter('Tag keys must be between 1 and 128 characters in length.');
    if (value.length > VALUE_CHARS_MAX)
      throw invalidQueueParameter('Tag values must be between 0 and 256 characters in length.');
    if (!CHARACTERS.test(key) || !CHARACTERS.test(value)) {
      throw invalidQueueParameter('Tags can only contain Unicode letters, digits, white space and _.:/=+-@');
    }
    if (/^aws:/i.test(key)) throw invalidQueueParameter('Tag keys cannot start with the reserved prefix aws:');
  }
}
