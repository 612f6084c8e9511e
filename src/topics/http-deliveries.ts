/**
 * Deliveries to HTTP(S) endpoints: in the control state until they have arrived or were given up, so that a restart goes on
 * with them. One loop a subscription, a few requests at once; an endpoint that hangs holds up nobody else.
 */
import { type Clock, Semaphore, sleep } from '#base';
import type { State } from '#state';
import { ApiError } from '#wire';
import { retryDelayMs, type RetryPolicy } from './delivery-policy.ts';
import type { HttpRequest, HttpSender } from './http-sender.ts';

/** Waiting for all endpoints together; past it nothing is published to HTTP(S) subscribers. */
const WAITING_MAX = 100_000;
/** Requests to one subscriber, and to all, at the same time. */
const PARALLEL_EACH = 4;
const PARALLEL_ALL = 64;
/** Nothing is tried longer. (SNS Developer Guide: the total policy is 3,600 seconds at most.) */
const TRIED_MS_MAX = 3_600_000;
const SLEEP_MS_MAX = 60_000;
/** Pause after the control state failed. */
const FAILURE_MS = 1_000;

export interface NewDelivery {
  readonly subscriptionId: string;
  readonly messageId: string;
  readonly request: HttpRequest;
}

/** What of a subscription a delivery needs; undefined when it is gone. */
export interface HttpTarget {
  readonly endpoint: string;
  readonly retry: RetryPolicy;
}

export interface HttpDeliveriesOptions {
  readonly state: State;
  readonly clock: Clock;
  readonly sender: Pick<HttpSender, 'send'>;
  readonly target: (subscriptionId: string) => HttpTarget | undefined;
  readonly onDelivered: (subscriptionId: string) => void;
  /** Given up: kept elsewhere, or lost. It is not tried again once this resolves. */
  readonly onGivenUp: (subscriptionId: string, request: HttpRequest, detail: string, attempts: number) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}

interface Line {
  /** How many are in the table, or a few more when their subscription was ended. */
  waiting: number;
  changed: boolean;
  wake: AbortController;
}

interface Waiting {
  readonly seq: number;
  readonly request: HttpRequest;
  readonly createdMs: number;
  readonly attempts: number;
  readonly nextMs: number;
}

export class HttpDeliveries {
  readonly #options: HttpDeliveriesOptions;
  readonly #lines = new Map<string, Line>();
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #permits = new Semaphore(PARALLEL_ALL);
  #started = false;

  private constructor(options: HttpDeliveriesOptions) {
    this.#options = options;
  }

  /** After the room's tables were made. */
  static async open(options: HttpDeliveriesOptions): Promise<HttpDeliveries> {
    const deliveries = new HttpDeliveries(options);
    const rows = await options.state.all(
      'SELECT subscription, count(*) AS count FROM topics_delivery GROUP BY subscription',
    );
    for (const row of rows) {
      deliveries.#lineOf(String(row['subscription'])).waiting = Number(row['count']);
    }
    return deliveries;
  }

