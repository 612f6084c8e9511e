/** What stands in the journal of a server that has stopped. */
import { join } from 'node:path';
import { randomIds, systemClock } from '#base';
import { openJournal } from '#journal';
import { decodeGap, ENTRY_KIND, type GapMarker } from '#records';
import type { TestVarve } from './harness.ts';

const MIB = 1024 * 1024;

/** Stops the server and reads its gap markers. */
export async function gapMarkers({ varve, dataDir }: TestVarve): Promise<GapMarker[]> {
  await varve.stop('the journal is to be read');
  const journal = await openJournal({
    dir: join(dataDir, 'journal'),
    durability: 'os',
    clock: systemClock,
    ids: randomIds,
    segmentBytes: 64 * MIB,
    sizeBytesMax: 1024 * MIB,
    minFreeBytes: MIB,
  });
  try {
    const markers: GapMarker[] = [];
    let after = 0;
    while (after < journal.head) {
      const read = await journal.read({ after, maxBytes: MIB, waitMs: 0, kinds: [ENTRY_KIND.gap] });
      markers.push(...read.entries.map(({ payload }) => decodeGap(payload)));
      if (read.nextAfter === after) break;
      after = read.nextAfter;
    }
    return markers;
  } finally {
    await journal.close();
  }
}
