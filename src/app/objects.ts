import { join } from 'node:path';
import type { Clock, IdSource } from '#base';
import type { Config } from '#config';
import { type ObjectStore, openDiskObjects, openS3Objects } from '#objects';
import type { State } from '#state';

/** The configured object store, and how to close it. */
export async function openObjects(
  config: Config,
  state: State,
  clock: Clock,
  ids: IdSource,
): Promise<{ objects: ObjectStore; close: () => Promise<void> }> {
  if (config.objects.driver === 's3') {
    const { endpoint, region, credentials, pathStyle } = config.objects;
    const objects = openS3Objects({
      region,
      pathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    });
    return { objects, close: () => objects.close() };
  }
  const objects = await openDiskObjects({ dir: join(config.data, 'objects'), state, clock, ids });
  return { objects, close: () => objects.close() };
}
