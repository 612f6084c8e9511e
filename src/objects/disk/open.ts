import { mkdir } from 'node:fs/promises';
import { OperationalError, type Clock, type IdSource } from '#base';
import type { State } from '#state';
import { Blobs } from './blobs.ts';
import { DiskObjects } from './disk-objects.ts';
import { MIGRATIONS } from './schema.ts';
import { sweepOrphans } from './sweep.ts';

export interface DiskObjectsOptions {
  /** The folder that holds the buckets' folders, such as `<data>/objects`; made when it is not there. */
  readonly dir: string;
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/**
 * Opens the objects kept on disk. What a crash left behind is swept in the background ({@link DiskObjects.swept}).
 * @throws {OperationalError} `objects-unusable` when the folder cannot be made
 */
export async function openDiskObjects({ dir, state, clock, ids }: DiskObjectsOptions): Promise<DiskObjects> {
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new OperationalError(
      'objects-unusable',
      `the folder for objects ${dir} cannot be made: ${String(error)}`,
      'Make the data directory writable for the user that runs Varve.',
      { cause: error },
    );
  });
  await state.migrate('objects', MIGRATIONS);
  const blobs = new Blobs(dir, clock, ids);
  const stop = new AbortController();
  // Orphans only cost space: a sweep that fails is done by the next start.
  const swept = sweepOrphans(state, blobs, stop.signal).catch(() => undefined);
  return new DiskObjects({ state, blobs, clock, swept, stop });
}
