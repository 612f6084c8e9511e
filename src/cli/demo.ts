import { parseArgs } from 'node:util';
import { OperationalError } from '#base';
import { type Config, rootKeys } from '#config';
import type { Varve } from '#app';
import type { Command } from './command.ts';
import { countCalls, DEMO_CALLS, runTraffic } from './demo/traffic.ts';
import { type DemoClients, demoClients } from './demo/clients.ts';
import { DEMO, setUp, startTrail } from './demo/set-up.ts';
import { awaitRecords, type Found } from './demo/look.ts';
import { CONFIG_OPTIONS, CONFIG_OPTIONS_HELP, configOf, endpointOf } from './options.ts';
import { keepMemoryPrivate } from './private-process.ts';
import { untilStopped } from './until-stopped.ts';

const HELP = `varve demo [options]

Turns logging on and sends half a minute of varied model calls through the server with the AWS SDK, then shows
where their records are. Needs a server that was started with --local-models, or --serve to start one.

${CONFIG_OPTIONS_HELP}  --serve             start the server too, and leave it running
  --quick             without the pauses between calls
`;

/** A demonstration should not take the minutes that log files wait by default, nor the hour of a digest. */
const DEMO_DELIVERY_INTERVAL = '5s';
const DEMO_DIGEST_INTERVAL = '20s';

export const demo: Command = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: { ...CONFIG_OPTIONS, serve: { type: 'boolean' }, quick: { type: 'boolean' } },
    strict: true,
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  let config = await configOf({ ...values, ...(values.serve ? { localModels: true } : {}) });
  let varve: Varve | undefined;
  if (values.serve) {
    keepMemoryPrivate();
    config = quickened(config);
    const { startVarve } = await import('#app');
    varve = await startVarve(config);
  }
  const [key] = await rootKeys(config);
  if (!key) throw new OperationalError('config-invalid', 'there is no account', 'Name one in the configuration.');
  const endpoint = varve?.endpoint ?? process.env['AWS_ENDPOINT_URL'] ?? endpointOf(config.listen);
  const clients = demoClients(endpoint, config.region, key);
  try {
    await show(clients, config, endpoint, values.quick === true);
  } catch (error) {
    await varve?.stop('the demo failed');
    throw explain(error, endpoint);
  } finally {
    clients.destroy();
  }
  if (!varve) return 0;
  process.stdout.write(`\nThe server goes on at ${endpoint}; Ctrl-C stops it.\n`);
  return untilStopped(varve);
};

function quickened(config: Config): Config {
  if (process.env['VARVE_DELIVERY_INTERVAL'] !== undefined) return config;
  const logLevel = process.env['VARVE_LOG_LEVEL'] === undefined ? 'warn' : config.logLevel;
  return {
    ...config,
    logLevel,
    delivery: { ...config.delivery, interval: DEMO_DELIVERY_INTERVAL },
    trails: { ...config.trails, interval: DEMO_DELIVERY_INTERVAL, digestInterval: DEMO_DIGEST_INTERVAL },
  };
}

async function show(clients: DemoClients, config: Config, endpoint: string, quick: boolean): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  say(`Varve demo against ${endpoint}`);
  say(`\nTurning model invocation logging on (bucket ${DEMO.bucket}, log group ${DEMO.logGroup}) …`);
  const accountId = config.accounts[0]?.id ?? '';
  await setUp(clients, accountId, config.region);
  say(`Starting the trail ${DEMO.trail} (bucket ${DEMO.trailBucket}) …`);
  await startTrail(clients, accountId, config.region);
  const startMs = Date.now();
  say(`Sending ${countCalls(DEMO_CALLS)} model calls …\n`);
  const requestIds = await runTraffic(clients, { quick, progress: progressLine() });
  say(`\nWaiting for the records of ${requestIds.length} calls to be delivered …`);
  const found = await awaitRecords(clients, requestIds, startMs);
  say(summary(found, requestIds.length));
  say(howToLook(found, config, endpoint));
  say(howToAudit(config, accountId, startMs));
}

/** Rewrites one line on a terminal; elsewhere prints a line for each call. */
function progressLine(): (done: number, all: number, what: string) => void {
  return (done, all, what) => {
    const text = `  [${String(done).padStart(String(all).length)}/${all}] ${what}`;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${text}${done === all ? '\n' : ''}`);
    else process.stdout.write(`${text}\n`);
  };
}

function summary(found: Found, calls: number): string {
  return [
    '',
    `  ${found.inBucket} of ${calls} calls have their record in s3://${DEMO.bucket}`,
    `  ${found.inLogGroup} of ${calls} calls have their record in the log group ${DEMO.logGroup}`,
    `  ${found.dataObjects} bodies over 100 KB and binaries stand beside them under data/`,
  ].join('\n');
}

function howToLook(found: Found, config: Config, endpoint: string): string {
  const data = config.data === './varve-data' ? '' : ` --data ${config.data}`;
  const listen = endpoint === 'http://127.0.0.1:4650' ? '' : ` --listen ${new URL(endpoint).host}`;
  return `
Look at them with the AWS CLI, in another terminal:

  eval "$(npx varve env${data}${listen})"
  aws s3 ls --recursive s3://${DEMO.bucket}
  aws s3 cp s3://${DEMO.bucket}/${found.sampleKey} - | gunzip | head -1
  aws logs filter-log-events --log-group-name ${DEMO.logGroup} --limit 3
  aws bedrock get-model-invocation-logging-configuration
  aws bedrock-runtime converse --model-id varve.echo-v1 --messages '[{"role":"user","content":[{"text":"Hello"}]}]'`;
}

function howToAudit({ region }: Config, accountId: string, startMs: number): string {
  const start = new Date(startMs - 60_000).toISOString().slice(0, 19);
  return `
Who called what, and that no event was changed or is missing (the first digest comes after ${DEMO_DIGEST_INTERVAL}):

  aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=ConverseStream --max-items 1
  aws s3 ls --recursive s3://${DEMO.trailBucket}
  aws cloudtrail validate-logs --start-time ${start}Z \\
    --trail-arn arn:aws:cloudtrail:${region}:${accountId}:trail/${DEMO.trail}`;
}

function explain(error: unknown, endpoint: string): unknown {
  const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : '';
  if (code === 'ECONNREFUSED' || code === 'AggregateError') {
    return new OperationalError(
      'unreachable',
      `nothing answers at ${endpoint}`,
      'Start a server with: npx varve serve --local-models (or use: npx varve demo --serve)',
      { cause: error },
    );
  }
  return error;
}
