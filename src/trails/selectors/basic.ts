/** Basic event selectors: what AWS takes, with its texts. (cloudtrail.md §3.1, §3.3) */
import type { DataResource, EventSelector, ReadWriteType } from '../types.ts';
import { invalidSelectors } from './errors.ts';

export interface GivenDataResource {
  readonly Type?: string | undefined;
  readonly Values?: readonly string[] | undefined;
}

export interface GivenEventSelector {
  readonly ReadWriteType?: string | undefined;
  readonly IncludeManagementEvents?: boolean | undefined;
  readonly DataResources?: readonly GivenDataResource[] | undefined;
  readonly ExcludeManagementEventSources?: readonly string[] | undefined;
}

const SELECTORS_MAX = 5;
/** Over all selectors of a trail; values that stand for all resources do not count. */
const DATA_RESOURCES_MAX = 250;

/** Services whose many events a selector can leave out. */
export const EXCLUDABLE_SOURCES: ReadonlySet<string> = new Set(['kms.amazonaws.com', 'rdsdata.amazonaws.com']);

/** What a trail selects for which nothing was ever put. */
export const DEFAULT_SELECTORS: readonly EventSelector[] = [
  { ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] },
];

/** The value that means every resource of the type. */
export const ALL_OF_TYPE: Readonly<Record<string, string>> = {
  'AWS::S3::Object': 'arn:aws:s3',
  'AWS::Lambda::Function': 'arn:aws:lambda',
  'AWS::DynamoDB::Table': 'arn:aws:dynamodb',
};

/**
 * Basic selectors with their defaults filled in.
 * @throws {ApiError} InvalidEventSelectorsException
 */
export function checkBasicSelectors(given: readonly GivenEventSelector[]): EventSelector[] {
  if (given.length === 0 || given.length > SELECTORS_MAX) {
    throw invalidSelectors(`Specify a valid number of selectors (1 to ${SELECTORS_MAX}) for your trail.`);
  }
  const selectors = given.map(checkSelector);
  const counted = selectors
    .flatMap(({ DataResources }) => DataResources)
    .flatMap(({ Type, Values }) => Values.filter((value) => value !== ALL_OF_TYPE[Type]));
  if (counted.length > DATA_RESOURCES_MAX) {
    throw invalidSelectors(
      `Specify a valid number of DataResources.Values (0 to ${DATA_RESOURCES_MAX}) for all your selectors.`,
    );
  }
  return selectors;
}

function checkSelector(given: GivenEventSelector): EventSelector {
  const { ReadWriteType: readWrite = 'All', IncludeManagementEvents = true } = given;
  const excluded = given.ExcludeManagementEventSources ?? [];
  if (excluded.some((source) => !EXCLUDABLE_SOURCES.has(source))) {
    throw invalidSelectors('Event selector ExcludeManagementEventSources is not valid');
  }
  return {
    ReadWriteType: readWrite as ReadWriteType,
    IncludeManagementEvents,
    DataResources: (given.DataResources ?? []).map(checkDataResource),
    ExcludeManagementEventSources: excluded,
  };
}

function checkDataResource({ Type = '', Values = [] }: GivenDataResource): DataResource {
  if (!Object.hasOwn(ALL_OF_TYPE, Type)) throw invalidSelectors(`Value ${Type} for DataResources.Type is invalid.`);
  if (Values.length === 0) throw invalidSelectors('Specify at least one value for DataResources.Values.');
  for (const value of Values) {
    if (value !== ALL_OF_TYPE[Type]) checkValue(Type, value);
  }
  return { Type, Values };
}

const S3_PREFIX = 'arn:aws:s3:::';
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const FUNCTION = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(?::[\w$-]+)?$/;
const TABLE = /^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]+$/;

function checkValue(type: string, value: string): void {
  if (type === 'AWS::S3::Object') return checkS3Value(value);
  if (!(type === 'AWS::Lambda::Function' ? FUNCTION : TABLE).test(value)) throw invalidValue(value);
}

/** A bucket with a slash, and a prefix behind it or nothing. Of the two texts for others, each was seen for what gets it here. */
function checkS3Value(value: string): void {
  const [bucket = '', ...rest] = value.startsWith(S3_PREFIX) ? value.slice(S3_PREFIX.length).split('/') : [''];
  if (!value.startsWith(S3_PREFIX) || bucket === '' || bucket.includes('*')) throw invalidValue(value);
  if (!BUCKET.test(bucket)) throw invalidSelectors(`Invalid S3 ARN: ${value}`);
  if (rest.length === 0) throw invalidValue(value);
}

function invalidValue(value: string): Error {
  return invalidSelectors(`Value ${value} for DataResources.Values is invalid.`);
}
