/**
 * How much of an event CloudTrail keeps. (CloudTrail User Guide, "CloudTrail record contents"; specs: cloudtrail.md §1.1.)
 *
 *   userAgent, errorCode, errorMessage, requestID   1 KB, cut (AWS's own end then in `...`, which counts)
 *   requestParameters, responseElements             100 KB, their content is omitted above that
 *   additionalEventData                             28 KB, likewise
 *   the event                                       256 KB: resources that do not fit are left out, the last ones first
 * Sizes are bytes of UTF-8; those of content are of its JSON.
 */
import type { AuditRecord } from './record.ts';
import type { AuditMembers } from './types.ts';

/** An event's userAgent, errorCode, errorMessage and requestID, each; a longer one is cut. (Source: CloudTrail record contents.) */
const TEXT_BYTES_MAX = 1024;
/** An event's requestParameters and responseElements, each, as JSON; larger ones are omitted. (Source: CloudTrail record contents.) */
export const CONTENT_BYTES_MAX = 100 * 1024;
/** An event's additionalEventData as JSON; larger is omitted. (Source: CloudTrail record contents.) */
const ADDITIONAL_BYTES_MAX = 28 * 1024;
/** An event's record. (Source: CloudTrail record contents.) */
export const EVENT_BYTES_MAX = 256 * 1024;
// Of UTF-8, for one unit of a JavaScript string.
const BYTES_A_UNIT_MAX = 3;
const ELLIPSIS = '...';

/** The parts that can be omitted; those whose loss tells least go first when the whole event is too large. */
const OMITTABLE = ['additionalEventData', 'responseElements', 'requestParameters'] as const;
type Omittable = (typeof OMITTABLE)[number];

/** What stands in the place of content that is too large, in the words of real records. */
export function omitted(part: Omittable, originalBytes?: number): AuditMembers {
  return {
    reason: `${part} too large`,
    omitted: true,
    ...(originalBytes === undefined ? {} : { originalSize: originalBytes }),
  };
}

/** A text of at most 1 KB; never cut within a character. */
export function cutText(text: string): string {
  if (text.length * BYTES_A_UNIT_MAX <= TEXT_BYTES_MAX || Buffer.byteLength(text) <= TEXT_BYTES_MAX) return text;
  // A pair of surrogates that this breaks lies behind where the text is cut.
  const bytes = Buffer.from(text.slice(0, TEXT_BYTES_MAX));
  let end = TEXT_BYTES_MAX - ELLIPSIS.length;
  while (isContinuation(bytes[end])) end -= 1;
  return bytes.toString('utf8', 0, end) + ELLIPSIS;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Whether a record is so small that no rule on content can touch it; its texts are cut already. */
export function isSurelyWithin(json: string): boolean {
  return json.length * BYTES_A_UNIT_MAX <= ADDITIONAL_BYTES_MAX;
}

/** The record with what is too large omitted. */
export function withinSizes(record: AuditRecord): AuditRecord {
  return withinEvent({
    ...record,
    requestParameters: within(record.requestParameters, 'requestParameters', CONTENT_BYTES_MAX),
    responseElements: within(record.responseElements, 'responseElements', CONTENT_BYTES_MAX),
    additionalEventData:
      record.additionalEventData && within(record.additionalEventData, 'additionalEventData', ADDITIONAL_BYTES_MAX),
  });
}

function within<Content extends AuditMembers | null>(
  content: Content,
  part: Omittable,
  bytesMax: number,
): Content | AuditMembers {
  const bytes = jsonBytes(content);
  return bytes > bytesMax ? omitted(part, bytes) : content;
}

function withinEvent(record: AuditRecord): AuditRecord {
  if (jsonBytes(record) <= EVENT_BYTES_MAX) return record;
  const { resources = [] } = record;
  let kept: AuditRecord = { ...record, resources: [] };
  // Texts full of characters that JSON escapes could make even the bounded parts too large together.
  for (const part of OMITTABLE) {
    const content = kept[part];
    if (content && jsonBytes(kept) > EVENT_BYTES_MAX) kept = { ...kept, [part]: omitted(part, jsonBytes(content)) };
  }
  let room = EVENT_BYTES_MAX - jsonBytes(kept);
  const fitting = resources.findIndex((resource) => {
    // With the comma behind it.
    room -= jsonBytes(resource) + 1;
    return room < 0;
  });
  return { ...kept, resources: fitting < 0 ? record.resources : resources.slice(0, fitting) };
}

function jsonBytes(value: object | null): number {
  return Buffer.byteLength(JSON.stringify(value));
}
