/**
 * Lookup tables, per account and Region: CSV whose first line names the fields. Their descriptions are held in memory; the
 * cells lie in the control state, a text for each column (as queries bind them), and are read when a query needs them.
 *
 * Tables `lookup_tables`: account_id, region, name, body (JSON of {@link LookupTableView}), csv (as it was given);
 * `lookup_columns`: account_id, region, name, field, cells (joined by U+001E).
 */
import type { Clock } from '#base';
import { CELL_SEPARATOR, type LookupColumn, type LookupTable } from '#insights';
import { type SqlStatement, type State, StateConflict } from '#state';
import { parseCsv, type ParsedCsv } from './csv.ts';
import type { QueryScope } from './types.ts';

const MIGRATIONS = [
  `CREATE TABLE lookup_tables (
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    csv TEXT NOT NULL,
    PRIMARY KEY (account_id, region, name)
  ) STRICT`,
  `CREATE TABLE lookup_columns (
    account_id TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    field TEXT NOT NULL,
    cells TEXT NOT NULL,
    PRIMARY KEY (account_id, region, name, field)
  ) STRICT`,
] as const;

/** Of one account in a Region. (CloudWatch Logs quotas.) */
const TABLES_MAX = 100;
/** A table as CSV. (CreateLookupTable, tableBody.) */
export const TABLE_BYTES_MAX = 10_485_760;

export interface LookupTableView extends LookupTable {
  readonly name: string;
  readonly description: string | undefined;
  readonly kmsKeyId: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** Why a table was not made or changed; what else can be wrong with it says {@link WrongCsv}. */
export class LookupTableRefused extends Error {
  override readonly name = 'LookupTableRefused';
  readonly reason: 'exists' | 'not-found' | 'too-many' | 'too-large';

