/** Turns a batch's entries into what a destination writes, and sets aside those that no retry can ever deliver. */
import { Slices } from '#base';
import type { JournalEntry, Sequence } from '#journal';
import { messageOf } from './retry.ts';
import { ATTEMPT_METRICS } from './names.ts';
import type { BatchEntry, Condensed, DeliveryListener, RenderedEntry } from './types.ts';

const NO_PAYLOAD = Buffer.alloc(0);

/** What an entry means to a destination; undefined: nothing. Throws when the entry cannot be read (a mistake of ours). */
export type EntryRenderer = (entry: JournalEntry, route: string) => RenderedEntry | undefined;

export interface RenderedItem {
  readonly sequence: Sequence;
  readonly rendered: RenderedEntry;
}

export interface RenderedBatch {
  readonly items: RenderedItem[];
  readonly unreadable: { readonly sequence: Sequence; readonly reason: string }[];
}

export async function renderBatch(
  entries: readonly BatchEntry[],
  route: string,
  render: EntryRenderer,
): Promise<RenderedBatch> {
  const batch: RenderedBatch = { items: [], unreadable: [] };
  const slices = new Slices();
  for (const entry of entries) {
    const condensed = entry.condensed ?? renderOne(entry, route, render);
    if ('failure' in condensed) batch.unreadable.push({ sequence: entry.sequence, reason: condensed.failure });
    else if (condensed.rendered) batch.items.push({ sequence: entry.sequence, rendered: condensed.rendered });
    const turn = slices.over();
    if (turn) await turn;
  }
  return batch;
}

/** Renders entries as they come: what waits in a batch, and counts for its bytes, is the line alone. */
export function condenser(route: string, render: EntryRenderer): (entry: JournalEntry) => BatchEntry {
  return (entry) => ({ ...entry, payload: NO_PAYLOAD, condensed: renderOne(entry, route, render) });
}

function renderOne(entry: JournalEntry, route: string, render: EntryRenderer): Condensed {
  try {
    return { rendered: render(entry, route) };
  } catch (error) {
    return { failure: `the entry cannot be read: ${messageOf(error)}` };
  }
}

/** Runs one attempt and counts it under AWS's name. */
export async function counted<T>(
  what: keyof typeof ATTEMPT_METRICS,
  onEvent: DeliveryListener,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    const result = await attempt();
    onEvent({ type: 'count', metric: ATTEMPT_METRICS[what].success, count: 1 });
    return result;
  } catch (error) {
    onEvent({ type: 'count', metric: ATTEMPT_METRICS[what].failure, count: 1 });
    throw error;
  }
}
