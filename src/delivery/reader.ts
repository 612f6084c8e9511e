/**
 * One reader of the journal with its own cursor: gathers a batch, persists its plan, hands it to its sink, moves the cursor.
 *
 * At least once, with plans that fix the range and the names, so that what arrives is exactly once in effect. A sink that fails
 * is tried again with growing delays; one that denies, or is gone, parks the reader: it is tried again slowly, or when it is
 * woken because something was changed. A reader that fails holds back nobody else; what is held for it is bounded.
 */
import { type Clock, type IdSource, sleep } from '#base';
import type { Journal, Sequence } from '#journal';
import type { State } from '#state';
import { appendGapOnce, markerOf, planGap } from './gaps.ts';
import { gatherBatch, type GatherOptions, readPlanned } from './gather.ts';
import { type GapPlan, type Plan, Plans } from './plans.ts';
import { type FailureKind, failureKind, messageOf, retryDelayMs } from './retry.ts';
import {
  type BatchEntry,
  type BatchLimits,
  type BatchPlan,
  DeliveryError,
  type DeliveryListener,
  type DeliveryReceipt,
  type HoldLimits,
  type ReaderFilter,
  type ReaderSink,
  type ReaderStatus,
  type RetryLimits,
} from './types.ts';

export interface ReaderOptions {
  readonly name: string;
  readonly filter: ReaderFilter;
  readonly sink: ReaderSink;
  readonly journal: Journal;
  readonly state: State;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly batch: BatchLimits;
  readonly retry: RetryLimits;
  /** Absent: everything is held, whatever happens (the store's reader). */
  readonly hold?: HoldLimits;
  readonly onEvent: DeliveryListener;
}

/** How often the cursor of a reader that has nothing to deliver is persisted. */
const IDLE_COMMIT_MS = 5_000;
const TOKEN_RANDOM_DIGITS = 8;

export class JournalReader {
  readonly name: string;
  readonly #options: ReaderOptions;
  readonly #plans: Plans;
  readonly #gathering: GatherOptions;
  readonly #stopped = new AbortController();
  /** Ends the current wait: for more entries, or for the next attempt. */
  #hurry = new AbortController();
  #cursor: Sequence = 0;
  #persisted: Sequence = 0;
  #persistedAtMs = Number.NEGATIVE_INFINITY;
  #plan: Plan | undefined;
  /** A plan that an earlier process may have tried. */
  #planIsOld = false;
  #state: ReaderStatus['state'] = 'idle';
  #oldestHeldMs: number | undefined;
  #lastError: string | undefined;
  #delivered = 0;
  #failedAttempts = 0;
  #flushTo: Sequence = 0;
  readonly #waiters = new Set<{ readonly sequence: Sequence; readonly resolve: () => void }>();
  #loop: Promise<void> | undefined;
  /** `stop` has given up waiting: an attempt that outlives it must not touch the state, the next start delivers its plan again. */
  #isLeft = false;

