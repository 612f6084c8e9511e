/** A server in a process of its own, started as a newcomer starts it, and the AWS CLI with the environment that `varve env` prints. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { sleep } from '#base';

export const ROOT = resolve(import.meta.dirname, '../..');
const VARVE = join(ROOT, 'bin/varve.mjs');
/** A command of the AWS CLI takes about a second; a busy machine gets a minute. */
const COMMAND_TIMEOUT_MS = 60_000;
const HEALTHY_MS = 30_000;
const STEP_MS = 100;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

type Environment = Readonly<Record<string, string>>;

export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningServer {
  readonly endpoint: string;
  readonly dataDir: string;
  /** What a shell has after `eval "$(npx varve env)"`, and nothing of the tester's own AWS settings. */
  readonly environment: Environment;
  /** A signal's exit status. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

/** Runs a command to its end; a status other than 0 is an answer, not an error. */
export function run(
  command: string,
  args: readonly string[],
  environment: Environment,
  cwd = ROOT,
  timeoutMs = COMMAND_TIMEOUT_MS,
): Promise<Ended> {
  return new Promise((done) => {
    const options = { env: environment, cwd, timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(command, [...args], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ status, stdout, stderr: stderr === '' && status === -1 ? String(error) : stderr });
    });
  });
}

export function runVarve(
  args: readonly string[],
  environment: Environment = cleanEnvironment(),
  cwd = ROOT,
): Promise<Ended> {
  return run(process.execPath, [VARVE, ...args], environment, cwd);
}

/** The tester's environment without what would steer Varve or an AWS client. */
export function cleanEnvironment(more: Environment = {}): Environment {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:AWS|VARVE|NODE_TEST)_/.test(name));
  const nowhere = {
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
  };
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...nowhere, ...more };
}

/** Runs `work` against `varve serve` with a data directory of its own. */
export async function withServer(
  args: readonly string[],
  work: (server: RunningServer) => Promise<void>,
  more: Environment = {},
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'varve-cli-'));
  const environment = cleanEnvironment({ VARVE_DATA: dataDir, VARVE_DELIVERY_INTERVAL: '500ms', ...more });
  const child = spawn(process.execPath, [VARVE, 'serve', '--listen', '127.0.0.1:0', ...args], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return (await exited)[0];
  };
  try {
    const endpoint = await endpointOf(child);
    const { stdout } = await runVarve(['env', '--listen', new URL(endpoint).host], environment);
    await healthy(endpoint);
    await work({ endpoint, dataDir, environment: cleanEnvironment(exported(stdout)), stop });
  } finally {
    await stop('SIGTERM');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The store's process comes up a moment after the port is open. */
async function healthy(endpoint: string): Promise<void> {
  const deadline = Date.now() + HEALTHY_MS;
  for (;;) {
    const response = await fetch(`${endpoint}/_varve/health`);
    if (response.ok) return;
    if (Date.now() > deadline) throw new Error(`the server is not well: ${await response.text()}`);
    await sleep(STEP_MS);
  }
}

/** The port that the system gave, as the server's log tells it. */
async function endpointOf(child: ChildProcess): Promise<string> {
  const lines: string[] = [];
  if (!child.stderr) throw new Error('the server has no stderr');
  const reader = createInterface({ input: child.stderr });
  const endpoint = await new Promise<string>((found, failed) => {
    reader.on('line', (line) => {
      lines.push(line);
      const event = line.startsWith('{') ? (JSON.parse(line) as { name?: string; listen?: string }) : {};
      if (event.name === 'server-started' && event.listen !== undefined) found(event.listen);
    });
    reader.on('close', () => failed(new Error(`the server ended before it listened:\n${lines.join('\n')}`)));
  });
  lines.length = 0;
  return endpoint;
}

/** The `export NAME=value` lines of `varve env`. */
export function exported(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/^export (\w+)=(.*)$/gm)].map(
    ([, name = '', value = '']) => [name, value.replaceAll("'", '')] as const,
  );
  return Object.fromEntries(pairs);
}
