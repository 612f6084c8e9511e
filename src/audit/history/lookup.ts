/** What LookupEvents asks for, checked. (CloudTrail API Reference, LookupEvents; specs: cloudtrail.md §4.) */
import type { AuditEventQuery } from '#store';
import { invalidAttributes, invalidCategory, invalidMaxResults, invalidTimeRange } from './errors.ts';

export interface LookupInput {
  readonly attributes: readonly { readonly key: string | undefined; readonly value: string | undefined }[];
  /** Both inclusive, milliseconds. */
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
  readonly category: string | undefined;
  readonly maxResults: number | undefined;
  readonly nextToken: string | undefined;
}

/** Conditions that an attribute stands for. */
type Conditions = Partial<AuditEventQuery>;

const RESULTS_MAX = 50;
const VALUE_UNITS_MAX = 2_000;
const SECOND_MS = 1_000;

const CONDITIONS: Readonly<Record<string, (value: string) => Conditions>> = {
  EventId: (value) => ({ eventIds: [value] }),
  EventName: (value) => ({ eventNames: [value] }),
  EventSource: (value) => ({ eventSources: [value] }),
  Username: (value) => ({ usernames: [value] }),
  ResourceType: (value) => ({ resourceTypes: [value] }),
  ResourceName: (value) => ({ resourceNames: [value] }),
  AccessKeyId: (value) => ({ accessKeyIds: [value] }),
  ReadOnly: (value) => ({ readOnly: booleanOf(value) }),
};

/** @throws {ApiError} InvalidLookupAttributesException */
export function conditionsOf(attributes: LookupInput['attributes']): Conditions {
  const [first, ...others] = attributes;
  if (others.length > 0) throw invalidAttributes('At most one lookup attribute may be given.');
  if (!first) return {};
  const { key = '', value = '' } = first;
  const conditions = Object.hasOwn(CONDITIONS, key) ? CONDITIONS[key] : undefined;
  if (!conditions) {
    const keys = Object.keys(CONDITIONS).join(', ');
    throw invalidAttributes(`${key.slice(0, 100)} is no attribute to look up by. These are: ${keys}.`);
  }
  if (value === '') throw invalidAttributes(`The value of ${key} must not be empty.`);
  if (unitsOf(value) > VALUE_UNITS_MAX) {
    throw invalidAttributes(
      `The value of ${key} is longer than ${VALUE_UNITS_MAX} characters (underscores, blanks, commas and line ends count twice).`,
    );
  }
  return conditions(value);
}

/** Those that stand for themselves once count once. (CloudTrail API Reference, LookupAttribute.) */
function unitsOf(value: string): number {
  return value.length + (value.match(/[_ ,\n]/g)?.length ?? 0);
}

function booleanOf(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw invalidAttributes('The value of ReadOnly is true or false.');
}

/**
 * The range as times of events, which are whole seconds: an event is told with 12:00:05, so that it lies in a range that begins
 * or ends anywhere in that second.
 * @returns the start inclusive, the end exclusive; undefined where the request has none
 * @throws {ApiError} InvalidTimeRangeException
 */
export function rangeOf({ startMs, endMs }: Pick<LookupInput, 'startMs' | 'endMs'>): {
  startMs: number | undefined;
  endMs: number | undefined;
} {
  if ([startMs, endMs].some((time) => time !== undefined && !Number.isFinite(time))) {
    throw invalidTimeRange('A time of the range is no time.');
  }
  if (startMs !== undefined && endMs !== undefined && startMs > endMs) {
    throw invalidTimeRange('The start time must not be after the end time.');
  }
  return {
    startMs: startMs === undefined ? undefined : secondOf(startMs),
    endMs: endMs === undefined ? undefined : secondOf(endMs) + SECOND_MS,
  };
}

function secondOf(timeMs: number): number {
  return Math.floor(timeMs / SECOND_MS) * SECOND_MS;
}

/** @throws {ApiError} InvalidMaxResultsException */
export function resultsOf(maxResults: number = RESULTS_MAX): number {
  if (Number.isInteger(maxResults) && maxResults >= 1 && maxResults <= RESULTS_MAX) return maxResults;
  throw invalidMaxResults(`MaxResults is a number from 1 to ${RESULTS_MAX}.`);
}

/** Whether Insights events are asked for. @throws {ApiError} InvalidEventCategoryException */
export function isInsight(category: string | undefined): boolean {
  if (category === undefined || category === 'insight') return category !== undefined;
  throw invalidCategory('EventCategory is insight, or absent for management events.');
}
