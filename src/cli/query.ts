import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { StartQueryCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { MalformedQuery, parseQuery, sourceOf } from '#insights';
import type { Command } from './command.ts';
import { interruption } from './interruption.ts';
import { parseMoment, withTimesJoined } from './moment.ts';
import { columnsOf, columnsOfQuery, withoutPointer } from './query/columns.ts';
import { csv } from './query/csv.ts';
import { json } from './query/json.ts';
import type { Outcome, Progress } from './query/run-query.ts';
import { count, scanned, seconds } from './query/statistics.ts';
import { table } from './query/table.ts';
import { SERVER_OPTIONS, SERVER_OPTIONS_HELP, type ServerAddress, serverAddress } from './server-options.ts';
import { Output } from './terminal/output.ts';
import { WrongUsage } from './wrong-usage.ts';

const HELP = `varve query 'QUERY' --log-group GROUP [options]

Runs a CloudWatch Logs Insights query and prints its rows; "-" reads the query from stdin.
  npx varve query 'fields @timestamp, modelId | filter status != 200 | sort @timestamp desc' --log-group /varve/demo

  --log-group GROUP   name or ARN; may be given up to 50 times. Not for a query that begins with SOURCE
  --start TIME        default -1h. Relative (-30m, -1h, -7d), now, ISO 8601 (UTC unless it names a zone), or epoch seconds
  --end TIME          default now; its whole second counts
  --output FORMAT     table (default), json or csv. Tables are cut to the terminal (or COLUMNS); json and csv are not.
                      @ptr stands in json only
  --limit N           rows, unless the query has a limit of its own (default 10000)
${SERVER_OPTIONS_HELP}
Statistics go to stderr, and progress too when that is a terminal. Ctrl-C stops the query on the server and exits
with 130. NO_COLOR turns colours off.
`;

const FORMATS = ['table', 'json', 'csv'] as const;
type Format = (typeof FORMATS)[number];
const START_DEFAULT = '-1h';
/** As long as nothing says more. (StartQuery, limit.) */
const LIMIT_DEFAULT = 10_000;
const SECOND_MS = 1_000;
/** A query that is answered at once shows no progress. */
const PROGRESS_AFTER_MS = 400;

interface Asked {
  readonly text: string;
  readonly groups: readonly string[];
  readonly startMs: number;
  readonly endMs: number;
  readonly format: Format;
  readonly limit: number | undefined;
  readonly address: ServerAddress;
}

/** `varve query` (contract.md). */
export const query: Command = async (args) => {
  const { values, positionals } = parseArgs({
    args: withTimesJoined(args, ['--start', '--end']),
    options: {
      ...SERVER_OPTIONS,
      'log-group': { type: 'string', multiple: true },
      start: { type: 'string' },
      end: { type: 'string' },
      output: { type: 'string' },
      limit: { type: 'string' },
    },
    allowPositionals: true,
    strict: true,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const nowMs = Date.now();
  const startMs = parseMoment(values.start ?? START_DEFAULT, nowMs, '--start');
  const endMs = parseMoment(values.end ?? 'now', nowMs, '--end');
  if (startMs > endMs) throw new WrongUsage('--start is after --end');
  const asked = {
    groups: values['log-group'] ?? [],
    startMs,
    endMs,
    format: formatOf(values.output),
    limit: limitOf(values.limit),
    text: await queryText(positionals),
  };
  checkGroups(asked.text, asked.groups);
  return run({ ...asked, address: await serverAddress(values) });
};

async function run(asked: Asked): Promise<number> {
  // Loaded when it is needed: --help and wrong usage need no SDK.
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  const { runQuery } = await import('./query/run-query.ts');
  const beside = new Output(process.stderr);
  const client = new CloudWatchLogsClient(asked.address);
  using interrupted = interruption();
  const progress = progressLine(beside);
  try {
    const outcome = await runQuery(client, requestOf(asked), {
      signal: interrupted.signal,
      onProgress: progress.show,
    }).finally(progress.clear);
    if (!outcome) {
      await beside.write('The query was stopped.\n');
      return interrupted.status;
    }
    await print(asked, outcome, interrupted.signal);
    if (interrupted.signal.aborted) return interrupted.status;
    await beside.write(`${beside.coloured('dim', summary(asked, outcome))}\n`);
    return 0;
  } catch (error) {
    const { wordRefusal } = await import('./query/query-refusal.ts');
    throw await wordRefusal(error, asked, client, beside);
  } finally {
    client.destroy();
  }
}

async function queryText(positionals: readonly string[]): Promise<string> {
  const [given, ...more] = positionals;
  if (given === undefined) throw new WrongUsage(`the query is missing: varve query 'QUERY' --log-group GROUP`);
  if (more.length > 0) {
    throw new WrongUsage(`the query must be one word of the command line: put it in quotes ("${more[0]}" is too much)`);
  }
  const text = given === '-' ? await textOf(process.stdin) : given;
  if (text.trim() === '') throw new WrongUsage('the query is empty');
  return text;
}

function formatOf(text: string | undefined): Format {
  const format = text === undefined ? 'table' : FORMATS.find((name) => name === text);
  if (!format) throw new WrongUsage(`--output is one of ${FORMATS.join(', ')}, not "${text}"`);
  return format;
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new WrongUsage(`--limit is a number of rows, not "${text}"`);
}

/** Said here because it is about the command line; whatever else is wrong with a query, the server says. */
function checkGroups(text: string, groups: readonly string[]): void {
  let hasSource: boolean;
  try {
    hasSource = sourceOf(parseQuery(text)) !== undefined;
  } catch (error) {
    if (error instanceof MalformedQuery) return;
    throw error;
  }
  if (!hasSource && groups.length === 0) {
    throw new WrongUsage('name a log group with --log-group, or begin the query with SOURCE');
  }
}

function requestOf({ text, groups, startMs, endMs, limit }: Asked): StartQueryCommandInput {
  return {
    queryString: text,
    startTime: Math.floor(startMs / SECOND_MS),
    endTime: Math.floor(endMs / SECOND_MS),
    ...(groups.length > 0 && { logGroupIdentifiers: groups.map(identifierOf) }),
    ...(limit !== undefined && { limit }),
  };
}

/** ARNs are copied with the `:*` that policies need. */
function identifierOf(group: string): string {
  return group.startsWith('arn:') ? group.replace(/:\*$/, '') : group;
}

async function print({ text, format }: Asked, { rows }: Outcome, signal: AbortSignal): Promise<void> {
  const output = new Output(process.stdout);
  const columns = columnsOf(columnsOfQuery(text) ?? [], rows);
  const frame = { width: output.columns, head: (line: string) => output.coloured('bold', line) };
  const pieces =
    format === 'json'
      ? json(columns, rows)
      : format === 'csv'
        ? csv(withoutPointer(columns), rows)
        : table(withoutPointer(columns), rows, frame);
  for (const piece of pieces) {
    if (output.closed || signal.aborted) return;
    await output.write(piece);
  }
}

function summary({ limit }: Asked, { rows, statistics, elapsedMs }: Outcome): string {
  const groups = statistics.logGroupsScanned ?? 0;
  const full = rows.length >= (limit ?? LIMIT_DEFAULT) ? ', as many as the limit lets through' : '';
  return `${count(rows.length, 'row')}${full}: ${scanned(statistics)} in ${count(groups, 'log group')}, ${seconds(elapsedMs)}`;
}

/** One line of a terminal, written over again and again; elsewhere nothing. */
function progressLine(output: Output): { readonly show: (progress: Progress) => void; readonly clear: () => void } {
  let shownOnce = false;
  const show = ({ elapsedMs, statistics }: Progress): void => {
    if (!output.terminal || elapsedMs < PROGRESS_AFTER_MS) return;
    shownOnce = true;
    void output.write(`\r\x1b[2K${seconds(elapsedMs)}: ${scanned(statistics)} …`);
  };
  return { show, clear: () => void (shownOnce && output.write('\r\x1b[2K')) };
}
