import type { Queues } from '#queues';

export interface SqsDependencies {
  readonly queues: Queues;
}
