/** When to try again, and what a failure means. */
import type { IdSource } from '#base';
import { DeliveryError, type RetryLimits } from './types.ts';

const JITTER_STEPS = 0xffff;

export type FailureKind = DeliveryError['kind'];

export function failureKind(error: unknown): FailureKind {
  return error instanceof DeliveryError ? error.kind : 'transient';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Doubles with each attempt up to the bound and takes a random part between a half and the whole of it, so that readers
 * which failed together do not come back together.
 */
export function retryDelayMs(kind: FailureKind, attempts: number, limits: RetryLimits, ids: IdSource): number {
  const fullMs =
    kind === 'transient'
      ? Math.min(limits.delayMaxMs, limits.firstDelayMs * 2 ** Math.min(attempts - 1, 30))
      : limits.parkedDelayMs;
  const random = Number.parseInt(ids.hex(4), 16) / JITTER_STEPS;
  return Math.round((fullMs * (1 + random)) / 2);
}
