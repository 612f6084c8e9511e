import { parseArgs } from 'node:util';
import type { Command } from './command.ts';
import { interruption } from './interruption.ts';
import { parseMoment, withTimesJoined } from './moment.ts';
import { codeOf, refusal } from './refusals.ts';
import { SERVER_OPTIONS, SERVER_OPTIONS_HELP, type ServerAddress, serverAddress } from './server-options.ts';
import { follow } from './tail/follow.ts';
import { jsonLine, textLine } from './tail/lines.ts';
import { patient } from './tail/patience.ts';
import { Output } from './terminal/output.ts';
import { WrongUsage } from './wrong-usage.ts';

const HELP = `varve tail [--log-group GROUP] [options]

Follows a log group until Ctrl-C; without one, all model invocations: the log group of the account's invocation logging.
  npx varve tail --log-group /varve/demo --filter ThrottlingException

  --log-group GROUP   name or ARN
  --filter PATTERN    a filter pattern of CloudWatch Logs: only events that match
  --since TIME        default 5m (ago); as --start of varve query
  --output FORMAT     text (default): time, stream and message on one line, cut to the terminal (or COLUMNS), whole
                      elsewhere. json: each event as FilterLogEvents gives it, a line each
  --local             local time instead of UTC
${SERVER_OPTIONS_HELP}
Each event comes once, as soon as it can be read; one whose time is more than 15 minutes past when it arrives may be left
out. A server that goes away is waited for.
`;

const SINCE_DEFAULT = '5m';
const FORMATS = ['text', 'json'] as const;

interface Asked {
  readonly logGroup: string | undefined;
  readonly filterPattern: string | undefined;
  readonly sinceMs: number;
  readonly json: boolean;
  readonly local: boolean;
  readonly address: ServerAddress;
}

/** `varve tail` (contract.md). Being interrupted is how it ends: status 0. */
export const tail: Command = async (args) => {
  const { values } = parseArgs({
    args: withTimesJoined(args, ['--since']),
    options: {
      ...SERVER_OPTIONS,
      'log-group': { type: 'string' },
      filter: { type: 'string' },
      since: { type: 'string' },
      output: { type: 'string' },
      local: { type: 'boolean' },
    },
    strict: true,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { output = 'text' } = values;
  if (!FORMATS.some((format) => format === output)) {
    throw new WrongUsage(`--output is one of ${FORMATS.join(', ')}, not "${output}"`);
  }
  const sinceMs = parseMoment(values.since ?? SINCE_DEFAULT, Date.now(), '--since');
  return run({
    // ARNs are copied with the `:*` that policies need.
    logGroup: values['log-group']?.replace(/^(arn:.*):\*$/, '$1'),
    filterPattern: values.filter,
    sinceMs,
    json: output === 'json',
    local: values.local === true,
    address: await serverAddress(values),
  });
};

async function run({ logGroup: named, filterPattern, sinceMs, json, local, address }: Asked): Promise<number> {
  // Loaded when it is needed: --help and wrong usage need no SDK.
  const { CloudWatchLogsClient, FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
  const { invocationGroup } = await import('./tail/invocation-group.ts');
  const beside = new Output(process.stderr);
  const say = (line: string): void => void beside.write(`${beside.coloured('dim', line)}\n`);
  using interrupted = interruption();
  const unread = new AbortController();
  const output = new Output(process.stdout, () => unread.abort());
  const signal = AbortSignal.any([interrupted.signal, unread.signal]);
  // Patience has its own pauses.
  const client = new CloudWatchLogsClient({ ...address, maxAttempts: 1 });
  let logGroup = named ?? '';
  try {
    if (named === undefined) {
      logGroup = await invocationGroup(address, signal);
      say(`Following the invocations in ${logGroup}.`);
    }
    const readPage = patient(
      (input: object) => client.send(new FilterLogEventsCommand(input), { abortSignal: signal }),
      {
        signal,
        onAway: (error) => say(`${(refusal(error, address.endpoint) as Error).message}; waiting for it.`),
        onBack: () => say('The server answers again.'),
      },
    );
    const pages = follow(
      readPage,
      { logGroup, filterPattern, sinceMs },
      {
        signal,
        nowMs: () => Date.now() + client.config.systemClockOffset,
        onOverflow: () => say('More events arrive than can be told apart: some may be shown twice. Use --filter.'),
      },
    );
    for await (const events of pages) {
      await output.write(events.map((event) => (json ? jsonLine(event) : textLine(event, { output, local }))).join(''));
    }
    return 0;
  } catch (error) {
    if (signal.aborted) return 0;
    const { missingGroup } = await import('./missing-group.ts');
    const missing = codeOf(error) === 'ResourceNotFoundException' ? await missingGroup(client, [logGroup]) : undefined;
    throw missing ?? refusal(error, address.endpoint);
  } finally {
    client.destroy();
  }
}
