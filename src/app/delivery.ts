import { parseDurationMs } from '#base';
import type { Buckets } from '#buckets';
import type { Config } from '#config';
import { DELIVERY_DEFAULTS, type DeliveryListener, type DeliveryManager, type DeliverySettings } from '#delivery';
import { type Directory, roleArn } from '#identity';
import type { Emit } from '#telemetry';

export function deliverySettings({ delivery, trails }: Config): DeliverySettings {
  return {
    intervalMs: parseDurationMs(delivery.interval),
    trailIntervalMs: parseDurationMs(trails.interval),
    retry: { ...DELIVERY_DEFAULTS.retry, parkedDelayMs: parseDurationMs(delivery.parkedRetry) },
    hold: { bytesMax: delivery.heldBytesMax, ageMaxMs: parseDurationMs(delivery.heldAgeMax) },
  };
}

/** What may let a destination in again: its bucket made anew or given another policy, its role or a policy of roles changed. */
export function wakeOnRepair(
  delivery: Pick<DeliveryManager, 'wake'>,
  buckets: Pick<Buckets, 'onChange'>,
  { roles, policies }: Pick<Directory, 'roles' | 'policies'>,
): void {
  buckets.onChange(({ name }) => delivery.wake((spec) => 'bucketName' in spec && spec.bucketName === name));
  roles.onChange((_, role) => {
    const arn = role && roleArn(role);
    delivery.wake((spec) => 'roleArn' in spec && spec.roleArn === arn);
  });
  policies.onChange(() => delivery.wake((spec) => 'roleArn' in spec));
}

/** What an operator must do decides the level: a gap or a loss is an error, a parked destination wants mending. */
const LEVELS = {
  delivered: 'debug',
  'attempt-failed': 'warn',
  parked: 'error',
  resumed: 'info',
  gap: 'error',
  lost: 'error',
} as const;

export function deliveryListener(emit: Emit): DeliveryListener {
  return ({ type, ...event }) => {
    if (type === 'count' && 'metric' in event)
      emit({ name: 'delivery-attempts', metric: event.metric, count: event.count });
    else if (type !== 'count') emit({ name: `delivery.${type}`, level: LEVELS[type], ...event });
  };
}
