/**
 * Deletions of log events: a row in `varve.log_deletions` hides events from the moment it is there, for good, whatever is
 * inserted later; the events themselves are removed after that.
 *
 *  - a group generation:        stream ''    events_before = the end of time
 *  - events before a time:      stream '' or the name, events_before = that time
 *  - a stream, whose name may be used again: ingested_before = now; what is there now is removed before it is told as
 *    done, so an event that was ingested in this very millisecond is gone too, and one put after it stays.
 */
import type { Clock } from '#base';
import type { StoreClient } from './client.ts';

export interface LogDeletion {
  readonly groupGeneration: string;
  readonly streamName?: string;
  readonly beforeMs?: number;
}

/** After every time that a row can have, and before: DateTime64(3). Milliseconds. */
const END_OF_TIME_MS = Date.UTC(2299, 11, 31, 23, 59, 59, 999);
const START_OF_TIME_MS = Date.UTC(1900, 0, 1);

/** What the deletions of a generation leave visible, as SQL over `varve.log_events` with its parameters. */
export interface Visibility {
  readonly condition: string;
  readonly parameters: Record<string, number | readonly string[] | readonly number[]>;
  /** Nothing of the generation can be visible. */
  readonly nothing: boolean;
}

interface HiddenRow {
  readonly stream: string;
  readonly events_before: number;
  readonly ingested_before: number;
}

/** Records the deletion, then removes rows. When it resolves, the events are never read again. */
export async function deleteLogEvents(client: StoreClient, which: LogDeletion, clock: Clock): Promise<void> {
  const now = clock.nowMs();
  const wholeStream = which.streamName !== undefined && which.beforeMs === undefined;
  const eventsBefore = wholeStream ? START_OF_TIME_MS : (which.beforeMs ?? END_OF_TIME_MS);
  await client.command(
    `INSERT INTO varve.log_deletions SELECT {generation:String}, {stream:String},
     fromUnixTimestamp64Milli({eventsBefore:Int64}), fromUnixTimestamp64Milli({ingestedBefore:Int64}), fromUnixTimestamp64Milli({now:Int64})`,
    {
      generation: which.groupGeneration,
      stream: which.streamName ?? '',
      eventsBefore: clamp(eventsBefore),
      ingestedBefore: wholeStream ? clamp(now) : START_OF_TIME_MS,
      now: clamp(now),
    },
  );
  await removeRows(client, which, wholeStream);
}

async function removeRows(client: StoreClient, which: LogDeletion, wait: boolean): Promise<void> {
  const conditions = ['generation = {generation:String}'];
  const parameters: Record<string, string | number> = { generation: which.groupGeneration };
  if (which.streamName !== undefined) {
    conditions.push('stream = {stream:String}');
    parameters['stream'] = which.streamName;
  }
  if (which.beforeMs !== undefined) {
    conditions.push('ts < fromUnixTimestamp64Milli({before:Int64})');
    parameters['before'] = clamp(which.beforeMs);
  }
  const where = conditions.join(' AND ');
  // A delete looks at every part, also when nothing matches: retention asks often.
  const found = await client.rows(`SELECT 1 FROM varve.log_events WHERE ${where} LIMIT 1`, parameters);
  if (found.length === 0) return;
  const settings = { lightweight_deletes_sync: wait ? ('2' as const) : ('0' as const) };
  await client.command(`DELETE FROM varve.log_events WHERE ${where}`, parameters, settings);
}

/** Reads what is hidden of a generation. */
export async function visibilityOf(client: StoreClient, groupGeneration: string): Promise<Visibility> {
  const rows = await client.rows<HiddenRow>(
    `SELECT stream, toUnixTimestamp64Milli(max(d.events_before)) AS events_before, toUnixTimestamp64Milli(max(d.ingested_before)) AS ingested_before
     FROM varve.log_deletions AS d WHERE generation = {generation:String} GROUP BY stream`,
    { generation: groupGeneration },
  );
  const group = rows.find((row) => row.stream === '');
  const streams = rows.filter((row) => row.stream !== '');
  const conditions: string[] = [];
  const parameters: Record<string, number | readonly string[] | readonly number[]> = {};
  if (group) {
    conditions.push('ts >= fromUnixTimestamp64Milli({hiddenBefore:Int64})');
    parameters['hiddenBefore'] = group.events_before;
  }
  if (streams.length > 0) {
    conditions.push(
      'toUnixTimestamp64Milli(ts) >= transform(toString(stream), {hiddenStreams:Array(String)}, {hiddenEvents:Array(Int64)}, {timeStart:Int64})',
      'toUnixTimestamp64Milli(ingestion) >= transform(toString(stream), {hiddenStreams:Array(String)}, {hiddenIngested:Array(Int64)}, {timeStart:Int64})',
    );
    parameters['hiddenStreams'] = streams.map((row) => row.stream);
    parameters['hiddenEvents'] = streams.map((row) => row.events_before);
    parameters['hiddenIngested'] = streams.map((row) => row.ingested_before);
    parameters['timeStart'] = START_OF_TIME_MS;
  }
  const nothing = group !== undefined && group.events_before >= END_OF_TIME_MS;
  return { condition: conditions.join(' AND ') || '1', parameters, nothing };
}

function clamp(timeMs: number): number {
  return Math.min(Math.max(Math.trunc(timeMs), START_OF_TIME_MS), END_OF_TIME_MS);
}
