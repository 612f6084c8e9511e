/** `GET /_varve/events`: the event history by several filters at once, a page at a time, or all of it as a file. */
import { type EventFilter, type EventHistory, eventFile, isEventFormat } from '#audit';
import { json, type SignedCall, type SignedRoute } from '#gateway';
import { ApiError } from '#wire';
import type { AuditEventRow } from '#store';

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;
/** Values of one filter, and characters of a value. */
const VALUES_MAX = 100;
const VALUE_CHARS_MAX = 2_000;

/** Filters that may be given several times: one of the values must fit. */
const LISTS = {
  name: 'eventNames',
  source: 'eventSources',
  username: 'usernames',
  accessKeyId: 'accessKeyIds',
  identityArn: 'identityArns',
  role: 'roles',
  errorCode: 'errorCodes',
  category: 'categories',
  resource: 'resourceNames',
  resourceType: 'resourceTypes',
  requestId: 'requestIds',
  eventId: 'eventIds',
  sourceIp: 'sourceIps',
  region: 'regions',
} as const satisfies Record<string, keyof EventFilter>;
const FLAGS = { readOnly: 'readOnly', failed: 'failed' } as const satisfies Record<string, keyof EventFilter>;
const TIMES = { start: 'startMs', end: 'endMs' } as const satisfies Record<string, keyof EventFilter>;
const CATEGORIES: readonly string[] = ['Management', 'Data'];
const PARAMETERS: ReadonlySet<string> = new Set([
  ...Object.keys(LISTS),
  ...Object.keys(FLAGS),
  ...Object.keys(TIMES),
  'limit',
  'token',
  'format',
]);

export function eventRoutes(history: Pick<EventHistory, 'search' | 'all'>): readonly SignedRoute[] {
  return [
    {
      method: 'GET',
      path: '/_varve/events',
      action: 'varve:LookupEvents',
      handle: async (call) => {
        const { caller, query } = call;
        const filter = filterOf(query);
        const format = single(query, 'format');
        if (format !== undefined) return exported(history, call, filter, format);
        const limit = limitOf(single(query, 'limit'));
        const page = await history.search(caller.accountId, filter, limit, single(query, 'token'));
        return json(200, {
          events: page.events.map(told),
          ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
        });
      },
    },
  ];
}

async function exported(
  history: Pick<EventHistory, 'all'>,
  { caller, query, signal }: SignedCall,
  filter: EventFilter,
  format: string,
): ReturnType<SignedRoute['handle']> {
  if (!isEventFormat(format)) throw invalid('format is json, ndjson or csv.');
  for (const name of ['limit', 'token']) {
    if (query.has(name)) throw invalid(`${name} is for pages; with a format, all events are given.`);
  }
  const { contentType, body } = await eventFile(format, history.all(caller.accountId, filter), signal);
  const headers = {
    'content-type': contentType,
    'content-disposition': `attachment; filename="events.${format}"`,
  };
  return { status: 200, headers, body };
}

function told({ timestampMs, record, ...event }: AuditEventRow): Record<string, unknown> {
  return {
    time: new Date(timestampMs).toISOString(),
    eventId: event.eventId,
    eventName: event.eventName,
    eventSource: event.eventSource,
    region: event.region,
    username: event.username,
    identityArn: event.identityArn,
    accessKeyId: event.accessKeyId,
    sourceIp: event.sourceIp,
    readOnly: event.readOnly,
    category: event.category,
    errorCode: event.errorCode,
    requestId: event.requestId,
    resources: event.resources,
    record: JSON.parse(record) as unknown,
  };
}

function filterOf(query: URLSearchParams): EventFilter {
  for (const name of query.keys()) {
    if (!PARAMETERS.has(name)) {
      throw invalid(`${name.slice(0, 100)} is no parameter here. These are: ${[...PARAMETERS].join(', ')}.`);
    }
  }
  const filter: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(LISTS)) {
    const values = query.getAll(name);
    if (values.length === 0) continue;
    if (values.length > VALUES_MAX) throw invalid(`${name} may be given ${VALUES_MAX} times at most.`);
    if (values.some((value) => value === '' || value.length > VALUE_CHARS_MAX)) {
      throw invalid(`A value of ${name} has 1 to ${VALUE_CHARS_MAX} characters.`);
    }
    filter[member] = values;
  }
  if (query.getAll('category').some((value) => !CATEGORIES.includes(value))) {
    throw invalid(`category is ${CATEGORIES.join(' or ')}.`);
  }
  for (const [name, member] of Object.entries(FLAGS)) {
    const value = single(query, name);
    if (value === undefined) continue;
    if (value !== 'true' && value !== 'false') throw invalid(`${name} is true or false.`);
    filter[member] = value === 'true';
  }
  for (const [name, member] of Object.entries(TIMES)) {
    const value = single(query, name);
    if (value !== undefined) filter[member] = timeOf(name, value);
  }
  return filter;
}

function single(query: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = query.getAll(name);
  if (others.length > 0) throw invalid(`${name} may be given once.`);
  return value;
}

/** `2026-11-21T09:30:00Z`, or milliseconds since the epoch. */
function timeOf(name: string, value: string): number {
  const timeMs = /^\d{1,15}$/.test(value) ? Number(value) : /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(timeMs)) {
    throw invalid(`${name} is a time such as 2026-11-21T09:30:00Z, or milliseconds since 1970.`);
  }
  return timeMs;
}

function limitOf(value: string | undefined): number {
  if (value === undefined) return LIMIT_DEFAULT;
  const limit = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > LIMIT_MAX) throw invalid(`limit is a number from 1 to ${LIMIT_MAX}.`);
  return limit;
}

function invalid(message: string): ApiError {
  return new ApiError('ValidationException', message, { status: 400 });
}
