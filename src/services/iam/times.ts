import type { Clock } from '#base';

/** Now, in milliseconds since the epoch: IAM knows whole seconds. */
export function wholeSecondMs(clock: Clock): number {
  return Math.floor(clock.nowMs() / 1000) * 1000;
}
