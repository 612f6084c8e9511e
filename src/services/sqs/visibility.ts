import { invalidQueueValue, missingQueueParameter } from '#queues';

const VISIBILITY_SECONDS_MAX = 43_200;

/** @throws {ApiError} MissingParameter, InvalidParameterValue */
export function checkVisibility(seconds: number | undefined): number {
  if (seconds === undefined) throw missingQueueParameter('VisibilityTimeout');
  if (seconds >= 0 && seconds <= VISIBILITY_SECONDS_MAX) return seconds;
  throw invalidQueueValue(seconds, 'VisibilityTimeout', `Must be between 0 and ${VISIBILITY_SECONDS_MAX}.`);
}
