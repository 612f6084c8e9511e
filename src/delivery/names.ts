/** Names of objects as Bedrock makes them (specs: bedrock-invocation-log §2.4), and AWS's names for attempts (§2.8). */
import { createHash } from 'node:crypto';
import type { BatchPlan, TrailFilesDestinationSpec } from './types.ts';

/** `YYYY/MM/DD/HH/` of a time, UTC. */
export function hourPrefix(timeMs: number): string {
  const iso = new Date(timeMs).toISOString();
  return `${iso.slice(0, 4)}/${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(11, 13)}/`;
}

/** `<keyBase>YYYY/MM/DD/HH/YYYYMMDDTHHmmssSSSZ_<16 hex>.json.gz`: the same for the same plan. */
export function batchObjectKey(keyBase: string, plan: BatchPlan): string {
  const stamp = new Date(plan.stampMs).toISOString().replaceAll(/[-:.]/g, '');
  return `${keyBase}${hourPrefix(plan.stampMs)}${stamp}_${plan.token}.json.gz`;
}

const SUFFIX_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const SUFFIX_LENGTH = 16;

/**
 * `<keyBase>CloudTrail/<region>/YYYY/MM/DD/<account>_CloudTrail_<region>_<YYYYMMDDTHHmm>Z_<16 letters and digits>.json.gz`: the
 * same for the same part of a plan, another for each part and for each trail. (CloudTrail User Guide, "CloudTrail log file
 * names"; specs: cloudtrail §5.1.)
 */
export function trailFileKey(
  { keyBase, accountId }: Pick<TrailFilesDestinationSpec, 'keyBase' | 'accountId'>,
  region: string,
  plan: BatchPlan,
  part: number,
): string {
  const iso = new Date(plan.stampMs).toISOString();
  const day = iso.slice(0, 10).replaceAll('-', '/');
  const minute = `${iso.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
  const name = `${accountId}_CloudTrail_${region}_${minute}_${suffixOf(`${plan.reader} ${plan.token} ${part}`)}`;
  return `${keyBase}CloudTrail/${region}/${day}/${name}.json.gz`;
}

/** As CloudTrail's: 16 letters and digits that tell nothing. */
function suffixOf(seed: string): string {
  const bytes = createHash('sha256').update(seed).digest();
  return Array.from(bytes.subarray(0, SUFFIX_LENGTH), (byte) => SUFFIX_ALPHABET[byte % SUFFIX_ALPHABET.length]).join(
    '',
  );
}

/** `<account>_CloudTrail_<region>`: the stream of a trail's log group that gets the Region's events (specs: cloudtrail §5.3). */
export function trailStreamName(accountId: string, region: string): string {
  return `${accountId}_CloudTrail_${region}`;
}

/** One count an attempt: CloudWatch metrics of namespace AWS/Bedrock; AWS has none for trails, those names are ours. */
export const ATTEMPT_METRICS = {
  logs: {
    success: 'ModelInvocationLogsCloudWatchDeliverySuccess',
    failure: 'ModelInvocationLogsCloudWatchDeliveryFailure',
  },
  batch: { success: 'ModelInvocationLogsS3DeliverySuccess', failure: 'ModelInvocationLogsS3DeliveryFailure' },
  data: {
    success: 'ModelInvocationLargeDataS3DeliverySuccess',
    failure: 'ModelInvocationLargeDataS3DeliveryFailure',
  },
  trailFile: { success: 'TrailFileS3DeliverySuccess', failure: 'TrailFileS3DeliveryFailure' },
  trailLogs: { success: 'TrailLogsCloudWatchDeliverySuccess', failure: 'TrailLogsCloudWatchDeliveryFailure' },
  notification: { success: 'TrailNotificationSuccess', failure: 'TrailNotificationFailure' },
} as const;

/** How GetTrailStatus names failures: codes of S3, CloudWatch Logs and SNS. */
export const TRAIL_ERROR_CODES = {
  file: { denied: 'AccessDenied', gone: 'NoSuchBucket', transient: 'InternalError' },
  logs: { denied: 'AccessDenied', gone: 'ResourceNotFoundException', transient: 'ServiceUnavailableException' },
  notification: { denied: 'AuthorizationError', gone: 'NotFound', transient: 'InternalError' },
} as const;
