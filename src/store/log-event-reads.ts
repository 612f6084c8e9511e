/** Reads of log events in the order (time, sequence, position, node), which is the table's own within a generation. */
import type { QueryParameters, StoreClient } from './client.ts';
import { visibilityOf } from './log-event-deletions.ts';
import { storableTimeMs } from './tables/column.ts';
import type { LogEventName, LogEventPosition, LogEventQuery, LogEventRow, StreamStatistics } from './types.ts';

interface SelectedEvent {
  readonly node: string;
  readonly sequence: number;
  readonly position: number;
  readonly ts_ms: number;
  readonly ingestion_ms: number;
  readonly account: string;
  readonly region: string;
  readonly stream: string;
  readonly message: string;
}

const SELECTED =
  'node, sequence, position, toUnixTimestamp64Milli(ts) AS ts_ms, toUnixTimestamp64Milli(ingestion) AS ingestion_ms, account, region, stream, message';

export async function readLogEvents(client: StoreClient, query: LogEventQuery): Promise<LogEventRow[]> {
  const selection = await selectionOf(client, query);
  if (!selection || query.limit <= 0) return [];
  const { from, parameters } = selection;
  const rows: LogEventRow[] = [];
  let bytes = 0;
  const sql = `SELECT ${SELECTED} ${from} LIMIT {limit:UInt32}`;
  for await (const row of client.stream<SelectedEvent>(sql, { ...parameters, limit: query.limit })) {
    rows.push(eventOf(row, query.groupGeneration));
    if (query.bytesMax === undefined) continue;
    bytes += Buffer.byteLength(row.message);
    if (bytes > query.bytesMax) break;
  }
  return rows;
}

/** See {@link Store.logEventAt}; reads no messages. */
export async function logEventAt(
  client: StoreClient,
  query: Omit<LogEventQuery, 'limit' | 'matching'>,
  offset: number,
): Promise<LogEventPosition | undefined> {
  const selection = await selectionOf(client, query);
  if (!selection) return undefined;
  const { from, parameters } = selection;
  const [row] = await client.rows<Pick<SelectedEvent, 'node' | 'sequence' | 'position' | 'ts_ms'>>(
    `SELECT node, sequence, position, toUnixTimestamp64Milli(ts) AS ts_ms ${from} LIMIT 1 OFFSET {offset:UInt64}`,
    { ...parameters, offset },
  );
  return row && { timestampMs: row.ts_ms, key: { node: row.node, sequence: row.sequence, index: row.position } };
}

/** FROM, WHERE and ORDER BY of a query; undefined when nothing of the group can be visible. */
async function selectionOf(
  client: StoreClient,
  query: Omit<LogEventQuery, 'limit'>,
): Promise<{ from: string; parameters: QueryParameters } | undefined> {
  const visible = await visibilityOf(client, query.groupGeneration);
  if (visible.nothing) return undefined;
  const conditions = ['generation = {generation:String}', visible.condition];
  const parameters: Record<string, QueryParameters[string]> = {
    ...visible.parameters,
    generation: query.groupGeneration,
  };
  const bound = (condition: string, values: QueryParameters): void => {
    conditions.push(condition);
    Object.assign(parameters, values);
  };
  if (query.streamNames) bound('stream IN {streams:Array(String)}', { streams: query.streamNames });
  if (query.startMs !== undefined) bound(`ts >= ${time('start')}`, { start: storableTimeMs(query.startMs) });
  if (query.endMs !== undefined) bound(`ts < ${time('end')}`, { end: storableTimeMs(query.endMs) });
  if (query.after) boundPosition(bound, '>', 'after', query.after);
  if (query.before) boundPosition(bound, '<', 'before', query.before);
  if (query.matching) bound(query.matching.sql, query.matching.parameters);
  const direction = query.order === 'ascending' ? 'ASC' : 'DESC';
  const order = ['generation', 'ts', 'sequence', 'position', 'node'].map((name) => `${name} ${direction}`).join(', ');
  return { from: `FROM varve.log_events WHERE ${conditions.join(' AND ')} ORDER BY ${order}`, parameters };
}

/** One event by its name; undefined when it is not there or was deleted. */
export async function readLogEvent(client: StoreClient, name: LogEventName): Promise<LogEventRow | undefined> {
  const { key, timestampMs, groupGeneration } = name;
  const visible = await visibilityOf(client, groupGeneration);
  if (visible.nothing) return undefined;
  const sql = `SELECT ${SELECTED} FROM varve.log_events WHERE generation = {generation:String} AND ts = ${time('at')}
    AND sequence = {sequence:UInt64} AND position = {index:UInt32} AND node = {node:String} AND ${visible.condition} LIMIT 1`;
  const [row] = await client.rows<SelectedEvent>(sql, {
    ...visible.parameters,
    generation: groupGeneration,
    at: storableTimeMs(timestampMs),
    sequence: key.sequence,
    index: key.index,
    node: key.node,
  });
  return row && eventOf(row, groupGeneration);
}

/** The time on its own lets the engine skip by its index; the tuple decides within one millisecond. */
function boundPosition(
  bound: (condition: string, values: QueryParameters) => void,
  sign: '<' | '>',
  name: string,
  position: LogEventPosition,
): void {
  const tuple = `(${time(`${name}Time`)}, {${name}Sequence:UInt64}, {${name}Index:UInt32}, {${name}Node:String})`;
  bound(`ts ${sign}= ${time(`${name}Time`)} AND (ts, sequence, position, toString(node)) ${sign} ${tuple}`, {
    [`${name}Time`]: storableTimeMs(position.timestampMs),
    [`${name}Sequence`]: position.key.sequence,
    [`${name}Index`]: position.key.index,
    [`${name}Node`]: position.key.node,
  });
}

function time(parameter: string): string {
  return `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`;
}

function eventOf(row: SelectedEvent, groupGeneration: string): LogEventRow {
  return {
    key: { node: row.node, sequence: row.sequence, index: row.position },
    accountId: row.account,
    region: row.region,
    groupGeneration,
    streamName: row.stream,
    timestampMs: row.ts_ms,
    ingestionMs: row.ingestion_ms,
    message: row.message,
  };
}

/** What each stream of a generation holds, by name. */
export async function streamStatistics(client: StoreClient, groupGeneration: string): Promise<StreamStatistics[]> {
  const visible = await visibilityOf(client, groupGeneration);
  if (visible.nothing) return [];
  return client.rows<StreamStatistics>(
    `SELECT stream AS streamName, toUnixTimestamp64Milli(min(ts)) AS firstEventMs, toUnixTimestamp64Milli(max(ts)) AS lastEventMs,
       toUnixTimestamp64Milli(max(ingestion)) AS lastIngestionMs, count() AS events, sum(message.size) AS bytes
     FROM varve.log_events WHERE generation = {generation:String} AND ${visible.condition}
     GROUP BY stream ORDER BY stream`,
    { ...visible.parameters, generation: groupGeneration },
  );
}
