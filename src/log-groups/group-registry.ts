/**
 * The log groups of all accounts and Regions: in memory for the request path, every change durable first. Changes of one
 * process come one after the other, so that each sees what the last one left.
 */
import type { Clock, IdSource } from '#base';
import { type SqlRow, type State, StateConflict } from '#state';
import { groupExists, groupNotFound, invalidParameter, limitExceeded } from './errors.ts';
import type { LogGroup, LogGroupClass, Scope } from './types.ts';

/** Groups in one data directory; memory is about 1 KB for each. */
export const GROUPS_MAX = 100_000;

/** The days that AWS accepts (PutRetentionPolicy). */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export interface NewGroup {
  readonly name: string;
  readonly groupClass?: LogGroupClass;
  readonly tags?: Readonly<Record<string, string>>;
  readonly deletionProtection?: boolean;
  readonly kmsKeyId?: string | undefined;
}

const scopeKey = ({ accountId, region }: Scope): string => `${accountId}/${region}`;

export class GroupRegistry {
  readonly #state: State;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #byScope = new Map<string, Map<string, LogGroup>>();
  readonly #byGeneration = new Map<string, LogGroup>();
  /** Groups by name, for listing; made anew after a change. */
  readonly #sorted = new Map<string, readonly LogGroup[]>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(state: State, clock: Clock, ids: IdSource) {
    this.#state = state;
    this.#clock = clock;
    this.#ids = ids;
  }

  static async open(state: State, clock: Clock, ids: IdSource): Promise<GroupRegistry> {
    const registry = new GroupRegistry(state, clock, ids);
    for (const row of await state.all('SELECT * FROM log_groups')) registry.#remember(groupOf(row));
    return registry;
  }

  find(scope: Scope, name: string): LogGroup | undefined {
    return this.#byScope.get(scopeKey(scope))?.get(name);
  }

  /** @throws {ApiError} ResourceNotFoundException */
  get(scope: Scope, name: string): LogGroup {
    return this.find(scope, name) ?? fail(groupNotFound());
  }

  /** Undefined once the group is deleted, whatever its name means now. */
  byGeneration(generation: string): LogGroup | undefined {
    return this.#byGeneration.get(generation);
  }

  all(): Iterable<LogGroup> {
    return this.#byGeneration.values();
  }

  /** The groups of a scope, sorted by name in ASCII order as AWS lists them. */
  list(scope: Scope): readonly LogGroup[] {
    const key = scopeKey(scope);
    let sorted = this.#sorted.get(key);
    if (!sorted) {
      const groups = [...(this.#byScope.get(key)?.values() ?? [])];
      sorted = groups.sort((a, b) => (a.name < b.name ? -1 : 1));
      this.#sorted.set(key, sorted);
    }
    return sorted;
  }

  /** @throws {ApiError} ResourceAlreadyExistsException, InvalidParameterException, LimitExceededException */
  create(scope: Scope, { name, groupClass, tags, deletionProtection, kmsKeyId }: NewGroup): Promise<LogGroup> {
    return this.#inTurn(async () => {
      if (name.startsWith('aws/')) throw invalidParameter('Log groups starting with AWS/ are reserved for AWS.');
      if (this.find(scope, name)) throw groupExists();
      if (this.#byGeneration.size >= GROUPS_MAX) throw limitExceeded();
      const group: LogGroup = {
        accountId: scope.accountId,
        region: scope.region,
        generation: this.#ids.uuid(),
        name,
        createdMs: this.#clock.nowMs(),
        retentionDays: undefined,
        groupClass: groupClass ?? 'STANDARD',
        deletionProtection: deletionProtection ?? false,
        kmsKeyId,
        tags: { ...tags },
      };
      await this.#insert(group);
      this.#remember(group);
      return group;
    });
  }

  /** @throws {ApiError} ResourceNotFoundException */
  update(
    scope: Scope,
    name: string,
    change: (group: LogGroup) => Partial<Pick<LogGroup, 'retentionDays' | 'tags' | 'deletionProtection' | 'kmsKeyId'>>,
  ): Promise<LogGroup> {
    return this.#inTurn(async () => {
      const group = this.get(scope, name);
      const changed: LogGroup = { ...group, ...change(group) };
      await this.#state.transaction([
        {
          sql: 'UPDATE log_groups SET retention_days = ?, tags = ?, protected = ?, kms_key = ? WHERE generation = ?',
          parameters: [
            changed.retentionDays ?? null,
            JSON.stringify(changed.tags),
            Number(changed.deletionProtection),
            changed.kmsKeyId ?? null,
            group.generation,
          ],
        },
      ]);
      this.#remember(changed);
      return changed;
    });
  }

  /**
   * Takes the group away; its name is free, and its generation never comes back.
   * @throws {ApiError} ResourceNotFoundException, InvalidParameterException while it is protected
   */
  delete(scope: Scope, name: string, check: (group: LogGroup) => void): Promise<LogGroup> {
    return this.#inTurn(async () => {
      const group = this.get(scope, name);
      check(group);
      const parameters = [group.generation];
      await this.#state.transaction([
        { sql: 'INSERT INTO log_doomed (generation) VALUES (?)', parameters },
        { sql: 'DELETE FROM log_streams WHERE generation = ?', parameters },
        { sql: 'DELETE FROM log_deliveries WHERE generation = ?', parameters },
        { sql: 'DELETE FROM log_metric_filters WHERE generation = ?', parameters },
        { sql: 'DELETE FROM log_groups WHERE generation = ?', parameters },
      ]);
      this.#byGeneration.delete(group.generation);
      this.#byScope.get(scopeKey(scope))?.delete(name);
      this.#sorted.delete(scopeKey(scope));
      return group;
    });
  }

  async #insert(group: LogGroup): Promise<void> {
    try {
      await this.#state.transaction([
        {
          sql: 'INSERT INTO log_groups VALUES (?, ?, ?, ?, ?, NULL, ?, ?, ?, ?)',
          parameters: [
            group.generation,
            group.accountId,
            group.region,
            group.name,
            group.createdMs,
            group.groupClass,
            Number(group.deletionProtection),
            JSON.stringify(group.tags),
            group.kmsKeyId ?? null,
          ],
        },
      ]);
    } catch (error) {
      throw error instanceof StateConflict ? groupExists() : error;
    }
  }

  #remember(group: LogGroup): void {
    const key = scopeKey(group);
    const groups = this.#byScope.get(key) ?? new Map<string, LogGroup>();
    this.#byScope.set(key, groups.set(group.name, group));
    this.#byGeneration.set(group.generation, group);
    this.#sorted.delete(key);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function groupOf(row: SqlRow): LogGroup {
  return {
    generation: String(row['generation']),
    accountId: String(row['account']),
    region: String(row['region']),
    name: String(row['name']),
    createdMs: Number(row['created_ms']),
    retentionDays: row['retention_days'] === null ? undefined : Number(row['retention_days']),
    groupClass: String(row['class']) as LogGroupClass,
    deletionProtection: Number(row['protected']) === 1,
    kmsKeyId: row['kms_key'] === null ? undefined : String(row['kms_key']),
    tags: JSON.parse(String(row['tags'])) as Record<string, string>,
  };
}

function fail(error: Error): never {
  throw error;
}
