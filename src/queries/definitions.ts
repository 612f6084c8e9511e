/**
 * Saved queries, per account and Region: held in memory, written through to the control state.
 *
 * Table `query_definitions`: id, account_id, region, body (JSON of {@link QueryDefinition}).
 */
import type { IdSource } from '#base';
import type { State } from '#state';
import type { QueryLanguage, QueryScope } from './types.ts';

const MIGRATIONS = [
  `CREATE TABLE query_definitions (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT`,
] as const;

/** Of one account and Region. (CloudWatch Logs quotas.) */
const DEFINITIONS_MAX = 1_000;

export interface QueryDefinition {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly logGroupNames: readonly string[];
  readonly language: QueryLanguage;
  readonly parameters: readonly {
    readonly name: string;
    readonly defaultValue: string | undefined;
    readonly description: string | undefined;
  }[];
  readonly modifiedMs: number;
}

type Kept = QueryDefinition & QueryScope;

export class QueryDefinitions {
  readonly #state: State;
  readonly #ids: IdSource;
  readonly #definitions = new Map<string, Kept>();

  private constructor(state: State, ids: IdSource) {
    this.#state = state;
    this.#ids = ids;
  }

  static async open(state: State, ids: IdSource): Promise<QueryDefinitions> {
    await state.migrate('queries', MIGRATIONS);
    const definitions = new QueryDefinitions(state, ids);
    for (const { body } of await state.all('SELECT body FROM query_definitions')) {
      const kept: Kept = JSON.parse(String(body));
      definitions.#definitions.set(kept.id, kept);
    }
    return definitions;
  }

  /** By name. */
  list(scope: QueryScope): QueryDefinition[] {
    return [...this.#definitions.values()].filter((one) => isOf(one, scope)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * Makes a definition, or replaces the one with the id.
   * @returns its id; undefined when there is none with the id, `limit` when there are too many
   */
  async put(
    { accountId, region }: QueryScope,
    id: string | undefined,
    definition: Omit<QueryDefinition, 'id'>,
  ): Promise<string | undefined> {
    const scope = { accountId, region };
    if (id !== undefined && !this.#owned(scope, id)) return undefined;
    if (id === undefined && this.list(scope).length >= DEFINITIONS_MAX) return 'limit';
    const kept: Kept = { ...definition, ...scope, id: id ?? this.#ids.uuid() };
    await this.#state.transaction([
      {
        sql: 'INSERT INTO query_definitions VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
        parameters: [kept.id, accountId, region, JSON.stringify(kept)],
      },
    ]);
    this.#definitions.set(kept.id, kept);
    return kept.id;
  }

  /** @returns whether it was there */
  async delete(scope: QueryScope, id: string): Promise<boolean> {
    if (!this.#owned(scope, id)) return false;
    await this.#state.transaction([{ sql: 'DELETE FROM query_definitions WHERE id = ?', parameters: [id] }]);
    return this.#definitions.delete(id);
  }

  #owned(scope: QueryScope, id: string): boolean {
    const kept = this.#definitions.get(id);
    return kept !== undefined && isOf(kept, scope);
  }
}

function isOf(kept: Kept, { accountId, region }: QueryScope): boolean {
  return kept.accountId === accountId && kept.region === region;
}
