/**
 * Knows whether the store can be used, and makes it usable again: connects and migrates, and after a failure tries again
 * in the background with growing pauses.
 */
import { type OperationalError, sleep } from '#base';
import { isUnreachable, storeError } from './errors.ts';
import type { StoreEvents } from './events.ts';

const FIRST_PAUSE_MS = 250;
const PAUSE_MS_MAX = 15_000;

export class Connection {
  /** Connects and migrates; gives the schema's version. */
  readonly #prepare: () => Promise<number>;
  readonly #onEvent: StoreEvents;
  readonly #closing = new AbortController();
  #failure: OperationalError | undefined;
  #attempting: Promise<boolean> | undefined;
  #connecting: Promise<void> | undefined;
  /** Aborted to try again at once. */
  #pause = new AbortController();

  constructor(prepare: () => Promise<number>, onEvent: StoreEvents) {
    this.#prepare = prepare;
    this.#onEvent = onEvent;
    this.#failure = storeError('starting', Object.assign(new Error('not started'), { code: 'NOT_STARTED' }));
  }

  get failure(): string | undefined {
    return this.#failure && `${this.#failure.message}. ${this.#failure.remedy}`;
  }

  /** Tries to connect. @throws {OperationalError} when that failed; it is tried again in the background */
  async connect(): Promise<void> {
    if (await this.#attempt()) return;
    this.#retryInBackground();
    throw this.#failure ?? storeError('connecting', new Error());
  }

  /** Runs a read or write. @throws {OperationalError} */
  async use<T>(doing: string, work: () => Promise<T>): Promise<T> {
    if (this.#failure) throw this.#failure;
    try {
      return await work();
    } catch (error) {
      if ((error as Error).message.startsWith('BUG: ')) throw error;
      const failure = storeError(doing, error);
      // It may have been that statement only: nothing else is refused until a look has failed.
      if (isUnreachable(error)) this.#retryInBackground();
      throw failure;
    }
  }

  /** The embedded process ended, or did not start: told by its supervisor, which is starting it again. */
  markDown(failure: OperationalError): void {
    this.#fail(failure);
  }

  /** It came back. */
  retryNow(): void {
    this.#pause.abort();
    this.#retryInBackground();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#pause.abort();
    await this.#connecting;
    await this.#attempting;
    this.#failure = storeError('closing', Object.assign(new Error('closed'), { code: 'CLOSED' }));
  }

  /** One attempt at a time, whoever asks. */
  #attempt(): Promise<boolean> {
    this.#attempting ??= this.#attemptOnce().finally(() => (this.#attempting = undefined));
    return this.#attempting;
  }

  async #attemptOnce(): Promise<boolean> {
    try {
      const schemaVersion = await this.#prepare();
      if (this.#failure) this.#onEvent({ name: 'store.ready', level: 'info', schemaVersion });
      this.#failure = undefined;
      return true;
    } catch (error) {
      this.#fail(storeError('connecting', error));
      return false;
    }
  }

  #fail(failure: OperationalError): void {
    const isNews = this.#failure?.message !== failure.message;
    this.#failure = failure;
    if (isNews) this.#onEvent({ name: 'store.failed', level: 'error', failure: this.failure ?? '' });
  }

  #retryInBackground(): void {
    this.#connecting ??= this.#retry().finally(() => (this.#connecting = undefined));
  }

  async #retry(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#closing.signal.aborted && !(await this.#attempt())) {
      this.#pause = new AbortController();
      await sleep(pauseMs, AbortSignal.any([this.#pause.signal, this.#closing.signal]));
      pauseMs = Math.min(pauseMs * 2, PAUSE_MS_MAX);
    }
  }
}
