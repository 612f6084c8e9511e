/**
 * Reads of audit events, the newest first: by (time, event id), both falling. An event that was inserted twice has the same
 * time and id: its rows stand side by side, one of them is told, and a page that begins after it begins after all of them.
 *
 * A range of time is read from its end in windows that grow: the newest events, which most reads are about, are then found
 * without opening the parts of ninety days.
 */
import type { QueryParameters, StoreClient } from './client.ts';
import { recordOf } from './record-shapes.ts';
import { storableTimeMs } from './tables/column.ts';
import type { AuditEventPage, AuditEventPosition, AuditEventQuery, AuditEventRow } from './types.ts';

interface SelectedEvent extends Omit<AuditEventRow, 'key' | 'resources' | 'shape'> {
  readonly node: string;
  readonly sequence: number;
  readonly position: number;
  /** Empty when `record` is not. */
  readonly shape: string;
  readonly resourceTypes: readonly string[];
  readonly resourceNames: readonly string[];
}

const SELECTED = `node, sequence, position, toUnixTimestamp64Milli(ts) AS timestampMs, account AS accountId, region, event_id AS eventId,
  event_source AS eventSource, event_name AS eventName, username, access_key_id AS accessKeyId, identity_arn AS identityArn,
  read_only AS readOnly, category, error_code AS errorCode, source_ip AS sourceIp, request_id AS requestId,
  resource_types AS resourceTypes, resource_names AS resourceNames, shape, record`;

/** Lists of a query, and the column that must be one of its values. */
const COLUMN_OF = {
  regions: 'region',
  eventIds: 'event_id',
  eventSources: 'event_source',
  eventNames: 'event_name',
  usernames: 'username',
  accessKeyIds: 'access_key_id',
  identityArns: 'identity_arn',
  categories: 'category',
  errorCodes: 'error_code',
  sourceIps: 'source_ip',
  requestIds: 'request_id',
} as const satisfies Partial<Record<keyof AuditEventQuery, string>>;

/** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
const ROLE_OF_SESSION = String.raw`extract(identity_arn, ':assumed-role/([^/]+)/')`;

/** The newest window of a range, and how much longer each further one is. */
const FIRST_WINDOW_MS = 3_600_000;
const WINDOW_GROWTH = 8;

/** See {@link Store.readAuditEvents}. */
export async function readAuditEvents(client: StoreClient, query: AuditEventQuery): Promise<AuditEventPage> {
  const { conditions, parameters } = conditionsOf(query);
  const sql = `SELECT ${SELECTED} FROM varve.audit_events WHERE ${conditions.join(' AND ')}
    ORDER BY account DESC, ts DESC, event_id DESC LIMIT {limit:UInt32}`;
  const page = new Page(query);
  // What comes after a position is at its time or earlier.
  let endMs = Math.min(query.endMs, query.after ? query.after.timestampMs + 1 : Infinity);
  for (let windowMs = FIRST_WINDOW_MS; endMs > query.startMs; windowMs *= WINDOW_GROWTH) {
    const startMs = Math.max(query.startMs, endMs - windowMs);
    const bounds = { start: storableTimeMs(startMs), end: storableTimeMs(endMs) };
    let rowCount = 0;
    // One more than fits tells whether there are more.
    const limit = query.limit - page.events.length + 1;
    for await (const row of client.stream<SelectedEvent>(sql, { ...parameters, ...bounds, limit })) {
      rowCount += 1;
      if (!page.add(row)) return { events: page.events, next: page.last };
    }
    // Twins may have taken the room of others.
    if (rowCount === limit) return { events: page.events, next: page.last };
    endMs = startMs;
  }
  return { events: page.events, next: undefined };
}

class Page {
  readonly events: AuditEventRow[] = [];
  readonly #limit: number;
  readonly #bytesMax: number;
  #bytes = 0;

  constructor({ limit, bytesMax = Infinity }: AuditEventQuery) {
    this.#limit = limit;
    this.#bytesMax = bytesMax;
  }

  get last(): AuditEventPosition | undefined {
    const last = this.events.at(-1);
    return last && { timestampMs: last.timestampMs, eventId: last.eventId };
  }

  /** False when there is no room. */
  add(row: SelectedEvent): boolean {
    const { last } = this;
    if (last?.eventId === row.eventId && last.timestampMs === row.timestampMs) return true;
    if (this.events.length >= this.#limit || this.#bytes > this.#bytesMax) return false;
    const event = eventOf(row);
    this.events.push(event);
    this.#bytes += Buffer.byteLength(event.record);
    return true;
  }
}

/** All but the bounds of the window. */
function conditionsOf(query: AuditEventQuery): {
  conditions: string[];
  parameters: Record<string, QueryParameters[string]>;
} {
  const conditions = ['account = {account:String}', `ts >= ${time('start')}`, `ts < ${time('end')}`];
  const parameters: Record<string, QueryParameters[string]> = { account: query.accountId };
  const bound = (condition: string, values: QueryParameters): void => {
    conditions.push(condition);
    Object.assign(parameters, values);
  };
  for (const [name, column] of Object.entries(COLUMN_OF) as [keyof typeof COLUMN_OF, string][]) {
    const values = query[name];
    if (values) bound(`${column} IN {${name}:Array(String)}`, { [name]: values });
  }
  const { roles, readOnly, failed, resourceTypes, resourceNames, after } = query;
  if (roles) bound(`${ROLE_OF_SESSION} IN {roles:Array(String)}`, { roles });
  if (readOnly !== undefined) bound('read_only = {readOnly:UInt8}', { readOnly: Number(readOnly) });
  if (failed !== undefined) conditions.push(failed ? "error_code != ''" : "error_code = ''");
  if (resourceTypes) bound('hasAny(resource_types, {resourceTypes:Array(String)})', { resourceTypes });
  if (resourceNames) bound(namedBy('resourceNames'), { resourceNames });
  if (after) {
    bound(`ts <= ${time('afterTime')} AND (ts, event_id) < (${time('afterTime')}, {afterId:String})`, {
      afterTime: storableTimeMs(after.timestampMs),
      afterId: after.eventId,
    });
  }
  return { conditions, parameters };
}

/** A resource is named by its whole ARN, or by what stands behind a `:` or `/` at its end. */
function namedBy(parameter: string): string {
  const asked = `{${parameter}:Array(String)}`;
  return `arrayExists(x -> has(${asked}, x) OR arrayExists(n -> endsWith(x, concat('/', n)) OR endsWith(x, concat(':', n)), ${asked}), resource_names)`;
}

function time(parameter: string): string {
  return `fromUnixTimestamp64Milli({${parameter}:Int64}, 'UTC')`;
}

function eventOf({
  node,
  sequence,
  position,
  resourceTypes,
  resourceNames,
  readOnly,
  shape,
  record,
  ...row
}: SelectedEvent): AuditEventRow {
  return {
    ...row,
    key: { node, sequence, index: position },
    readOnly,
    record: shape === '' ? record : recordOf(shape, row),
    resources: resourceNames.map((name, at) => ({ type: resourceTypes[at] ?? '', name })),
  };
}
