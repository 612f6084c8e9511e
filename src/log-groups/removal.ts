/**
 * Removes from the store what nobody may read any more: events of deleted groups and streams, and those past their
 * group's retention. Whatever fails stays noted in state and is tried again.
 */
import type { Clock } from '#base';
import type { State } from '#state';
import type { Emit } from '#telemetry';
import type { Appender } from './appender.ts';
import { DAY_MS } from './batch.ts';
import type { GroupRegistry } from './group-registry.ts';
import type { StoreView } from './store-view.ts';
import type { StreamRegistry } from './stream-registry.ts';

/** Deleted groups, and deleted streams, that one round takes up. */
const ROUND_MAX = 1_000;
/** How often events past their group's retention are removed; reads leave them out from the first millisecond. */
const EXPIRY_INTERVAL_MS = 6 * 3_600_000;

export interface RemovalParts {
  readonly state: State;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly groups: GroupRegistry;
  readonly streams: StreamRegistry;
  readonly appender: Appender;
  readonly view: StoreView;
}

export class Removal {
  readonly #parts: RemovalParts;
  #expiredAtMs = -Infinity;

  constructor(parts: RemovalParts) {
    this.#parts = parts;
  }

  /** Removes the events of a deleted stream and frees its name; false when the store cannot do it now. */
  async stream(generation: string, name: string): Promise<boolean> {
    return this.#attempt('stream', async () => {
      const { appender, view, streams } = this.#parts;
      await appender.settled(generation);
      if (!(await view.caughtUp(generation))) return false;
      await view.store.deleteLogEvents({ groupGeneration: generation, streamName: name });
      await streams.forget(generation, name);
      return true;
    });
  }

  /** Removes the events of a deleted group. */
  async group(generation: string): Promise<boolean> {
    return this.#attempt('group', async () => {
      const { appender, view, state } = this.#parts;
      await appender.settled(generation);
      if (!(await view.caughtUp(generation))) return false;
      await view.store.deleteLogEvents({ groupGeneration: generation });
      await state.transaction([{ sql: 'DELETE FROM log_doomed WHERE generation = ?', parameters: [generation] }]);
      appender.forget(generation);
      return true;
    });
  }

  /** One round over everything that is to be removed; ends early when the store cannot do it now. */
  async round(): Promise<void> {
    const { state, clock, streams, groups } = this.#parts;
    const doomed = await state.all('SELECT generation FROM log_doomed LIMIT ?', [ROUND_MAX]);
    for (const row of doomed) if (!(await this.group(String(row['generation'])))) return;
    for (const { generation, name } of await streams.deleting(ROUND_MAX)) {
      if (!(await this.stream(generation, name))) return;
    }
    const nowMs = clock.nowMs();
    if (nowMs - this.#expiredAtMs < EXPIRY_INTERVAL_MS) return;
    for (const { generation, retentionDays } of groups.all()) {
      if (retentionDays !== undefined && !(await this.#expired(generation, retentionDays))) return;
    }
    this.#expiredAtMs = nowMs;
  }

  #expired(generation: string, retentionDays: number): Promise<boolean> {
    return this.#attempt('expired', async () => {
      const { clock, view } = this.#parts;
      const beforeMs = clock.nowMs() - retentionDays * DAY_MS;
      await view.store.deleteLogEvents({ groupGeneration: generation, beforeMs });
      return true;
    });
  }

  async #attempt(what: string, work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#parts.emit({ name: 'log-groups.removal-failed', level: 'warn', what, reason });
      return false;
    }
  }
}
