/**
 * Puts events into the journal and knows, for each group, the last entry that a read must wait for
 * (house plan, decision 6), and which appends are still on their way.
 */
import type { Clock } from '#base';
import type { Journal } from '#journal';
import { encodeLogEvents, ENTRY_KIND, type LogEvent } from '#records';
import type { AppendedEvents } from './appended-events.ts';
import type { LogGroup } from './types.ts';

export interface AppendInput {
  readonly group: LogGroup;
  readonly streamName: string;
  readonly events: readonly LogEvent[];
  readonly deliveryKey?: string;
}

export class Appender {
  readonly #journal: Pick<Journal, 'append' | 'head'>;
  readonly #clock: Clock;
  /** What was in the journal at the start may belong to any group. */
  readonly #headAtStart: number;
  readonly #last = new Map<string, number>();
  readonly #underway = new Map<string, Set<Promise<unknown>>>();
  readonly #appended: AppendedEvents;

  /** @param appended is told of what was put, once it is durable */
  constructor(journal: Pick<Journal, 'append' | 'head'>, clock: Clock, appended: AppendedEvents) {
    this.#journal = journal;
    this.#clock = clock;
    this.#headAtStart = journal.head;
    this.#appended = appended;
  }

  /**
   * Appends the events as one entry and resolves with its sequence when it is durable. It begins at once, before anything
   * else can happen: {@link Appender.settled} sees it.
   * @throws {OperationalError} `journal-unwritable`
   */
  append({ group, streamName, events, deliveryKey }: AppendInput): Promise<number> {
    const ingestionMs = this.#clock.nowMs();
    const payload = encodeLogEvents({
      accountId: group.accountId,
      region: group.region,
      groupGeneration: group.generation,
      streamName,
      ingestionMs,
      ...(deliveryKey !== undefined && { deliveryKey }),
      events,
    });
    const appended = this.#journal.append({ kind: ENTRY_KIND.logEvents, payload }).then((sequence) => {
      this.note(group.generation, sequence);
      this.#appended.put(group, streamName, events, ingestionMs);
      return sequence;
    });
    this.#track(group.generation, appended);
    return appended;
  }

  /** The last entry that may hold events of the group. */
  lastSequence(generation: string): number {
    return this.#last.get(generation) ?? this.#headAtStart;
  }

  note(generation: string, sequence: number): void {
    this.#last.set(generation, Math.max(sequence, this.#last.get(generation) ?? 0));
  }

  /** Resolves when the appends to the group that have begun are over. */
  async settled(generation: string): Promise<void> {
    await Promise.allSettled(this.#underway.get(generation) ?? new Set<Promise<unknown>>());
  }

  /** Forgets a group whose events are removed. */
  forget(generation: string): void {
    this.#last.delete(generation);
  }

  #track(generation: string, append: Promise<unknown>): void {
    const underway = this.#underway.get(generation) ?? new Set();
    this.#underway.set(generation, underway.add(append));
    const untrack = (): void => {
      underway.delete(append);
      if (underway.size === 0 && this.#underway.get(generation) === underway) this.#underway.delete(generation);
    };
    void append.then(untrack, untrack);
  }
}
