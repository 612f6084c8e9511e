/** Queries over log events: the source they read from, and running a statement that was compiled elsewhere. */
import type { QueryParameters, StoreClient } from './client.ts';
import { ANYTHING } from './attributes.ts';
import { DAY_MS, DAY_OTHERS_MAX, dayOf, type KnownOthers, NOT_VERBATIM } from './known-others.ts';
import { visibilityOf } from './log-event-deletions.ts';
import { storableTimeMs } from './tables/column.ts';
import type { EventScope, LogEventSource } from './types.ts';

/** Paths told at most; with more, queries look into every message. */
const OTHERS_MAX = 20_000;
/** Over a longer range the engine is asked each time. */
const KNOWN_DAYS_MAX = 100;

const OTHERS_BY_DAY = `
  SELECT toInt32(toDate32(ts, 'UTC')) AS day, groupUniqArrayArray(${DAY_OTHERS_MAX + 1})(others) AS others, min(verbatim) AS verbatim
  FROM varve.log_events
  WHERE generation = {generation:String} AND ts >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
    AND ts < fromUnixTimestamp64Milli({to:Int64}, 'UTC')
  GROUP BY day`;

/**
 * The events of log groups in a time range, as a FROM clause with constants and parameters only, and what these events
 * have besides the scalars in `attrs`.
 */
export async function logEventSource(
  client: StoreClient,
  scope: EventScope,
  prefix: string,
  known?: KnownOthers,
): Promise<LogEventSource> {
  const parameters: Record<string, QueryParameters[string]> = {};
  const bind = (name: string, value: QueryParameters[string], type: string): string => {
    parameters[`${prefix}${name}`] = value;
    return `{${prefix}${name}:${type}}`;
  };
  const conditions: string[] = [];
  for (const [index, { generation, keptFromMs }] of scope.groups.entries()) {
    const visible = await visibilityOf(client, generation);
    if (visible.nothing) continue;
    // Each generation hides its own: its condition's parameters get names of their own.
    const condition = visible.condition.replaceAll(/\{(\w+):/g, (_all, name: string) => {
      parameters[`${prefix}g${index}${name}`] = visible.parameters[name] ?? '';
      return `{${prefix}g${index}${name}:`;
    });
    const isGroup = `generation = ${bind(`g${index}`, generation, 'String')}`;
    const parts = condition === '1' ? [isGroup] : [isGroup, condition];
    if (keptFromMs !== undefined) {
      parts.push(
        `ts >= fromUnixTimestamp64Milli(${bind(`g${index}kept`, storableTimeMs(keptFromMs), 'Int64')}, 'UTC')`,
      );
    }
    conditions.push(parts.length === 1 ? isGroup : `(${parts.join(' AND ')})`);
  }
  const start = bind('start', storableTimeMs(scope.startMs), 'Int64');
  const end = bind('end', storableTimeMs(scope.endMs), 'Int64');
  const times = `ts >= fromUnixTimestamp64Milli(${start}, 'UTC') AND ts <= fromUnixTimestamp64Milli(${end}, 'UTC')`;
  const groups =
    conditions.length === 0 ? '0' : conditions.length === 1 ? conditions.join('') : `(${conditions.join(' OR ')})`;
  const where = `WHERE ${groups} AND ${times}`;
  const generations = bind(
    'generations',
    scope.groups.map(({ generation }) => generation),
    'Array(String)',
  );
  const names = bind(
    'names',
    scope.groups.map(({ name }) => name),
    'Array(String)',
  );
  const logGroup = `transform(toString(generation), ${generations}, ${names}, '')`;
  const sql = `FROM varve.log_events ${where}`;
  const found = (known && (await othersByDay(client, scope, known))) ?? (await othersOf(client, sql, parameters));
  const verbatim = !found.has(NOT_VERBATIM);
  found.delete(NOT_VERBATIM);
  return { sql, logGroup, parameters, others: found.size > OTHERS_MAX ? ANYTHING : [...found], verbatim };
}

async function othersOf(
  client: StoreClient,
  sql: string,
  parameters: Record<string, QueryParameters[string]>,
): Promise<Set<string>> {
  const [others, [verbatim]] = await Promise.all([
    // Grouped, the engine looks at each part's dictionary, not at each row's names.
    client.rows<{ other: string }>(
      `SELECT arrayJoin(others) AS other ${sql} GROUP BY other LIMIT ${OTHERS_MAX + 1}`,
      parameters,
    ),
    client.rows<{ all: number }>(`SELECT min(verbatim) AS all, count() AS events ${sql} HAVING events > 0`, parameters),
  ]);
  return new Set([...others.map(({ other }) => other), ...(verbatim?.all === 0 ? [NOT_VERBATIM] : [])]);
}

/** Undefined for a range of too many days. */
async function othersByDay(
  client: StoreClient,
  { groups, startMs, endMs }: EventScope,
  known: KnownOthers,
): Promise<Set<string> | undefined> {
  const [firstDay, lastDay] = [dayOf(storableTimeMs(startMs)), dayOf(storableTimeMs(endMs))];
  if (lastDay - firstDay >= KNOWN_DAYS_MAX) return undefined;
  const others = new Set<string>();
  for (const { generation } of groups) {
    const found = await known.of(generation, firstDay, lastDay, async (from, to) => {
      const parameters = { generation, from: from * DAY_MS, to: (to + 1) * DAY_MS };
      const rows = await client.rows<{ day: number; others: string[]; verbatim: number }>(OTHERS_BY_DAY, parameters);
      return rows.map((row) => (row.verbatim === 0 ? { ...row, others: [...row.others, NOT_VERBATIM] } : row));
    });
    for (const other of found) others.add(other);
  }
  return others;
}

/** Without messages, blocks may have many rows: with those of other reads it takes twice as long. */
const SIZE_BLOCK_ROWS = 65_536;

/** What a scope holds: for a query's statistics. The sizes of messages are a column of their own to the engine. */
export async function scopeSize(
  client: StoreClient,
  source: LogEventSource,
): Promise<{ readonly events: number; readonly bytes: number }> {
  const [row] = await client.rows<{ events: number; bytes: number }>(
    `SELECT count() AS events, sum(message.size) AS bytes ${source.sql} SETTINGS max_block_size = ${SIZE_BLOCK_ROWS}`,
    source.parameters,
  );
  return row ?? { events: 0, bytes: 0 };
}

/** Fields told at most. (CloudWatch Logs quotas: 1,000 of one group.) */
const FIELDS_MAX = 1_000;

/** The fields of JSON events by their flattened names, the most frequent first. */
export async function logEventFields(
  client: StoreClient,
  scope: EventScope,
): Promise<{ readonly events: number; readonly fields: readonly { readonly name: string; readonly count: number }[] }> {
  const source = await logEventSource(client, scope, 'src_');
  const { events } = await scopeSize(client, source);
  const paths = `arrayConcat(JSONAllPaths(attrs), arrayMap(x -> replaceAll(toString(x), '\\x01', '.'), others))`;
  const fields = await client.rows<{ name: string; count: number }>(
    `SELECT path AS name, count() AS count FROM (SELECT arrayJoin(arrayDistinct(${paths})) AS path ${source.sql})
     WHERE path != '*' GROUP BY path ORDER BY count DESC, path LIMIT ${FIELDS_MAX}`,
    source.parameters,
  );
  return { events, fields };
}