  constructor(options: ReaderOptions) {
    this.name = options.name;
    this.#options = options;
    this.#plans = new Plans(options.state, options.name);
    const { journal, clock, filter, sink, batch: limits } = options;
    this.#gathering = {
      journal,
      clock,
      filter,
      limits,
      condense: sink.condense,
      onFirst: (entry) => {
        this.#oldestHeldMs = entry.writtenMs;
      },
      onLost: (lost) => options.onEvent({ type: 'lost', reader: this.name, lost }),
    };
  }

  /** Finds the reader's place and holds the journal from there. A reader that is new begins after `from`. */
  async load(from: Sequence): Promise<void> {
    const { cursor, plan } = await this.#plans.load(from);
    this.#cursor = cursor;
    this.#persisted = cursor;
    this.#plan = plan;
    this.#planIsOld = plan !== undefined;
    this.#options.journal.holdFrom(this.name, cursor);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Stops after the attempt in flight, or leaves it after `boundMs`: its plan is kept and tried again by the next start. */
  async stop(boundMs: number): Promise<void> {
    this.#stopped.abort();
    this.#hurry.abort();
    for (const waiter of this.#waiters) waiter.resolve();
    const bound = new AbortController();
    const ended = this.#loop?.finally(() => bound.abort());
    await Promise.race([ended, sleep(boundMs, bound.signal).then(() => (this.#isLeft = true))]);
  }

  /** Delivers, or tries again, at once. */
  wake(): void {
    this.#hurry.abort();
  }

  /** Something was changed that may mend an attempt that fails, or is under way: it is tried again at once. */
  retryNow(): void {
    if (this.#state !== 'idle') this.#hurry.abort();
  }

  /** Delivers what is in the journal now without waiting for more; resolves when it has arrived, or `signal` aborts. */
  flush(signal?: AbortSignal): Promise<void> {
    const sequence = this.#options.journal.head;
    if (this.#cursor >= sequence || this.#stopped.signal.aborted || signal?.aborted) return Promise.resolve();
    this.#flushTo = sequence;
    this.#hurry.abort();
    return new Promise((resolve) => {
      const waiter = { sequence, resolve };
      this.#waiters.add(waiter);
      const leave = (): void => {
        this.#waiters.delete(waiter);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  get status(): ReaderStatus {
    const { journal } = this.#options;
    return {
      name: this.name,
      state: this.#state,
      cursor: this.#cursor,
      lagEntries: journal.head - this.#cursor,
      lagBytes: journal.bytesAfter(this.#cursor),
      oldestHeldMs: this.#oldestHeldMs,
      lastError: this.#lastError,
      delivered: this.#delivered,
      failedAttempts: this.#failedAttempts,
    };
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#step();
        failures = 0;
      } catch (error) {
        failures += 1;
        await this.#failed(error, failures);
      }
    }
  }

  /** One batch, from wherever it was left. */
  async #step(): Promise<void> {
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController();
    if (this.#plan && 'gap' in this.#plan) return this.#giveUp(this.#plan.gap);
    if (this.#plan) return this.#deliver(this.#plan.batch, await readPlanned(this.#gathering, this.#plan.batch));
    const signal = this.#cursor < this.#flushTo ? AbortSignal.abort() : this.#hurry.signal;
    const { entries, last, release } = await gatherBatch(this.#gathering, this.#cursor, signal);
    if (this.#stopped.signal.aborted) return;
    // Who hurried the gathering has got it; from now on it is the attempt that is hurried.
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController();
    if (entries.length === 0) return this.#passBy(last);
    const batch = this.#planBatch(entries.length, last);
    await this.#plans.save({ batch });
    this.#plan = { batch };
    await this.#deliver(batch, entries);
    // Not after a failure: of an attempt that was given up something may still be reading.
    release();
  }

  #planBatch(entryCount: number, last: Sequence): BatchPlan {
    const { journal, clock, ids } = this.#options;
    return {
      reader: this.name,
      firstAfter: this.#cursor,
      last,
      entryCount,
      stampMs: clock.nowMs(),
      token: journal.nodeId + ids.hex(TOKEN_RANDOM_DIGITS),
      headAtPlan: journal.head,
      attempts: 0,
    };
  }

  async #deliver(plan: BatchPlan, entries: readonly BatchEntry[]): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#oldestHeldMs = entries[0]?.writtenMs;
    if (this.#state === 'idle') this.#state = 'delivering';
    const receipt = await this.#options.sink.deliver(plan, entries, this.#planIsOld || plan.attempts > 0);
    if (this.#isLeft) return;
    await this.#reportUnreadable(plan, receipt);
    await this.#commit(plan.last);
    this.#settle();
    const delivered = entries.length - receipt.unreadable.length;
    this.#delivered += delivered;
    this.#options.onEvent({ type: 'delivered', reader: this.name, entries: delivered, last: plan.last });
  }

  async #reportUnreadable(plan: BatchPlan, { unreadable }: DeliveryReceipt): Promise<void> {
    const marker = markerOf(this.name, unreadable);
    if (!marker) return;
    await appendGapOnce(this.#options.journal, marker, plan.headAtPlan);
    this.#options.onEvent({ type: 'gap', marker });
  }

  async #giveUp({ marker, last, headAtPlan }: GapPlan): Promise<void> {
    await appendGapOnce(this.#options.journal, marker, headAtPlan);
    this.#options.onEvent({ type: 'gap', marker });
    await this.#commit(last);
  }

  async #commit(cursor: Sequence): Promise<void> {
    await this.#plans.commit(cursor);
    this.#persisted = cursor;
    this.#persistedAtMs = this.#options.clock.monotonicMs();
    this.#plan = undefined;
    this.#planIsOld = false;
    this.#moveTo(cursor);
    this.#options.journal.holdFrom(this.name, cursor);
    this.#oldestHeldMs = undefined;
  }

  /** The sink has taken a batch. */
  #settle(): void {
    if (this.#state === 'retrying' || this.#state === 'parked') {
      this.#options.onEvent({ type: 'resumed', reader: this.name });
    }
    this.#state = 'idle';
    this.#lastError = undefined;
  }

  /** Entries up to `last` are not for this reader. */
  async #passBy(last: Sequence): Promise<void> {
    this.#moveTo(last);
    this.#oldestHeldMs = undefined;
    const { clock } = this.#options;
    const isDue = clock.monotonicMs() - this.#persistedAtMs >= IDLE_COMMIT_MS;
    if (last > this.#persisted && isDue) await this.#commit(last);
  }

  #moveTo(cursor: Sequence): void {
    this.#cursor = cursor;
    for (const waiter of this.#waiters) {
      if (waiter.sequence > cursor) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  async #failed(error: unknown, failures: number): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    const kind = failureKind(error);
    this.#failedAttempts += 1;
    this.#lastError = messageOf(error);
    this.#note(kind);
    try {
      await this.#afterFailure(error);
    } catch (cause) {
      this.#lastError = messageOf(cause);
    }
    const { retry, ids, onEvent } = this.#options;
    const nextInMs = retryDelayMs(kind, failures, retry, ids);
    onEvent({ type: 'attempt-failed', reader: this.name, error: this.#lastError, nextInMs });
    // Woken while the attempt ran: the change may have come too late for it, so the next one follows at once.
    if (!this.#stopped.signal.aborted) await sleep(nextInMs, this.#hurry.signal);
    if (this.#hurry.signal.aborted) this.#hurry = new AbortController();
  }

  #note(kind: FailureKind): void {
    if (kind !== 'transient' && this.#state !== 'parked') {
      this.#options.onEvent({ type: 'parked', reader: this.name, reason: kind, error: this.#lastError ?? '' });
    }
    this.#state = kind === 'transient' ? 'retrying' : 'parked';
  }

  /**
   * Counts the attempt in the plan, or drops the plan of which certainly nothing was delivered, and gives up what is over the
   * bounds of what may be held.
   */
  async #afterFailure(error: unknown): Promise<void> {
    if (!this.#plan || 'gap' in this.#plan) return;
    const { journal, clock, filter, hold } = this.#options;
    const { batch } = this.#plan;
    const isUntouched = error instanceof DeliveryError && error.isWhole && batch.attempts === 0 && !this.#planIsOld;
    // Counted in memory first: the next attempt is a retry even when the state cannot be written.
    this.#plan = isUntouched ? undefined : { batch: { ...batch, attempts: batch.attempts + 1 } };
    const gap = hold && (await planGap({ journal, clock, reader: this.name, filter, limits: hold }, this.#cursor));
    const plan = gap ? { gap } : this.#plan;
    await (plan ? this.#plans.save(plan) : this.#plans.drop());
    this.#plan = plan;
    if (gap) await this.#giveUp(gap);
  }
}
