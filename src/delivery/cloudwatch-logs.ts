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
      const pieces = cutLines(linesOf(batch.items, batch.unreadable));
      for (const [index, lines] of pieces.entries()) {
        await counted('logs', onEvent, () => logs.put(spec, lines.map(eventOf), deliveryKey(plan, index)));
      }
      return { unreadable: batch.unreadable };
    },
  };
}

/** Names a piece of a plan: `<reader>/<first>-<last>/<index>`. */
export function deliveryKey(plan: BatchPlan, index: number): string {
  return `${plan.reader}/${plan.firstAfter + 1}-${plan.last}/${index}`;
}

/** A record before it is a text: bytes are left alone by the collector, and a piece's texts are made when it is put. */
export interface Line {
  readonly timestampMs: number;
  readonly bytes: Buffer;
}

/**
 * Lines in order of time; records over the bound are moved to `unreadable`.
 * @param atMs the time of all of them; default: each its own
 */
export function linesOf(
  items: readonly RenderedItem[],
  unreadable: RenderedBatch['unreadable'],
  atMs?: number,
): Line[] {
  const lines: Line[] = [];
  for (const { sequence, rendered } of items) {
    const { line: bytes, timestampMs } = rendered;
    if (bytes.length === 0) continue;
    if (bytes.length > MESSAGE_BYTES_MAX) {
      unreadable.push({ sequence, reason: `the record is larger than a log event may be (${bytes.length} bytes)` });
      continue;
    }
    lines.push({ timestampMs: atMs ?? timestampMs, bytes });
  }
  return lines.sort((a, b) => a.timestampMs - b.timestampMs);
}

export function eventOf({ timestampMs, bytes }: Line): LogEvent {
  return { timestampMs, message: bytes.toString('utf8') };
}

/** Cuts lines into pieces that one put may have. */
export function cutLines(lines: readonly Line[]): Line[][] {
  const pieces: Line[][] = [];
  let piece: Line[] = [];
  let size = 0;
  for (const line of lines) {
    const sizeBytes = line.bytes.length + EVENT_OVERHEAD_BYTES;
    const [first] = piece;
    const isFull = piece.length >= EVENTS_MAX || size + sizeBytes > BYTES_MAX;
    if (first && (isFull || line.timestampMs - first.timestampMs >= SPAN_MS_MAX)) {
      pieces.push(piece);
      piece = [];
      size = 0;
    }
    piece.push(line);
    size += sizeBytes;
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}
