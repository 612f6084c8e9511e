/**
 * Records of model calls are alike but for their time and ids: what they have in common, with marks in the place of these, is
 * stored once for many rows, which saves the engine more than half of the work on a row. A mark is a control character, which
 * a text of JSON never has, so that a shape gives back exactly the record it was made of.
 */

const TIME_MARK = '\u0001';
const REQUEST_MARK = '\u0002';
const EVENT_MARK = '\u0003';
const SECOND_MS = 1000;

/** What differs between records that are alike. */
export interface RecordMarks {
  readonly timestampMs: number;
  readonly requestId: string;
  readonly eventId: string;
}

/** Undefined when the record does not tell time, request and event in this order. */
export function shapeOf(record: string, { timestampMs, requestId, eventId }: RecordMarks): string | undefined {
  const time = eventTime(timestampMs);
  const timeAt = record.indexOf(time);
  const requestAt = timeAt < 0 ? -1 : record.indexOf(requestId, timeAt + time.length);
  const eventAt = requestAt < 0 ? -1 : record.indexOf(eventId, requestAt + requestId.length);
  if (eventAt < 0) return undefined;
  return (
    record.slice(0, timeAt) +
    TIME_MARK +
    record.slice(timeAt + time.length, requestAt) +
    REQUEST_MARK +
    record.slice(requestAt + requestId.length, eventAt) +
    EVENT_MARK +
    record.slice(eventAt + eventId.length)
  );
}

/** The record that {@link shapeOf} made the shape of. */
export function recordOf(shape: string, { timestampMs, requestId, eventId }: RecordMarks): string {
  const [beforeTime, rest] = cut(shape, TIME_MARK);
  const [beforeRequest, last] = cut(rest, REQUEST_MARK);
  const [beforeEvent, end] = cut(last, EVENT_MARK);
  return beforeTime + eventTime(timestampMs) + beforeRequest + requestId + beforeEvent + eventId + end;
}

function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + 1)];
}

let lastSecond = Number.NaN;
let lastTime = '';

/** As records tell it; many rows are of one second. */
function eventTime(timestampMs: number): string {
  const second = Math.floor(timestampMs / SECOND_MS);
  if (second !== lastSecond) {
    lastSecond = second;
    lastTime = `${new Date(second * SECOND_MS).toISOString().slice(0, 19)}Z`;
  }
  return lastTime;
}
