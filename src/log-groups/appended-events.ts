/**
 * What is put into groups, for those who look at each event as it comes (metric filters, live tails): in the background
 * and in small turns, so that no caller of PutLogEvents waits for them.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogEvent } from '#records';
import type { LogGroup } from './types.ts';

/** Messages that wait, in UTF-16 units. */
const QUEUE_CHARS_MAX = 32 * 1_048_576;
/** How long watchers run before others get their turn. */
const TURN_MS = 5;

export interface AppendedEvent extends LogEvent {
  readonly group: LogGroup;
  readonly streamName: string;
  readonly ingestionMs: number;
}

export interface EventWatcher {
  /** Whether it looks at the events of a group at all. */
  watches(group: LogGroup): boolean;
  see(event: AppendedEvent): void;
  /** So many events of a group could not be looked at. */
  missed(group: LogGroup, events: number): void;
}

interface Batch {
  readonly group: LogGroup;
  readonly streamName: string;
  readonly events: readonly LogEvent[];
  readonly ingestionMs: number;
  readonly chars: number;
}

export class AppendedEvents {
  readonly #watchers: EventWatcher[] = [];
  readonly #queue: Batch[] = [];
  #queuedChars = 0;
  #draining: Promise<void> | undefined;

  add(watcher: EventWatcher): void {
    this.#watchers.push(watcher);
  }

  /** Takes events that are durable. Never throws, never waits. */
  put(group: LogGroup, streamName: string, events: readonly LogEvent[], ingestionMs: number): void {
    const watchers = this.#watchers.filter((watcher) => watcher.watches(group));
    if (watchers.length === 0) return;
    const chars = events.reduce((sum, { message }) => sum + message.length, 0);
    if (this.#queuedChars + chars > QUEUE_CHARS_MAX) {
      for (const watcher of watchers) watcher.missed(group, events.length);
      return;
    }
    this.#queue.push({ group, streamName, events, ingestionMs, chars });
    this.#queuedChars += chars;
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
    });
  }

  /** Resolves when everything that was put has been looked at. */
  async settled(): Promise<void> {
    while (this.#draining) await this.#draining;
  }

  async #drain(): Promise<void> {
    await nextTurn();
    let turnMs = performance.now();
    for (let batch = this.#queue.shift(); batch; batch = this.#queue.shift()) {
      const { group, streamName, events, ingestionMs, chars } = batch;
      const watchers = this.#watchers.filter((watcher) => watcher.watches(group));
      for (const event of events) {
        const appended: AppendedEvent = { ...event, group, streamName, ingestionMs };
        for (const watcher of watchers) watcher.see(appended);
        if (performance.now() - turnMs < TURN_MS) continue;
        await nextTurn();
        turnMs = performance.now();
      }
      this.#queuedChars -= chars;
    }
  }
}
