/** What SQS takes for a message. (SQS API reference, SendMessage; Developer Guide, "Amazon SQS message quotas".) */
import { ApiError } from '#wire';
import { invalidParameter, invalidValue, missingParameter } from './errors.ts';
import { attributesBytes, checkAttributes } from './message-attributes.ts';
import type { MessageDraft } from './types.ts';

const DELAY_SECONDS_MAX = 900;
/** Everything that XML 1.0 cannot have, and halves of surrogate pairs. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const INVALID = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/**
 * @param bytesMax of the body and the attributes together
 * @throws {ApiError} MissingParameter, InvalidMessageContents, InvalidParameterValue
 */
export function checkDraft(draft: MessageDraft, bytesMax: number): void {
  const { body, attributes = {}, delaySeconds } = draft;
  if (body === '') throw missingParameter('MessageBody');
  if (INVALID.test(body) || !body.isWellFormed()) {
    throw new ApiError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    );
  }
  if (delaySeconds !== undefined && (delaySeconds < 0 || delaySeconds > DELAY_SECONDS_MAX)) {
    throw invalidValue(delaySeconds, 'DelaySeconds', `DelaySeconds must be >= 0 and <= ${DELAY_SECONDS_MAX}.`);
  }
  checkAttributes(attributes);
  if (draftBytes(draft) > bytesMax) {
    throw invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${bytesMax} bytes.`,
    );
  }
}

/** Body and attributes, as they count towards limits. */
export function draftBytes({ body, attributes = {} }: MessageDraft): number {
  return Buffer.byteLength(body) + attributesBytes(attributes);
}
