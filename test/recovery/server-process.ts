/** `varve serve` as users run it: a process with a group of its own, which can be killed at any moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ROOT_KEY } from '../harness.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/varve.mjs', import.meta.url));
/** Of what the server says, for a failure's report. */
const LINES_KEPT = 40;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines on stderr. */
  readonly said: string;
}

export interface ServeOptions {
  readonly dataDir: string;
  /** Merged into the configuration file. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** HOST:PORT; default: a free port. */
  readonly listen?: string;
  /** What runs the server instead of Node alone: `strace`, with its options. */
  readonly under?: readonly string[];
}

interface LogLine {
  readonly name?: string;
  readonly level?: string;
  readonly listen?: string;
  readonly pid?: number;
}

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  /** Log lines of level error: what an operator would have to act on. */
  readonly errors: string[] = [];
  readonly #heard = new Set<(line: LogLine) => void>();
  #storePid: number | undefined;
  readonly exited: Promise<Exit>;

  /** Starts a server; see `listening`. */
  static async spawn(options: ServeOptions): Promise<ServerProcess> {
    const { dataDir, settings = {}, listen = '127.0.0.1:0', under = [] } = options;
    const configPath = join(dataDir, '..', 'varve.yaml');
    await writeFile(configPath, JSON.stringify({ localModels: true, logLevel: 'info', ...settings }));
    const serve = [PROGRAM, 'serve', '--config', configPath, '--data', dataDir, '--listen', listen];
    const [command = process.execPath, ...args] = [...under, process.execPath, ...serve];
    return new ServerProcess(command, args);
  }

  private constructor(command: string, args: readonly string[]) {
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      VARVE_ROOT_ACCESS_KEY_ID: ROOT_KEY.accessKeyId,
      VARVE_ROOT_SECRET_ACCESS_KEY: ROOT_KEY.secretAccessKey,
    };
    this.#child = spawn(command, args, { detached: true, env, stdio: ['ignore', 'ignore', 'pipe'] });
    if (this.#child.stderr) createInterface({ input: this.#child.stderr }).on('line', (line) => this.#hear(line));
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal, said: this.#lines.join('\n') }));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The store's process, once it has told that it runs. */
  get storePid(): number | undefined {
    return this.#storePid;
  }

  /** Resolves with the endpoint once the port answers. @throws with what it said when it ends before */
  async listening(): Promise<string> {
    const { listen = '' } = await this.said('server-started');
    return listen;
  }

  /** Resolves with the next log line of that name. @throws when the server ends before */
  said(name: string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const hear = (line: LogLine): void => {
        if (line.name !== name) return;
        this.#heard.delete(hear);
        resolve(line);
      };
      this.#heard.add(hear);
      void this.exited.then(({ said }) => reject(new Error(`the server ended before "${name}":\n${said}`)));
    });
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  /** SIGKILL to the gateway and the store at once; resolves when the gateway is gone. */
  async killGroup(): Promise<void> {
    process.kill(-this.pid, 'SIGKILL');
    await this.exited;
  }

  /** SIGKILL to the gateway alone; its store notices by itself. */
  async killGateway(): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    await this.exited;
  }

  /** SIGKILL to the store alone. False: there was none at that moment. */
  killStore(): boolean {
    const pid = this.#storePid;
    this.#storePid = undefined;
    if (pid === undefined) return false;
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      return false;
    }
  }

  /** SIGTERM, and how it ended. */
  async stop(): Promise<Exit> {
    this.signal('SIGTERM');
    return this.exited;
  }

  /** For after a test that failed: nothing of ours is left running. */
  end(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }

  #hear(text: string): void {
    this.#lines.push(text);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
    const line = parseLine(text);
    if (line.level === 'error' || line.level === 'fatal') this.errors.push(text);
    if (line.name === 'store.started') this.#storePid = line.pid;
    for (const hear of this.#heard) hear(line);
  }
}

function parseLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return {};
  }
}
