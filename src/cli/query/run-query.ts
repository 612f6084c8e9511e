/** StartQuery, GetQueryResults until it has ended, and StopQuery when it is no longer wanted. */
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  type QueryStatistics,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { OperationalError, sleep } from '#base';
import type { Row } from './columns.ts';

/** The first look comes soon, so that a short query is answered at once; then they come less often. Milliseconds. */
const POLL_MS_MIN = 50;
const POLL_MS_MAX = 1_000;
const POLL_GROWTH = 1.5;
/** (GetQueryResults, maxItems.) */
const PAGE_ROWS = 10_000;
/** After Ctrl-C: for the query to be begun, and to be stopped, together less than 5 s. (contract.md) */
const BEGIN_MS_MAX = 2_000;
const STOP_MS_MAX = 2_000;

export interface Progress {
  readonly elapsedMs: number;
  readonly statistics: QueryStatistics;
}

export interface Outcome {
  readonly rows: readonly Row[];
  readonly statistics: QueryStatistics;
  readonly elapsedMs: number;
}

/**
 * Runs a query to its end.
 * @param options.signal stops it, on the server too
 * @returns undefined when it was stopped by the signal
 * @throws {OperationalError} `query-failed`; what the SDK throws
 */
export async function runQuery(
  client: CloudWatchLogsClient,
  request: StartQueryCommandInput,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: Progress) => void },
): Promise<Outcome | undefined> {
  const startedMs = performance.now();
  const elapsedMs = (): number => performance.now() - startedMs;
  const queryId = await begun(client, request, signal);
  if (queryId === undefined) return undefined;
  try {
    for (let waitMs = POLL_MS_MIN; ; waitMs = Math.min(waitMs * POLL_GROWTH, POLL_MS_MAX)) {
      const look = new GetQueryResultsCommand({ queryId, maxItems: 1 });
      const answer = await client.send(look, { abortSignal: signal });
      const { status, statistics = {} } = answer;
      if (status === 'Complete') {
        return { rows: await allRows(client, queryId, signal), statistics, elapsedMs: elapsedMs() };
      }
      if (status !== 'Scheduled' && status !== 'Running') throw failed(answer);
      onProgress({ elapsedMs: elapsedMs(), statistics });
      await sleep(waitMs, signal);
      signal.throwIfAborted();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    await stopped(client, queryId);
    return undefined;
  }
}

/** The beginning is not broken off: of a query without an id nobody could stop the work. */
async function begun(
  client: CloudWatchLogsClient,
  request: StartQueryCommandInput,
  signal: AbortSignal,
): Promise<string | undefined> {
  const starting = client.send(new StartQueryCommand(request));
  starting.catch(() => undefined);
  const over = new AbortController();
  const interrupted = new Promise<undefined>((resolve) => {
    const late = (): void => void sleep(BEGIN_MS_MAX, over.signal).then(() => resolve(undefined));
    if (signal.aborted) late();
    else signal.addEventListener('abort', late, { once: true, signal: over.signal });
  });
  try {
    return (await Promise.race([starting, interrupted]))?.queryId;
  } finally {
    over.abort();
  }
}

async function allRows(client: CloudWatchLogsClient, queryId: string, abortSignal: AbortSignal): Promise<Row[]> {
  const rows: Row[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new GetQueryResultsCommand({ queryId, maxItems: PAGE_ROWS, ...(nextToken !== undefined && { nextToken }) }),
      { abortSignal },
    );
    for (const fields of page.results ?? []) {
      rows.push(new Map(fields.map(({ field = '', value = '' }) => [field, value] as const)));
    }
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return rows;
}

async function stopped(client: CloudWatchLogsClient, queryId: string): Promise<void> {
  // It may have ended by itself, and a server that does not answer cannot be waited for.
  await client
    .send(new StopQueryCommand({ queryId }), { abortSignal: AbortSignal.timeout(STOP_MS_MAX) })
    .catch(() => undefined);
}

function failed({ status = 'Unknown', results = [] }: GetQueryResultsCommandOutput): OperationalError {
  const reason = results[0]?.find(({ field }) => field === '@message')?.value;
  if (status === 'Cancelled') {
    return new OperationalError('query-failed', 'the query was stopped by somebody else', 'Run it again.');
  }
  return new OperationalError(
    'query-failed',
    status === 'Timeout' ? 'the query ran out of time' : `the query failed (${status})`,
    reason ?? 'Take a shorter range of time, fewer log groups, or filter earlier.',
  );
}
