/** One life of the store process: from its start to its end. The supervisor keeps it alive by making the next one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OperationalError } from '#base';
import type { FromChild, OpenMessage, ToChild } from './messages.ts';
import { openFailure } from './open-failure.ts';

/** From start to the engine's being open, with the tables of a big installation to load. Milliseconds. */
const OPEN_TIMEOUT_MS = 120_000;
const PING_INTERVAL_MS = 5_000;
/** A process whose event loop says nothing for so long is ended and started again, milliseconds. */
const SILENCE_MS_MAX = 60_000;
/** The child ends itself 2 s after `drain` at the latest; then it is ended. Milliseconds. */
const DRAIN_TIMEOUT_MS = 2_250;
/** What is kept of the engine's words on stderr, characters. */
const STDERR_CHARACTERS_MAX = 4_000;

const DRAINED = 'the store process ended in order';
const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
/** All of the environment that the engine gets: no secret of the gateway's. */
const PASSED_ENVIRONMENT = ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'HOME', 'LANG'];

export class StoreProcess {
  /** Resolves with how the process ended, in words. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  #stderr = '';
  #heardAtMs = performance.now();
  #drained = false;
  #watch: NodeJS.Timeout | undefined;

  constructor() {
    this.#child = spawn(process.execPath, ['--max-semi-space-size=2', CHILD], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: childEnvironment(),
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARACTERS_MAX);
    });
    this.#child.on('message', ({ type }: FromChild) => {
      this.#heardAtMs = performance.now();
      this.#drained ||= type === 'drained';
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`the store process could not be started: ${error.message}`));
      // Comes when all messages have been heard.
      this.#child.once('close', (code, signal) => resolve(this.#drained ? DRAINED : describeEnd(code, signal)));
    });
    void this.ended.then(() => clearInterval(this.#watch));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Opens the engine.
   * @returns its version
   * @throws {OperationalError} with the reason and a remedy
   */
  async open(message: OpenMessage): Promise<string> {
    const answer = new Promise<FromChild>((resolve) => {
      this.#child.on('message', (heard: FromChild) => {
        if (heard.type === 'hello') this.#tell(message);
        else if (heard.type === 'ready' || heard.type === 'failed') resolve(heard);
      });
    });
    const timeout = new AbortController();
    const outcome = await Promise.race([answer, this.ended, afterMs(OPEN_TIMEOUT_MS, timeout.signal)]);
    timeout.abort();
    if (outcome === undefined) {
      this.kill();
      throw openFailure('directory-unusable', `it did not open within ${OPEN_TIMEOUT_MS / 1000} s`, message.directory);
    }
    if (typeof outcome === 'string') throw openFailure('chdb-unusable', outcome, message.directory, this.#stderr);
    if (outcome.type === 'failed') {
      // The reason of a refused lock is told on stderr only, by the time the process has ended.
      await this.ended;
      throw openFailure(outcome.reason, outcome.message, message.directory, this.#stderr);
    }
    if (outcome.type !== 'ready')
      throw new OperationalError('store-unavailable', 'the store process is out of step', '');
    this.#startWatching();
    return outcome.engineVersion;
  }

  /** Lets running statements finish, then ends the process. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#tell({ type: 'drain' });
    const timer = setTimeout(() => this.kill(), DRAIN_TIMEOUT_MS);
    await this.ended;
    clearTimeout(timer);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #startWatching(): void {
    this.#heardAtMs = performance.now();
    this.#watch = setInterval(() => {
      if (performance.now() - this.#heardAtMs > SILENCE_MS_MAX) this.kill();
      else this.#tell({ type: 'ping' });
    }, PING_INTERVAL_MS).unref();
  }

  #tell(message: ToChild): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

function childEnvironment(): NodeJS.ProcessEnv {
  const kept = PASSED_ENVIRONMENT.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  // Queries take threads of libuv's pool; with the usual four, four slow ones stop all file access. What one thread has
  // freed glibc keeps for it, unless told to give it back.
  const threads = { UV_THREADPOOL_SIZE: '16', MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' };
  return { ...(Object.fromEntries(kept) as NodeJS.ProcessEnv), TZ: 'UTC', ...threads };
}

function describeEnd(code: number | null, signal: string | null): string {
  return signal === null ? `the store process ended with status ${code}` : `the store process was ended by ${signal}`;
}

function afterMs(delayMs: number, signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), delayMs);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
