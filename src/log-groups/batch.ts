/** The limits of one PutLogEvents batch. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
import type { LogEvent } from '#records';
import { invalidParameter } from './errors.ts';
import type { RejectedEvents } from './types.ts';

export const BATCH_BYTES_MAX = 1_048_576;
export const EVENT_OVERHEAD_BYTES = 26;
export const BATCH_EVENTS_MAX = 10_000;
const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const SPAN_MS_MAX = DAY_MS;
const FUTURE_MS_MAX = 2 * HOUR_MS;
const AGE_MS_MAX = 14 * DAY_MS;

/** What the batch counts as: messages in UTF-8 and 26 bytes for each event. */
export function eventBytes(message: string): number {
  return Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
}

/**
 * Checks a whole batch: its size, its order, and that it spans at most a day.
 * @throws {ApiError} InvalidParameterException in AWS's words; nothing is taken
 */
export function checkBatch(events: readonly LogEvent[]): void {
  if (events.length > BATCH_EVENTS_MAX) {
    throw invalidParameter(
      `1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length less than or equal to ${BATCH_EVENTS_MAX}`,
    );
  }
  let total = 0;
  let before = -Infinity;
  for (const { timestampMs, message } of events) {
    const bytes = eventBytes(message);
    if (bytes > BATCH_BYTES_MAX) {
      throw invalidParameter(`Log event too large: ${bytes} bytes exceeds limit of ${BATCH_BYTES_MAX}`);
    }
    total += bytes;
    if (timestampMs < before) {
      throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
    }
    before = timestampMs;
  }
  if (total > BATCH_BYTES_MAX) {
    throw invalidParameter(`Upload too large: ${total} bytes exceeds limit of ${BATCH_BYTES_MAX}`);
  }
  if (before - (events[0]?.timestampMs ?? before) > SPAN_MS_MAX) {
    throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
}

/**
 * Leaves out of a checked batch what is too new (over 2 hours ahead), too old (over 14 days) or past the group's
 * retention; the rest is taken.
 */
export function splitByAge(
  events: readonly LogEvent[],
  nowMs: number,
  retentionDays: number | undefined,
): { accepted: readonly LogEvent[]; rejected: RejectedEvents | undefined } {
  const firstAtLeast = (limitMs: number): number => {
    const index = events.findIndex(({ timestampMs }) => timestampMs >= limitMs);
    return index === -1 ? events.length : index;
  };
  const tooOld = firstAtLeast(nowMs - AGE_MS_MAX);
  const expired = retentionDays === undefined ? 0 : firstAtLeast(nowMs - retentionDays * DAY_MS);
  const tooNew = firstAtLeast(nowMs + FUTURE_MS_MAX + 1);
  const accepted = events.slice(Math.max(tooOld, expired), tooNew);
  if (accepted.length === events.length) return { accepted, rejected: undefined };
  return {
    accepted,
    rejected: {
      ...(tooNew < events.length && { tooNewLogEventStartIndex: tooNew }),
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    },
  };
}
