/**
 * Invocation logs in a log group: one event a record, in batches within the limits of PutLogEvents (at most 10,000 events,
 * 1 MiB counting 26 bytes an event, in order of time, within 24 hours).
 *
 * A record over 256 KB would be no whole JSON in an event: it is not sent, and a gap marker tells of it. (Bodies over 100 KB are
 * separate objects, so that records stay below.)
 *
 * How a batch's events are cut depends on the plan's entries alone, and each piece has its `deliveryKey`: the log group appends
 * the events of a key once, so that a retry adds only what is missing.
 */
import { Slices } from '#base';
import type { LogEvent } from '#records';
import { counted, type EntryRenderer, type RenderedBatch, type RenderedItem, renderBatch } from './render.ts';
import type { BatchPlan, CloudWatchDestinationSpec, DeliveryListener, LogSink, ReaderSink } from './types.ts';

const EVENTS_MAX = 10_000;
const BYTES_MAX = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;
const SPAN_MS_MAX = 24 * 3_600_000;
/** 256 KiB less the overhead that CloudWatch Logs counts for each event. */
const MESSAGE_BYTES_MAX = 256 * 1024 - EVENT_OVERHEAD_BYTES;

export interface CloudWatchSinkOptions {
  readonly spec: CloudWatchDestinationSpec;
  readonly logs: LogSink;
  readonly render: EntryRenderer;
  readonly onEvent: DeliveryListener;
}

export function cloudWatchSink({ spec, logs, render, onEvent }: CloudWatchSinkOptions): ReaderSink {
  return {
    deliver: async (plan, entries) => {
      const batch = await renderBatch(entries, spec.route, render);
      const pieces = cutEvents(await eventsOf(batch.items, batch.unreadable));
      for (const [index, events] of pieces.entries()) {
        await counted('logs', onEvent, () => logs.put(spec, events, deliveryKey(plan, index)));
      }
      return { unreadable: batch.unreadable };
    },
  };
}

/** Names a piece of a plan: `<reader>/<first>-<last>/<index>`. */
export function deliveryKey(plan: BatchPlan, index: number): string {
  return `${plan.reader}/${plan.firstAfter + 1}-${plan.last}/${index}`;
}

/**
 * Events in order of time; records over the bound are moved to `unreadable`.
 * @param atMs the time of all of them; default: each its own
 */
export async function eventsOf(
  items: readonly RenderedItem[],
  unreadable: RenderedBatch['unreadable'],
  atMs?: number,
): Promise<SizedEvent[]> {
  const slices = new Slices();
  const events: SizedEvent[] = [];
  for (const { sequence, rendered } of items) {
    const { line, timestampMs: ownMs } = rendered;
    const timestampMs = atMs ?? ownMs;
    if (line.length === 0) continue;
    if (line.length > MESSAGE_BYTES_MAX) {
      unreadable.push({ sequence, reason: `the record is larger than a log event may be (${line.length} bytes)` });
      continue;
    }
    events.push({ timestampMs, message: line.toString('utf8'), sizeBytes: line.length + EVENT_OVERHEAD_BYTES });
    const turn = slices.over();
    if (turn) await turn;
  }
  return events.sort((a, b) => a.timestampMs - b.timestampMs);
}

export interface SizedEvent extends LogEvent {
  readonly sizeBytes: number;
}

/** Cuts events into pieces that one put may have. */
export function cutEvents(events: readonly SizedEvent[]): LogEvent[][] {
  const pieces: LogEvent[][] = [];
  let piece: LogEvent[] = [];
  let bytes = 0;
  for (const { timestampMs, message, sizeBytes } of events) {
    const [first] = piece;
    const isFull = piece.length >= EVENTS_MAX || bytes + sizeBytes > BYTES_MAX;
    if (first && (isFull || timestampMs - first.timestampMs >= SPAN_MS_MAX)) {
      pieces.push(piece);
      piece = [];
      bytes = 0;
    }
    piece.push({ timestampMs, message });
    bytes += sizeBytes;
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}
