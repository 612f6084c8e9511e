/** An event as one line. */
import type { FilteredLogEvent } from '@aws-sdk/client-cloudwatch-logs';
import { jsonShown, shown } from '../terminal/shown.ts';
import { cut } from '../terminal/width.ts';
import type { Output } from '../terminal/output.ts';

/** On a terminal a stream's name takes a third of the line at most. */
const STREAM_SHARE = 3;
const WIDTH_MIN = 20;
/** Of a message, code units are looked at for each cell of the line. */
const SLICE_FACTOR = 32;
const MINUTE_MS = 60_000;

export interface LineOptions {
  readonly output: Output;
  readonly local: boolean;
}

/** Time, stream, message. On a terminal cut to its width; elsewhere whole. */
export function textLine(event: FilteredLogEvent, { output, local }: LineOptions): string {
  const { timestamp = 0, logStreamName = '', message = '' } = event;
  const time = timeOf(timestamp, local);
  const { columns } = output;
  if (columns === undefined) return `${time} ${shown(logStreamName)} ${shown(trimmed(message))}\n`;
  const width = Math.max(WIDTH_MIN, columns);
  const stream = cut(shown(logStreamName), Math.floor(width / STREAM_SHARE));
  const start = shown(trimmed(message.slice(0, width * SLICE_FACTOR)));
  const line = cut(`${time} ${stream} ${start}`, width);
  // Coloured after it was cut: the codes take no cells.
  const head = `${time} ${stream}`;
  if (!line.startsWith(head)) return `${line}\n`;
  return `${output.coloured('dim', time)} ${output.coloured('cyan', stream)}${line.slice(head.length)}\n`;
}

/** The event as FilterLogEvents gives it (FilteredLogEvent), on one line. */
export function jsonLine({ logStreamName, timestamp, message, ingestionTime, eventId }: FilteredLogEvent): string {
  return `${jsonShown({ logStreamName, timestamp, message, ingestionTime, eventId })}\n`;
}

/** Programs end their messages with a line end, which is none of the message's text. */
function trimmed(message: string): string {
  return message.replace(/\r?\n$/, '');
}

/** ISO 8601 in UTC, or in local time with its offset. */
function timeOf(ms: number, local: boolean): string {
  if (!local) return new Date(ms).toISOString();
  const offsetMinutes = -new Date(ms).getTimezoneOffset();
  const shifted = new Date(ms + offsetMinutes * MINUTE_MS).toISOString().slice(0, -1);
  const two = (value: number): string => String(value).padStart(2, '0');
  const size = Math.abs(offsetMinutes);
  return `${shifted}${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
