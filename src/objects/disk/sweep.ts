import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { State } from '#state';
import type { Blobs } from './blobs.ts';

const NAMES_PER_LOOKUP = 200;

/**
 * Removes what a crash left behind: blobs that no row names, folders of buckets that are gone. Runs beside requests:
 * a name is looked up in the index only after it was seen not to be pending, so a blob that is just being put is
 * either still pending or already named.
 */
export async function sweepOrphans(state: State, blobs: Blobs, stopped: AbortSignal): Promise<void> {
  for (const generation of await names(blobs.dir)) {
    if (stopped.aborted) return;
    const known = await state.all('SELECT 1 FROM objects_bucket WHERE generation = ?', [generation]);
    if (known.length === 0) await blobs.discardBucket(generation);
    else await sweepBucket(state, blobs, generation, stopped);
  }
}

async function sweepBucket(state: State, blobs: Blobs, generation: string, stopped: AbortSignal): Promise<void> {
  for (const folder of await names(join(blobs.dir, generation))) {
    const settled = (await names(join(blobs.dir, generation, folder))).filter((id) => !blobs.isPending(id));
    for (let at = 0; at < settled.length; at += NAMES_PER_LOOKUP) {
      if (stopped.aborted) return;
      const some = settled.slice(at, at + NAMES_PER_LOOKUP);
      const named = await namedBlobs(state, some);
      for (const id of some.filter((name) => !named.has(name))) await blobs.discard(generation, id);
    }
  }
}

async function namedBlobs(state: State, ids: readonly string[]): Promise<Set<string>> {
  const rows = await state.all(
    `WITH asked (id) AS (SELECT value FROM json_each(?))
     SELECT id FROM asked WHERE EXISTS (SELECT 1 FROM objects_object WHERE content = id)
                             OR EXISTS (SELECT 1 FROM objects_part WHERE blob = id)`,
    [JSON.stringify(ids)],
  );
  return new Set(rows.map((row) => String(row['id'])));
}

async function names(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
