/** Giving up entries: exactly counted, written into the journal once. */
import type { Clock } from '#base';
import type { Journal, Sequence } from '#journal';
import { decodeGap, encodeGap, ENTRY_KIND, type GapMarker } from '#records';
import type { GapPlan } from './plans.ts';
import type { DeliveryReceipt, HoldLimits, ReaderFilter } from './types.ts';

const SCAN_BYTES = 4 * 1024 * 1024;
/** Past the bound of bytes so much is given up that this part of it is held: not one marker for each entry. */
const KEPT_PART = 0.9;

export interface GapOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly reader: string;
  readonly filter: ReaderFilter;
  readonly limits: HoldLimits;
}

/** What must be given up after `cursor`, if anything: entries that are too old, or the oldest of too many bytes. */
export async function planGap(options: GapOptions, cursor: Sequence): Promise<GapPlan | undefined> {
  const { journal, limits, filter, clock, reader } = options;
  const oldestMs = clock.nowMs() - limits.ageMaxMs;
  const isOver = journal.bytesAfter(cursor) > limits.bytesMax;
  const keptBytes = isOver ? limits.bytesMax * KEPT_PART : Number.POSITIVE_INFINITY;
  let after = cursor;
  let last = cursor;
  let count = 0;
  let firstSequence = 0;
  let reason = '';
  scan: while (after < journal.head) {
    const read = await journal.read({ after, maxBytes: SCAN_BYTES, waitMs: 0, ...filter });
    for (const entry of read.entries) {
      const isTooMuch = journal.bytesAfter(entry.sequence - 1) > keptBytes;
      const isTooOld = entry.writtenMs < oldestMs;
      if (!isTooMuch && !isTooOld) break scan;
      reason ||= isTooMuch
        ? 'more bytes were held than the configuration allows'
        : 'held longer than the configuration allows';
      firstSequence ||= entry.sequence;
      last = entry.sequence;
      count += 1;
    }
    if (read.nextAfter === after || read.entries.length === 0) break;
    after = read.nextAfter;
  }
  if (count === 0) return undefined;
  const marker: GapMarker = { reader, firstSequence, lastSequence: last, count, reason };
  return { marker, last, headAtPlan: journal.head };
}

/** The marker of entries that a sink could not read; an entry counts once, however often it is named. */
export function markerOf(reader: string, unreadable: DeliveryReceipt['unreadable']): GapMarker | undefined {
  const sequences = [...new Set(unreadable.map(({ sequence }) => sequence))].sort((a, b) => a - b);
  const [firstSequence] = sequences;
  if (firstSequence === undefined) return undefined;
  const lastSequence = sequences.at(-1) ?? firstSequence;
  return { reader, firstSequence, lastSequence, count: sequences.length, reason: unreadable[0]?.reason ?? '' };
}

/** Appends a marker, unless an earlier attempt has: looked for behind `headAtPlan`. */
export async function appendGapOnce(journal: Journal, marker: GapMarker, headAtPlan: Sequence): Promise<void> {
  let after = headAtPlan;
  while (after < journal.head) {
    const read = await journal.read({ after, maxBytes: SCAN_BYTES, waitMs: 0, kinds: [ENTRY_KIND.gap] });
    if (read.entries.some((entry) => isSame(decodeGap(entry.payload), marker))) return;
    if (read.nextAfter === after) break;
    after = read.nextAfter;
  }
  await journal.append({ kind: ENTRY_KIND.gap, payload: encodeGap(marker) });
}

function isSame(a: GapMarker, b: GapMarker): boolean {
  return a.reader === b.reader && a.firstSequence === b.firstSequence && a.lastSequence === b.lastSequence;
}
