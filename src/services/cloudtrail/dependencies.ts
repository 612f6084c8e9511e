import type { EventHistory } from '#audit';
import type { Clock } from '#base';
import type { Trails, TrailSigningKeys } from '#trails';

export interface CloudTrailDependencies {
  readonly trails: Trails;
  readonly keys: Pick<TrailSigningKeys, 'list'>;
  readonly clock: Clock;
  readonly history: Pick<EventHistory, 'lookup'>;
}
