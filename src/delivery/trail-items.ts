/** What the two destinations of a trail have in common: events by Region, and what came of an attempt. */
import { bug, type Clock } from '#base';
import { TRAIL_ERROR_CODES } from './names.ts';
import type { RenderedItem } from './render.ts';
import { failureKind } from './retry.ts';
import type { TrailNote, TrailStatusPort } from './types.ts';

export interface TrailItem extends RenderedItem {
  readonly line: Buffer;
  /** The record's `eventTime`, milliseconds since the epoch. */
  readonly eventMs: number;
}

/** Events by their Region, Regions in the order of their names: the same for the same plan. Entries without an event are left out. */
export function regionsOf(items: readonly RenderedItem[]): ReadonlyMap<string, readonly TrailItem[]> {
  const regions = new Map<string, TrailItem[]>();
  for (const item of items) {
    const { line, trailEvent } = item.rendered;
    if (line.length === 0) continue;
    const { region, eventMs } = trailEvent ?? bug('an entry of a trail was rendered without its event');
    const found = regions.get(region) ?? [];
    if (found.length === 0) regions.set(region, found);
    found.push({ ...item, line, eventMs });
  }
  return new Map([...regions].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Runs an attempt and notes for GetTrailStatus what came of it. */
export async function noted<T>(
  what: TrailNote['what'],
  { trailId, status, clock }: { trailId: string; status: TrailStatusPort; clock: Clock },
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    const result = await attempt();
    status.note({ trailId, what, atMs: clock.nowMs() });
    return result;
  } catch (error) {
    status.note({ trailId, what, atMs: clock.nowMs(), error: TRAIL_ERROR_CODES[what][failureKind(error)] });
    throw error;
  }
}
