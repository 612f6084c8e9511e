import type { LogEvent, LogEventsEntry } from '../types.ts';
import { Cutter, frame, unframe } from './frame.ts';

/**
 * Payload of a `logEvents` entry, format 1: a frame (see frame.ts) whose header is the {@link LogEventsEntry} with the
 * number of events in place of the events, and behind it for each event, in order:
 *
 *   6 bytes  timestamp, milliseconds since the epoch, unsigned, little-endian
 *   4 bytes  length of the message in bytes, unsigned, little-endian
 *   n bytes  message, UTF-8
 */
const VERSION = 1;
const TIMESTAMP_BYTES = 6;
const EVENT_HEAD_BYTES = TIMESTAMP_BYTES + 4;

/** Timestamps must be whole milliseconds from 0 to 2^48 − 1; PutLogEvents has refused any other. */
export function encodeLogEvents(entry: LogEventsEntry): Uint8Array[] {
  const { events, ...header } = entry;
  const sizes = events.map(({ message }) => Buffer.byteLength(message));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size + EVENT_HEAD_BYTES, 0));
  let at = 0;
  events.forEach(({ timestampMs, message }, index) => {
    at = bytes.writeUIntLE(timestampMs, at, TIMESTAMP_BYTES);
    at = bytes.writeUInt32LE(sizes[index] ?? 0, at);
    at += bytes.write(message, at);
  });
  return [frame(VERSION, { ...header, events: events.length }), bytes];
}

export function decodeLogEvents(payload: Buffer): LogEventsEntry {
  const { header, rest } = unframe('log events', VERSION, payload);
  const { events: count, ...entry } = header as Omit<LogEventsEntry, 'events'> & { events: number };
  const cutter = new Cutter(rest);
  const events = Array.from({ length: count }, (): LogEvent => {
    const head = cutter.take(EVENT_HEAD_BYTES);
    const message = cutter.take(head.readUInt32LE(TIMESTAMP_BYTES)).toString();
    return { timestampMs: head.readUIntLE(0, TIMESTAMP_BYTES), message };
  });
  cutter.end();
  return { ...entry, events };
}
