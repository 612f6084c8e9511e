/** The metric filters of all groups: in memory for the events that are put, every change durable first. */
import type { Clock } from '#base';
import { parseFilterPattern, regexCount } from '#insights';
import type { State } from '#state';
import { groupNotFound, limitExceeded, metricFilterNotFound } from '../errors.ts';
import { readPattern } from '../filter.ts';
import { checkTransformation } from './check.ts';
import type { MetricFilter, MetricTransformation } from './types.ts';

/** AWS's quotas for a group. */
const FILTERS_MAX = 100;
const REGEX_PATTERNS_MAX = 5;

/** In table log_metric_filters, column `filter`. */
type FilterJson = Omit<MetricFilter, 'name'>;

export class MetricFilterRegistry {
  readonly #state: State;
  readonly #clock: Clock;
  /** By name in ASCII order; lists are replaced, never changed. */
  readonly #byGeneration = new Map<string, readonly MetricFilter[]>();
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(state: State, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  static async open(state: State, clock: Clock): Promise<MetricFilterRegistry> {
    const registry = new MetricFilterRegistry(state, clock);
    for (const row of await state.all('SELECT generation, name, filter FROM log_metric_filters')) {
      const filter = JSON.parse(String(row['filter'])) as FilterJson;
      registry.#remember(String(row['generation']), { ...filter, name: String(row['name']) });
    }
    return registry;
  }

  /** A group's filters, by name in ASCII order. */
  list(generation: string): readonly MetricFilter[] {
    return this.#byGeneration.get(generation) ?? [];
  }

  count(generation: string): number {
    return this.list(generation).length;
  }

  /**
   * Makes a filter, or replaces the one of this name.
   * @throws {ApiError} InvalidParameterException, LimitExceededException, ResourceNotFoundException
   */
  put(generation: string, name: string, pattern: string, transformation: MetricTransformation): Promise<void> {
    return this.#inTurn(async () => {
      const parsed = readPattern(pattern);
      checkTransformation(parsed, transformation);
      const others = this.list(generation).filter((one) => one.name !== name);
      const regexes = others.filter((one) => regexCount(parseFilterPattern(one.pattern)) > 0).length;
      const isOneTooMany = regexCount(parsed) > 0 && regexes >= REGEX_PATTERNS_MAX;
      if (others.length >= FILTERS_MAX || isOneTooMany) throw limitExceeded();
      const filter: FilterJson = { pattern, transformation, createdMs: this.#clock.nowMs() };
      await this.#state.transaction([
        {
          // Only while the group is there: it may be deleted at the same time.
          sql: `INSERT OR REPLACE INTO log_metric_filters (generation, name, filter)
                SELECT generation, ?, ? FROM log_groups WHERE generation = ?`,
          parameters: [name, JSON.stringify(filter), generation],
        },
      ]);
      const [kept] = await this.#state.all('SELECT 1 FROM log_metric_filters WHERE generation = ? LIMIT 1', [
        generation,
      ]);
      if (!kept) throw groupNotFound();
      this.#remember(generation, { ...filter, name });
    });
  }

  /** @throws {ApiError} ResourceNotFoundException */
  delete(generation: string, name: string): Promise<void> {
    return this.#inTurn(async () => {
      const others = this.list(generation).filter((one) => one.name !== name);
      if (others.length === this.count(generation)) throw metricFilterNotFound();
      await this.#state.transaction([
        { sql: 'DELETE FROM log_metric_filters WHERE generation = ? AND name = ?', parameters: [generation, name] },
      ]);
      this.#byGeneration.set(generation, others);
    });
  }

  /** The group is deleted, and with it (in its own transaction) its filters. */
  forgetGroup(generation: string): void {
    this.#byGeneration.delete(generation);
  }

  #remember(generation: string, filter: MetricFilter): void {
    const others = this.list(generation).filter(({ name }) => name !== filter.name);
    const all = [...others, filter].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.#byGeneration.set(generation, all);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
