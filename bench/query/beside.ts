/**
 * Recording beside a heavy query: Converse through Varve to a mock upstream, logged to S3 and CloudWatch Logs, first alone,
 * then while queries that read every message of the log group run one after the other, then alone again.
 */
import type { ChildProcess } from 'node:child_process';
import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  PutLogEventsCommand,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { sleep } from '#base';
import { type LoadResult, percentile, runLoad } from '../gateway/load.ts';
import { costOf, startScript, stop } from '../gateway/processes.ts';
import { BENCH_KEY, makeRequests, REGION } from '../gateway/requests.ts';
import { startVarveProcess } from '../gateway/server.ts';
import { invocationRecord } from './records.ts';

const GROUP = 'queried';
const STREAM = 'records';
/** PutLogEvents takes 1 MiB and 10,000 events. */
const PUT_RECORDS = 50;
const PUTS_AT_ONCE = 4;
const LOAD_MS = 8_000;
const WARM_MS = 12_000;
const CONCURRENCY = 8;
const POLL_MS = 50;
const SETTLE_MS = 10_000;
/** Reads every message, and finds in none what it asks for; nothing in it is a word that an index knows. */
const HEAVY = 'filter @message like /[a-z]+ [a-z]+ [0-9]{9} [a-z]+/ | stats count(*) as c by bin(1m)';

export async function measureBeside(root: string, records: number): Promise<void> {
  const children: ChildProcess[] = [];
  try {
    const mock = await startScript('./mock-upstream.ts');
    children.push(mock.child);
    const varve = await startVarveProcess('varve', mock.port, 'fsync', root);
    if (varve.child) children.push(varve.child);
    const client = new CloudWatchLogsClient({
      endpoint: `http://127.0.0.1:${varve.port}`,
      region: REGION,
      credentials: { ...BENCH_KEY },
    });
    await put(client, records);
    const load = (): Promise<LoadResult> =>
      runLoad({
        port: varve.port,
        requests: makeRequests('converse', varve.port),
        concurrency: CONCURRENCY,
        durationMs: LOAD_MS,
      });
    await runLoad({
      port: varve.port,
      requests: makeRequests('converse', varve.port),
      concurrency: CONCURRENCY,
      durationMs: WARM_MS,
    });
    await sleep(SETTLE_MS);
    console.log(`\nConverse, concurrency ${CONCURRENCY}, fsync; ${records} records of 7 KB in the queried group`);
    console.log('| while | requests/s | p50 ms | p99 ms | errors | queries ended | s a query | peak RSS MiB |');
    console.log('|---|---|---|---|---|---|---|---|');
    const show = async (name: string, result: LoadResult, queries: readonly number[]): Promise<void> => {
      const cost = varve.child?.pid === undefined ? undefined : await costOf(varve.child.pid);
      const seconds = queries.reduce((sum, each) => sum + each, 0) / 1000 / queries.length;
      const cells = [
        name,
        Math.round(result.requests / result.seconds),
        percentile(result.latenciesMs, 0.5).toFixed(2),
        percentile(result.latenciesMs, 0.99).toFixed(2),
        result.errors,
        queries.length,
        queries.length === 0 ? '' : seconds.toFixed(1),
        ((cost?.peakRssBytes ?? 0) / 1024 / 1024).toFixed(0),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    };
    await show('nothing else runs', await load(), []);
    for (const many of [1, 4]) {
      const taken: number[] = [];
      let on = true;
      const askers = Array.from({ length: many }, async () => {
        while (on) taken.push(await heavy(client));
      });
      const result = await load();
      on = false;
      await Promise.all(askers);
      await show(many === 1 ? 'a heavy query runs' : `${many} heavy queries wait or run`, result, taken);
    }
    await show('nothing else runs, again', await load(), []);
    client.destroy();
  } finally {
    await Promise.all(children.map(stop));
  }
}

async function put(client: CloudWatchLogsClient, records: number): Promise<void> {
  await client.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
  await client.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: STREAM }));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < records) {
      const from = next;
      next += PUT_RECORDS;
      const nowMs = Date.now();
      const logEvents = Array.from({ length: Math.min(PUT_RECORDS, records - from) }, (_, at) => ({
        timestamp: nowMs - 3_600_000 + at,
        message: invocationRecord(from + at, records).message,
      }));
      await client.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: STREAM, logEvents }));
    }
  };
  await Promise.all(Array.from({ length: PUTS_AT_ONCE }, worker));
}

/** Runs the heavy query; gives how long it took, ms. */
async function heavy(client: CloudWatchLogsClient): Promise<number> {
  const startedMs = performance.now();
  const { queryId } = await client.send(
    new StartQueryCommand({
      logGroupName: GROUP,
      startTime: Math.floor(Date.now() / 1000) - 7_200,
      endTime: Math.floor(Date.now() / 1000),
      queryString: HEAVY,
    }),
  );
  for (;;) {
    const { status } = await client.send(new GetQueryResultsCommand({ queryId }));
    if (status === 'Complete') return performance.now() - startedMs;
    if (status !== 'Running' && status !== 'Scheduled') throw new Error(`the heavy query: ${status ?? '?'}`);
    await sleep(POLL_MS);
  }
}
