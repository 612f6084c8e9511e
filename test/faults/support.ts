/** Rough clients: bytes on sockets, signed heads, and a server in processes of its own whose memory can be read. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { sleep } from '#base';
import { signRequest } from '#wire';
import { ACCOUNT, REGION, ROOT_KEY } from '../harness.ts';

export interface SignedParts {
  readonly method?: string;
  readonly target: string;
  readonly service?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Instead of the body's own hash. */
  readonly bodySha256Hex?: string;
}

/** The headers of a signed request to `endpoint`, `content-length` not among them. */
export function signedHeaders(endpoint: string, parts: SignedParts): Record<string, string> {
  const { method = 'POST', target, service = 'bedrock', headers = {}, body = '' } = parts;
  return signRequest({
    method,
    target,
    headers: { host: new URL(endpoint).host, 'content-type': 'application/json', ...headers },
    service,
    region: REGION,
    credentials: ROOT_KEY,
    bodySha256Hex: parts.bodySha256Hex ?? createHash('sha256').update(body).digest('hex'),
    nowMs: Date.now(),
  });
}

/** The head of a signed HTTP/1.1 request, ending with the empty line. */
export function signedHead(endpoint: string, parts: SignedParts, more: readonly string[] = []): string {
  const lines = Object.entries(signedHeaders(endpoint, parts)).map(([name, value]) => `${name}: ${value}`);
  return [`${parts.method ?? 'POST'} ${parts.target} HTTP/1.1`, ...lines, ...more, '', ''].join('\r\n');
}

/** A whole signed HTTP/1.1 request. */
export function signedMessage(endpoint: string, parts: SignedParts, more: readonly string[] = []): Buffer {
  const body = Buffer.from(parts.body ?? '');
  return Buffer.concat([
    Buffer.from(signedHead(endpoint, parts, [`content-length: ${body.length}`, ...more]), 'latin1'),
    body,
  ]);
}

export function converseTarget(modelId = 'varve.echo-v1', operation = 'converse'): string {
  return `/model/${modelId}/${operation}`;
}

export function converseBody(text: string): string {
  return JSON.stringify({ messages: [{ role: 'user', content: [{ text }] }] });
}

export function open(endpoint: string): Promise<Socket> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // The server may cut us: that is what is looked for.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

export interface RawReply {
  /** All bytes that came until the server closed or the wanted reply was whole; '' for a socket closed without a word. */
  readonly text: string;
  readonly status: number;
  readonly body: string;
  /** The server has closed its side. */
  readonly closed: boolean;
}

const REPLY_MS_MAX = 20_000;

/** Reads one reply: until it is whole by its content-length, or the server has closed. */
export function readReply(socket: Socket, untilClosed = false): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const done = (closed: boolean): void => {
      clearTimeout(timer);
      socket.removeAllListeners('data');
      resolve(replyOf(Buffer.concat(chunks).toString('latin1'), closed));
    };
    const timer = setTimeout(
      () => reject(new Error(`neither answered nor closed within ${REPLY_MS_MAX} ms`)),
      REPLY_MS_MAX,
    );
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (!untilClosed && isWhole(Buffer.concat(chunks).toString('latin1'))) done(false);
    });
    socket.once('end', () => done(true));
    socket.once('close', () => done(true));
    if (socket.destroyed || socket.readableEnded) done(true);
  });
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end + 2));
  return length ? text.length >= end + 4 + Number(length[1]) : text.endsWith('\r\n0\r\n\r\n');
}

function replyOf(text: string, closed: boolean): RawReply {
  const end = text.indexOf('\r\n\r\n');
  return {
    text,
    closed,
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0),
    body: end < 0 ? '' : text.slice(end + 4),
  };
}

