import { parseDurationMs } from '#base';
import type { Config } from '#config';
import { DELIVERY_DEFAULTS, type DeliveryListener, type DeliverySettings } from '#delivery';
import type { Emit } from '#telemetry';

export function deliverySettings({ delivery, trails }: Config): DeliverySettings {
  return {
    intervalMs: parseDurationMs(delivery.interval),
    trailIntervalMs: parseDurationMs(trails.interval),
    retry: { ...DELIVERY_DEFAULTS.retry, parkedDelayMs: parseDurationMs(delivery.parkedRetry) },
    hold: { bytesMax: delivery.heldBytesMax, ageMaxMs: parseDurationMs(delivery.heldAgeMax) },
  };
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
