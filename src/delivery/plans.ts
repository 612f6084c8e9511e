/** Cursors and plans of the journal's readers, in the control state. One small transaction each. */
import type { Sequence } from '#journal';
import type { GapMarker } from '#records';
import type { State } from '#state';
import type { BatchPlan } from './types.ts';

export const DELIVERY_MIGRATIONS = [
  `CREATE TABLE delivery_readers (
     name TEXT PRIMARY KEY,
     cursor INTEGER NOT NULL,
     plan TEXT
   ) STRICT;
   CREATE TABLE delivery_destinations (
     route TEXT PRIMARY KEY,
     spec TEXT NOT NULL,
     retired_ms INTEGER
   ) STRICT;
   CREATE TABLE delivery_lost (
     first INTEGER NOT NULL,
     last INTEGER NOT NULL,
     PRIMARY KEY (first, last)
   ) STRICT`,
] as const;

/** Entries that are to be given up: persisted before the marker is appended, so that it is appended once. */
export interface GapPlan {
  readonly marker: GapMarker;
  /** Where the cursor goes. */
  readonly last: Sequence;
  readonly headAtPlan: Sequence;
}

export type Plan = { readonly batch: BatchPlan } | { readonly gap: GapPlan };

export class Plans {
  readonly #state: State;
  readonly #reader: string;

  constructor(state: State, reader: string) {
    this.#state = state;
    this.#reader = reader;
  }

  /** The reader's place; a reader that is not known yet begins after `from`. */
  async load(from: Sequence): Promise<{ cursor: Sequence; plan: Plan | undefined }> {
    const [, rows] = await this.#state.transaction([
      { sql: 'INSERT OR IGNORE INTO delivery_readers (name, cursor) VALUES (?, ?)', parameters: [this.#reader, from] },
      { sql: 'SELECT cursor, plan FROM delivery_readers WHERE name = ?', parameters: [this.#reader] },
    ]);
    const row = rows?.[0];
    const plan = row?.['plan'];
    return {
      cursor: Number(row?.['cursor'] ?? from),
      plan: typeof plan === 'string' ? (JSON.parse(plan) as Plan) : undefined,
    };
  }

  async save(plan: Plan): Promise<void> {
    await this.#run('UPDATE delivery_readers SET plan = ? WHERE name = ?', JSON.stringify(plan));
  }

  async drop(): Promise<void> {
    await this.#state.transaction([
      { sql: 'UPDATE delivery_readers SET plan = NULL WHERE name = ?', parameters: [this.#reader] },
    ]);
  }

  /** Moves the cursor and clears the plan. */
  async commit(cursor: Sequence): Promise<void> {
    await this.#run('UPDATE delivery_readers SET cursor = ?, plan = NULL WHERE name = ?', cursor);
  }

  async #run(sql: string, value: string | number): Promise<void> {
    await this.#state.transaction([{ sql, parameters: [value, this.#reader] }]);
  }
}