/** Sends bytes on a connection of their own and gives the reply. */
export async function exchange(
  endpoint: string,
  bytes: Uint8Array | string,
  { half = false, untilClosed = false } = {},
): Promise<RawReply> {
  const socket = await open(endpoint);
  try {
    const reply = readReply(socket, untilClosed);
    if (half) socket.end(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    else socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return await reply;
  } finally {
    socket.destroy();
  }
}

/** A signed request on a connection of its own. */
export function call(endpoint: string, parts: SignedParts): Promise<RawReply> {
  return exchange(endpoint, signedMessage(endpoint, parts));
}

/** Fails unless an ordinary call still works. */
export async function assertWell(endpoint: string): Promise<void> {
  const reply = await call(endpoint, { target: converseTarget(), body: converseBody('still there') });
  if (reply.status !== 200) throw new Error(`an ordinary call was answered with ${reply.status}: ${reply.body}`);
  const health = await fetch(`${endpoint}/_varve/health`);
  if (health.status !== 200) throw new Error(`health is ${health.status}: ${await health.text()}`);
}

export interface ServerProcess {
  readonly endpoint: string;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** All lines of its log so far. */
  readonly log: () => string;
  /** Stops it and gives its exit code; null when it had to be killed. */
  stop(): Promise<number | null>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_MS_MAX = 20_000;
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;

/** Runs `varve serve` as a process of its own; it must end with status 0 when it is stopped. */
export async function withServerProcess(
  settings: Readonly<Record<string, unknown>>,
  work: (server: ServerProcess) => Promise<void>,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'varve-faults-'));
  const server = await startServerProcess(dataDir, settings, environment);
  try {
    await work(server);
    const status = await server.stop();
    if (status !== 0) throw new Error(`the server ended with ${status}: ${server.log().slice(-2_000)}`);
  } finally {
    server.child.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

export async function startServerProcess(
  dataDir: string,
  settings: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const configFile = join(dataDir, '..', `${dataDir.split('/').at(-1)}.yaml`);
  await writeFile(configFile, stringify(serverSettings(dataDir, { listen: `127.0.0.1:${port}`, ...settings })), {
    mode: 0o600,
  });
  const child = spawn(process.execPath, ['bin/varve.mjs', 'serve', '--config', configFile], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  let log = '';
  let ended = false;
  void exited.then(() => (ended = true));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const deadline = performance.now() + START_MS_MAX;
  while (!(await isHealthy(endpoint))) {
    if (ended || performance.now() > deadline) throw new Error(`the server did not start: ${log}`);
    await sleep(50);
  }
  await rm(configFile);
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    return exited;
  };
  return { endpoint, dataDir, child, log: () => log, stop };
}

/**
 * A port that nobody listens on, below those that systems hand out by themselves: of these one may be taken by any
 * connection of another test before the server listens.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORT_MIN, PORT_MAX);
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer()
        .once('error', () => resolve(false))
        .listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

async function isHealthy(endpoint: string): Promise<boolean> {
  const answer = await fetch(`${endpoint}/_varve/health`).catch(() => undefined);
  return answer?.ok === true;
}

function serverSettings(
  dataDir: string,
  { delivery, ...rest }: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return {
    data: dataDir,
    region: REGION,
    localModels: true,
    accounts: [{ id: ACCOUNT, rootAccessKeyId: ROOT_KEY.accessKeyId, rootSecretAccessKey: ROOT_KEY.secretAccessKey }],
    delivery: { interval: '200ms', parkedRetry: '200ms', ...(delivery as Record<string, unknown> | undefined) },
    ...rest,
  };
}

export interface Memory {
  readonly rssMiB: number;
  readonly anonymousMiB: number;
}

/** Memory of a process and all its descendants, from /proc. */
export function memoryOf(pid: number): Memory {
  let rss = 0;
  let anonymous = 0;
  for (const each of processTree(pid)) {
    const status = readStatus(each);
    rss += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    anonymous += Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0);
  }
  return { rssMiB: Math.round(rss / 1024), anonymousMiB: Math.round(anonymous / 1024) };
}

/** Samples memory while `work` runs; gives the peaks. */
export async function peakDuring(pid: number, work: () => Promise<void>): Promise<Memory> {
  let peak = memoryOf(pid);
  const timer = setInterval(() => {
    const now = memoryOf(pid);
    peak = { rssMiB: Math.max(peak.rssMiB, now.rssMiB), anonymousMiB: Math.max(peak.anonymousMiB, now.anonymousMiB) };
  }, 20);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return peak;
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}

/** A process and all its descendants. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(/PPid:\s+(\d+)/.exec(readStatus(Number(name)))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}
