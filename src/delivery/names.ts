/** Names of objects as Bedrock makes them (specs: bedrock-invocation-log §2.4), and AWS's names for attempts (§2.8). */
import type { BatchPlan } from './types.ts';

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

/** CloudWatch metrics of namespace AWS/Bedrock; one count an attempt. */
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
} as const;