  /** How many wait. */
  get waiting(): number {
    let count = 0;
    for (const line of this.#lines.values()) count += line.waiting;
    return count;
  }

  start(): void {
    this.#started = true;
    for (const [id, line] of this.#lines) this.#run(id, line);
  }

  /** Lets go of requests in flight; they are made again at the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    for (const line of this.#lines.values()) line.wake.abort();
    await Promise.all(this.#running);
  }

  /** Durable when it resolves. @throws {ApiError} Throttled */
  async add(deliveries: readonly NewDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    if (this.waiting + deliveries.length > WAITING_MAX) {
      throw new ApiError('Throttled', 'Too many deliveries to HTTP(S) endpoints are waiting.');
    }
    const { state, clock } = this.#options;
    const nowMs = clock.nowMs();
    await state.transaction(
      deliveries.map(({ subscriptionId, messageId, request }) => ({
        // One that was ended at this moment gets nothing.
        sql: `INSERT INTO topics_delivery (subscription, message_id, request, created_ms, attempts, next_ms)
          SELECT id, ?, ?, ?, 0, ? FROM topics_subscription WHERE id = ?`,
        parameters: [messageId, JSON.stringify(request), nowMs, nowMs, subscriptionId],
      })),
    );
    for (const { subscriptionId } of deliveries) this.#wake(subscriptionId);
  }

  #wake(id: string): void {
    const isNew = !this.#lines.has(id);
    const line = this.#lineOf(id);
    line.waiting += 1;
    line.changed = true;
    line.wake.abort();
    if (isNew && this.#started) this.#run(id, line);
  }

  #lineOf(id: string): Line {
    let line = this.#lines.get(id);
    if (!line) this.#lines.set(id, (line = { waiting: 0, changed: true, wake: new AbortController() }));
    return line;
  }

  #run(id: string, line: Line): void {
    const running = this.#serve(id, line).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #serve(id: string, line: Line): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      line.changed = false;
      line.wake = new AbortController();
      try {
        const delayMs = await this.#serveDue(id);
        if (line.changed || delayMs === 0) continue;
        if (delayMs === undefined) break;
        await sleep(Math.min(delayMs, SLEEP_MS_MAX), line.wake.signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onFailure(error);
        await sleep(FAILURE_MS, signal);
      }
    }
    this.#lines.delete(id);
  }

  /** Makes the requests that are due; gives how long until the next is, undefined when there is none. */
  async #serveDue(id: string): Promise<number | undefined> {
    const { state, clock } = this.#options;
    const rows = await state.all(
      `SELECT seq, request, created_ms, attempts, next_ms FROM topics_delivery
        WHERE subscription = ? ORDER BY next_ms, seq LIMIT ?`,
      [id, PARALLEL_EACH],
    );
    const nowMs = clock.nowMs();
    const waiting = rows.map((row): Waiting => ({
      seq: Number(row['seq']),
      request: JSON.parse(String(row['request'])) as HttpRequest,
      createdMs: Number(row['created_ms']),
      attempts: Number(row['attempts']),
      nextMs: Number(row['next_ms']),
    }));
    const [first] = waiting;
    if (!first) return undefined;
    if (first.nextMs > nowMs) return first.nextMs - nowMs;
    await Promise.all(waiting.filter(({ nextMs }) => nextMs <= nowMs).map((one) => this.#attempt(id, one)));
    return 0;
  }

  async #attempt(id: string, { seq, request, createdMs, attempts }: Waiting): Promise<void> {
    const { target: find, sender, clock, state, onDelivered, onGivenUp } = this.#options;
    const { signal } = this.#stop;
    const target = find(id);
    if (!target) return this.#remove(id, seq);
    const result = await this.#permits.with(1, () => sender.send(target.endpoint, request, signal));
    if (signal.aborted && result.outcome !== 'delivered') return undefined;
    if (result.outcome === 'delivered') {
      await this.#remove(id, seq);
      return onDelivered(id);
    }
    const delayMs = result.outcome === 'again' ? retryDelayMs(target.retry, attempts + 1) : undefined;
    const nextMs = clock.nowMs() + (delayMs ?? 0);
    if (delayMs === undefined || nextMs - createdMs > TRIED_MS_MAX) {
      await onGivenUp(id, request, result.detail, attempts + 1);
      return this.#remove(id, seq);
    }
    await state.transaction([
      {
        sql: 'UPDATE topics_delivery SET attempts = attempts + 1, next_ms = ? WHERE seq = ?',
        parameters: [nextMs, seq],
      },
    ]);
    return undefined;
  }

  async #remove(id: string, seq: number): Promise<void> {
    await this.#options.state.transaction([{ sql: 'DELETE FROM topics_delivery WHERE seq = ?', parameters: [seq] }]);
    const line = this.#lineOf(id);
    line.waiting = Math.max(0, line.waiting - 1);
  }
}
