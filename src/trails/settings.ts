/** A trail's settings as they are given, and what is right or wrong about them without looking elsewhere. */
import {
  globalEventsNeeded,
  invalidBucketName,
  invalidKmsKey,
  invalidLogGroup,
  invalidLogRole,
  invalidPrefix,
  invalidTopicName,
  noOrganization,
} from './errors.ts';
import type { TrailScope } from './ports.ts';
import type { Trail } from './types.ts';

/** Of CreateTrail and UpdateTrail. What is absent stays as it is; an empty text takes a setting away. */
export interface GivenSettings {
  readonly bucketName?: string | undefined;
  readonly keyPrefix?: string | undefined;
  readonly topicName?: string | undefined;
  readonly logGroupArn?: string | undefined;
  readonly logRoleArn?: string | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly isMultiRegion?: boolean | undefined;
  readonly includesGlobal?: boolean | undefined;
  readonly validatesFiles?: boolean | undefined;
  readonly isOrganization?: boolean | undefined;
  readonly recursiveLogging?: boolean | undefined;
}

export type Settings = Pick<
  Trail,
  | 'bucketName'
  | 'keyPrefix'
  | 'topicName'
  | 'topicArn'
  | 'logGroupArn'
  | 'logRoleArn'
  | 'kmsKeyId'
  | 'isMultiRegion'
  | 'includesGlobal'
  | 'validatesFiles'
  | 'recursiveLogging'
>;

const PREFIX_CHARS_MAX = 200;
const TOPIC_CHARS_MAX = 256;

/**
 * The settings after the change.
 * @throws {ApiError} in the order of AWS's checks, as far as it is known
 */
export function changedSettings(scope: TrailScope, given: GivenSettings, before?: Settings): Settings {
  if (given.isOrganization) throw noOrganization();
  const isMultiRegion = given.isMultiRegion ?? before?.isMultiRegion ?? false;
  const includesGlobal = given.includesGlobal ?? before?.includesGlobal ?? true;
  if (isMultiRegion && !includesGlobal) throw globalEventsNeeded();
  const bucketName = given.bucketName ?? before?.bucketName ?? '';
  if (bucketName === '') throw invalidBucketName(bucketName);
  const keyPrefix = changed(given.keyPrefix, before?.keyPrefix);
  if (keyPrefix !== undefined && keyPrefix.length > PREFIX_CHARS_MAX) throw invalidPrefix(PREFIX_CHARS_MAX);
  const topicName = changed(given.topicName, before?.topicName);
  const kmsKeyId = given.kmsKeyId ? keyArn(scope, given.kmsKeyId) : changed(given.kmsKeyId, before?.kmsKeyId);
  const recursiveLogging = given.recursiveLogging ?? before?.recursiveLogging;
  return {
    bucketName,
    ...(keyPrefix === undefined ? {} : { keyPrefix }),
    ...(topicName === undefined ? {} : { topicName, topicArn: topicArn(scope, topicName) }),
    ...logSettings(changed(given.logGroupArn, before?.logGroupArn), changed(given.logRoleArn, before?.logRoleArn)),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
    isMultiRegion,
    includesGlobal,
    validatesFiles: given.validatesFiles ?? before?.validatesFiles ?? false,
    ...(recursiveLogging === undefined ? {} : { recursiveLogging }),
  };
}

function changed(given: string | undefined, before: string | undefined): string | undefined {
  if (given === undefined) return before;
  return given === '' ? undefined : given;
}

/** A log group without a role cannot be written to, nor is there a role without a log group. */
function logSettings(
  logGroupArn: string | undefined,
  logRoleArn: string | undefined,
): Pick<Settings, 'logGroupArn' | 'logRoleArn'> {
  if (logGroupArn === undefined && logRoleArn === undefined) return {};
  if (logRoleArn === undefined) throw invalidLogRole('You must specify a role ARN as well as a log group.');
  if (logGroupArn === undefined) throw invalidLogGroup('You must specify a log group as well as a role ARN.');
  return { logGroupArn, logRoleArn };
}

const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+(?:\.fifo)?$/;
const TOPIC_NAME = /^[\w-]+(?:\.fifo)?$/;

/** A name means a topic of the trail's own account and Region. */
function topicArn({ accountId, region }: TrailScope, nameOrArn: string): string {
  if (nameOrArn.length > TOPIC_CHARS_MAX) throw invalidTopicName(nameOrArn);
  if (TOPIC_ARN.test(nameOrArn)) return nameOrArn;
  if (!TOPIC_NAME.test(nameOrArn)) throw invalidTopicName(nameOrArn);
  return `arn:aws:sns:${region}:${accountId}:${nameOrArn}`;
}

const KEY_ID = /^(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const ALIAS = /^alias\/[\w/-]{1,249}$/;
const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(?:key\/|alias\/)(.+)$/;

/** Keys are shown by their ARN, however they were given; an alias stays one, since there is no KMS to ask what it stands for. */
function keyArn({ accountId, region }: TrailScope, given: string): string {
  const [, inArn] = KEY_ARN.exec(given) ?? [];
  if (inArn !== undefined) {
    if (given.includes(':key/') ? KEY_ID.test(inArn) : ALIAS.test(`alias/${inArn}`)) return given;
    throw invalidKmsKey(given);
  }
  const prefix = `arn:aws:kms:${region}:${accountId}:`;
  if (KEY_ID.test(given)) return `${prefix}key/${given}`;
  if (ALIAS.test(given)) return `${prefix}${given}`;
  throw invalidKmsKey(given);
}
