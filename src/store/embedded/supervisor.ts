/**
 * Keeps one store process running: starts it, starts it again with growing pauses when it ends, stops it. Nothing that
 * happens to it throws here or ends this process; what is wrong is told to `onDown`.
 */
import { randomBytes } from 'node:crypto';
import { OperationalError, sleep } from '#base';
import type { StoreEvents } from '../events.ts';
import { StoreProcess } from './store-process.ts';

const FIRST_PAUSE_MS = 200;
const PAUSE_MS_MAX = 30_000;
/** After running so long without trouble, the pauses begin small again. Milliseconds. */
const STEADY_AFTER_MS = 60_000;
/** The process of a server that was killed needs up to 2 s to notice, drain and free the directory, more on a busy machine. Milliseconds. */
const LOCKED_WAIT_MS = 12_000;

export interface SupervisorOptions {
  readonly directory: string;
  readonly socketPath: string;
  readonly memoryBytesMax: number;
  readonly onEvent: StoreEvents;
  /** The facade answers. */
  readonly onUp: () => void;
  /** It does not any more, with the reason in words. */
  readonly onDown: (failure: OperationalError) => void;
}

export class Supervisor {
  /** The password of the facade, new with every supervisor. */
  readonly token = randomBytes(24).toString('base64url');
  readonly #options: SupervisorOptions;
  readonly #stopping = new AbortController();
  #process: StoreProcess | undefined;
  #running: Promise<void> | undefined;
  #failure: OperationalError | undefined = new OperationalError(
    'store-unavailable',
    'the store process has not started yet',
    'It is being started.',
  );
  #firstAttempt: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#firstAttempt.promise.catch(() => undefined);
  }

  /** Undefined while the process answers. */
  get failure(): OperationalError | undefined {
    return this.#failure;
  }

  /** The running process's id, for tests and doctor. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Starts the process and its keeping.
   * @throws {OperationalError} when the first start failed; further ones are tried all the same
   */
  start(): Promise<void> {
    this.#running ??= this.#keep();
    return this.#firstAttempt.promise;
  }

  /** Drains and ends the process; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#process?.stop();
    await this.#running;
    this.#firstAttempt.resolve();
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    const keptSinceMs = performance.now();
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const startedMs = performance.now();
      await this.#live();
      const isLeftover = this.#failure?.reason === 'store-locked' && startedMs - keptSinceMs < LOCKED_WAIT_MS;
      if (this.#failure && !isLeftover) this.#firstAttempt.reject(this.#failure);
      if (performance.now() - startedMs > STEADY_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      if (signal.aborted) return;
      this.#options.onEvent({ name: 'store.restarting', level: 'info', delayMs: pauseMs });
      await sleep(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
  }

  /** One life of the process; never rejects. */
  async #live(): Promise<void> {
    const startedMs = performance.now();
    const child = new StoreProcess();
    this.#process = child;
    try {
      const engineVersion = await child.open({ type: 'open', ...this.#place(), token: this.token });
      this.#failure = undefined;
      const startMs = Math.round(performance.now() - startedMs);
      this.#options.onEvent({ name: 'store.started', level: 'info', pid: child.pid ?? 0, engineVersion, startMs });
      this.#firstAttempt.resolve();
      this.#options.onUp();
      const end = await child.ended;
      this.#down(new OperationalError('store-unavailable', end, 'It is being started again.'));
    } catch (error) {
      this.#down(error as OperationalError);
      child.kill();
      await child.ended;
    }
  }

  #down(failure: OperationalError): void {
    if (this.#stopping.signal.aborted) return;
    this.#failure = failure;
    this.#options.onDown(failure);
  }

  #place(): { directory: string; socketPath: string; memoryBytesMax: number } {
    const { directory, socketPath, memoryBytesMax } = this.#options;
    return { directory, socketPath, memoryBytesMax };
  }
}
