/** The destinations, and the damage that was told of, as persisted in the control state. */
import type { LostEntries, Sequence } from '#journal';
import type { State } from '#state';
import { DELIVERY_MIGRATIONS } from './plans.ts';
import type { DestinationSpec } from './types.ts';

export interface StoredDestination {
  readonly spec: DestinationSpec;
  readonly retiredMs: number | undefined;
}

export class DestinationTable {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  async load(): Promise<StoredDestination[]> {
    await this.#state.migrate('delivery', DELIVERY_MIGRATIONS);
    const rows = await this.#state.all('SELECT spec, retired_ms FROM delivery_destinations ORDER BY route');
    return rows.map((row) => ({
      spec: JSON.parse(String(row['spec'])) as DestinationSpec,
      retiredMs: row['retired_ms'] === null ? undefined : Number(row['retired_ms']),
    }));
  }

  /** Adds or replaces a destination; a new one's cursor is there with it. It is retired no more. */
  async save(spec: DestinationSpec, fromSequence: Sequence): Promise<void> {
    await this.#state.transaction([
      {
        sql: `INSERT INTO delivery_destinations (route, spec) VALUES (?, ?)
              ON CONFLICT (route) DO UPDATE SET spec = excluded.spec, retired_ms = NULL`,
        parameters: [spec.route, JSON.stringify(spec)],
      },
      {
        sql: 'INSERT OR IGNORE INTO delivery_readers (name, cursor) VALUES (?, ?)',
        parameters: [spec.route, fromSequence],
      },
    ]);
  }

  async retire(route: string, retiredMs: number): Promise<void> {
    await this.#state.transaction([
      { sql: 'UPDATE delivery_destinations SET retired_ms = ? WHERE route = ?', parameters: [retiredMs, route] },
    ]);
  }

  async forget(route: string): Promise<void> {
    await this.#state.transaction([
      { sql: 'DELETE FROM delivery_destinations WHERE route = ?', parameters: [route] },
      { sql: 'DELETE FROM delivery_readers WHERE name = ?', parameters: [route] },
    ]);
  }

  async isLossKnown({ firstSequence, lastSequence }: LostEntries): Promise<boolean> {
    const sql = 'SELECT 1 FROM delivery_lost WHERE first = ? AND last = ?';
    return (await this.#state.all(sql, [firstSequence, lastSequence])).length > 0;
  }

  async noteLoss({ firstSequence, lastSequence }: LostEntries): Promise<void> {
    const sql = 'INSERT OR IGNORE INTO delivery_lost (first, last) VALUES (?, ?)';
    await this.#state.transaction([{ sql, parameters: [firstSequence, lastSequence] }]);
  }
}