  constructor(reason: LookupTableRefused['reason']) {
    super(reason);
    this.reason = reason;
  }
}

interface Change {
  readonly csv: string | undefined;
  readonly description: string | undefined;
  readonly kmsKeyId: string | undefined;
}

export class LookupTables {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #tables = new Map<string, QueryScope & { readonly view: LookupTableView }>();
  /** Changes come one after the other: each builds on what the one before left. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(state: State, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  static async open(state: State, clock: Clock): Promise<LookupTables> {
    await state.migrate('lookup-tables', MIGRATIONS);
    const tables = new LookupTables(state, clock);
    for (const { account_id, region, body } of await state.all('SELECT account_id, region, body FROM lookup_tables')) {
      const scope = { accountId: String(account_id), region: String(region) };
      const view: LookupTableView = JSON.parse(String(body));
      tables.#tables.set(keyOf(scope, view.name), { ...scope, view });
    }
    return tables;
  }

  /** By name. */
  list({ accountId, region }: QueryScope): LookupTableView[] {
    return [...this.#tables.values()]
      .filter((table) => table.accountId === accountId && table.region === region)
      .map(({ view }) => view)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(scope: QueryScope, name: string): LookupTableView | undefined {
    return this.#tables.get(keyOf(scope, name))?.view;
  }

  /** The CSV as it was given. */
  async csv({ accountId, region }: QueryScope, name: string): Promise<string> {
    const [row] = await this.#state.all(
      'SELECT csv FROM lookup_tables WHERE account_id = ? AND region = ? AND name = ?',
      [accountId, region, name],
    );
    return String(row?.['csv'] ?? '');
  }

  /** The cells that a compiled query needs, by parameter. @throws when the table is gone meanwhile */
  async cells({ accountId, region }: QueryScope, columns: readonly LookupColumn[]): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const { parameter, table, field } of columns) {
      const [row] = await this.#state.all(
        'SELECT cells FROM lookup_columns WHERE account_id = ? AND region = ? AND name = ? AND field = ?',
        [accountId, region, table, field],
      );
      if (!row) throw new Error(`the lookup table ${table} was deleted or changed`);
      found[parameter] = String(row['cells']);
    }
    return found;
  }

  /** @throws {LookupTableRefused} `exists`, `too-many`, `too-large`; {@link WrongCsv} */
  async create(
    scope: QueryScope,
    name: string,
    { csv, description, kmsKeyId, tags }: Change & { readonly csv: string; readonly tags: LookupTableView['tags'] },
  ): Promise<LookupTableView> {
    const parsed = await checked(csv);
    return this.#inTurn(async () => {
      if (this.find(scope, name)) throw new LookupTableRefused('exists');
      if (this.list(scope).length >= TABLES_MAX) throw new LookupTableRefused('too-many');
      const nowMs = this.#clock.nowMs();
      const view = viewOf(name, csv, parsed, { description, kmsKeyId, tags, createdMs: nowMs, updatedMs: nowMs });
      try {
        await this.#write(
          scope,
          view,
          {
            sql: 'INSERT INTO lookup_tables VALUES (?, ?, ?, ?, ?)',
            parameters: [scope.accountId, scope.region, name, JSON.stringify(view), csv],
          },
          parsed,
        );
      } catch (error) {
        throw error instanceof StateConflict ? new LookupTableRefused('exists') : error;
      }
      return view;
    });
  }

  /**
   * Replaces the table's content; what is not given stays.
   * @throws {LookupTableRefused} `not-found`, `too-large`; {@link WrongCsv}
   */
  async update(scope: QueryScope, name: string, { csv, description, kmsKeyId }: Change): Promise<LookupTableView> {
    const parsed = csv === undefined ? undefined : await checked(csv);
    return this.#inTurn(async () => {
      const known = this.find(scope, name);
      if (!known) throw new LookupTableRefused('not-found');
      const rest = {
        ...known,
        description: description ?? known.description,
        kmsKeyId: kmsKeyId ?? known.kmsKeyId,
        updatedMs: this.#clock.nowMs(),
      };
      const view = csv === undefined || !parsed ? rest : viewOf(name, csv, parsed, rest);
      const set = csv === undefined ? 'body = ?' : 'body = ?, csv = ?';
      const values = csv === undefined ? [JSON.stringify(view)] : [JSON.stringify(view), csv];
      await this.#write(
        scope,
        view,
        {
          sql: `UPDATE lookup_tables SET ${set} WHERE account_id = ? AND region = ? AND name = ?`,
          parameters: [...values, scope.accountId, scope.region, name],
        },
        parsed,
      );
      return view;
    });
  }

  /**
   * Replaces the table's tags by what `change` makes of them; what it throws is thrown.
   * @returns whether the table was there
   */
  changeTags(
    { accountId, region }: QueryScope,
    name: string,
    change: (tags: LookupTableView['tags']) => LookupTableView['tags'],
  ): Promise<boolean> {
    return this.#inTurn(async () => {
      const known = this.find({ accountId, region }, name);
      if (!known) return false;
      const view = { ...known, tags: change(known.tags) };
      const sql = 'UPDATE lookup_tables SET body = ? WHERE account_id = ? AND region = ? AND name = ?';
      const parameters = [JSON.stringify(view), accountId, region, name];
      await this.#write({ accountId, region }, view, { sql, parameters }, undefined);
      return true;
    });
  }

  /** @returns whether it was there */
  delete(scope: QueryScope, name: string): Promise<boolean> {
    return this.#inTurn(async () => {
      if (!this.find(scope, name)) return false;
      const parameters = [scope.accountId, scope.region, name];
      await this.#state.transaction([
        { sql: 'DELETE FROM lookup_tables WHERE account_id = ? AND region = ? AND name = ?', parameters },
        { sql: 'DELETE FROM lookup_columns WHERE account_id = ? AND region = ? AND name = ?', parameters },
      ]);
      return this.#tables.delete(keyOf(scope, name));
    });
  }

  async #write(
    { accountId, region }: QueryScope,
    view: LookupTableView,
    statement: SqlStatement,
    parsed: ParsedCsv | undefined,
  ): Promise<void> {
    const key = [accountId, region, view.name];
    const columns = parsed?.fields.map((field, index) => ({
      sql: 'INSERT INTO lookup_columns VALUES (?, ?, ?, ?, ?)',
      parameters: [...key, field, parsed.columns[index]?.join(CELL_SEPARATOR) ?? ''],
    }));
    const cleared = {
      sql: 'DELETE FROM lookup_columns WHERE account_id = ? AND region = ? AND name = ?',
      parameters: key,
    };
    await this.#state.transaction([statement, ...(columns ? [cleared, ...columns] : [])]);
    this.#tables.set(keyOf({ accountId, region }, view.name), { accountId, region, view });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

async function checked(csv: string): Promise<ParsedCsv> {
  if (Buffer.byteLength(csv) > TABLE_BYTES_MAX) throw new LookupTableRefused('too-large');
  return parseCsv(csv);
}

function viewOf(
  name: string,
  csv: string,
  { fields, records }: ParsedCsv,
  rest: Omit<LookupTableView, 'name' | 'fields' | 'records' | 'sizeBytes'>,
): LookupTableView {
  return { ...rest, name, fields, records, sizeBytes: Buffer.byteLength(csv) };
}

/** Names and Regions have no slash. */
function keyOf({ accountId, region }: QueryScope, name: string): string {
  return `${accountId}/${region}/${name}`;
}
