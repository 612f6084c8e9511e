import type { Clock, IdSource } from '#base';
import type { Buckets } from '#buckets';
import type { ObjectStore } from '#objects';

export interface S3Dependencies {
  readonly buckets: Buckets;
  readonly objects: ObjectStore;
  readonly clock: Clock;
  readonly ids: IdSource;
}
