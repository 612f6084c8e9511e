/**
 * Queries over log groups: begun, followed, stopped, forgotten. Few run at a time, so that inserts and reads of the store
 * are never starved; the others wait. Results are kept in memory, bounded in number, bytes and time.
 */
import { type Clock, type IdSource, Semaphore } from '#base';
import {
  type CommandNode,
  compileQuery,
  earlierOf,
  MalformedQuery,
  parseQuery,
  type Query,
  type QueryLanguage,
  sourceOf,
  subqueriesOf,
  type TimeRange,
  wordKey,
  type WordPart,
} from '#insights';
import type { LogEventSource, Store } from '#store';
import type { LookupTables } from './lookup-tables.ts';
import type { QueryDefinitions } from './definitions.ts';
import { RunningQuery } from './running-query.ts';
import { type SavedQuery, savedQueryOf } from './saved-query.ts';
import { groupsOf } from './sources.ts';
import {
  type LogGroupsPort,
  type QueriedGroup,
  QueryRefused,
  type QueryScope,
  type QueryView,
  type StartQuery,
} from './types.ts';

/** Not ended, of one account, in Logs Insights QL. (CloudWatch Logs quotas.) */
export const CONCURRENT_MAX = 100;
/** The same of those in PPL and SQL together. (CloudWatch Logs User Guide, "Analyzing log data with CloudWatch Logs Insights".) */
export const OPEN_SEARCH_CONCURRENT_MAX = 15;
/** Groups that one query reads, when they are named. (StartQuery) */
export const GROUPS_MAX = 50;
/** In the engine at one time. */
const RUNNING_MAX = 2;
/** (CloudWatch Logs quotas.) Milliseconds. */
const TIMEOUT_MS = 60 * 60_000;
/** Ended queries are told of so long; AWS keeps results for seven days. Milliseconds. */
const KEPT_MS = 24 * 60 * 60_000;
const KEPT_MAX = 1_000;
/** What the results of all queries may take in memory. */
const KEPT_BYTES_MAX = 128 * 1024 * 1024;
const DAY_MS = 86_400_000;

export interface QueriesOptions {
  readonly store: Pick<Store, 'query' | 'scopeSize' | 'logEventSource' | 'wordsHolding'>;
  readonly groups: LogGroupsPort;
  readonly lookupTables: Pick<LookupTables, 'list' | 'cells'>;
  readonly definitions: Pick<QueryDefinitions, 'list'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export class Queries {
  readonly #options: QueriesOptions;
  /** In the order of their beginnings. */
  readonly #queries = new Map<string, RunningQuery>();
  readonly #running = new Semaphore(RUNNING_MAX);

  constructor(options: QueriesOptions) {
    this.#options = options;
  }

  /**
   * Begins a query, which may be the call of a saved one: what is wrong with that is told at the place of the call.
   * @throws {MalformedQuery} with the place; {@link QueryRefused} `too-many`, `no-groups`, `no-such-group`, `two-sources`, `before-the-groups`, `too-many-groups`; what `check` throws
   */
  async start(request: StartQuery): Promise<string> {
    const { text, language } = request;
    const saved = language === 'CWLI' ? savedQueryOf(text, request, this.#options.definitions) : undefined;
    if (!saved) return this.#start(request, parseQuery(text, language));
    try {
      const query = parseQuery(saved.text, language, saved.values);
      return await this.#start({ ...request, groups: this.#groupsOfSaved(saved, query, request) }, query);
    } catch (error) {
      if (!(error instanceof MalformedQuery)) throw error;
      throw new MalformedQuery(`In the saved query ${saved.name}: ${error.message}`, saved.span);
    }
  }

  /** The groups of the request; without any those that were saved with the query, if the caller may query them. */
  #groupsOfSaved({ logGroupNames }: SavedQuery, query: Query, request: StartQuery): readonly QueriedGroup[] {
    if (request.groups.length > 0 || sourceOf(query)) return request.groups;
    return logGroupNames.map((name) => {
      const group = this.#options.groups.find(request, name);
      if (!group) throw new QueryRefused('no-such-group', name);
      request.check(group);
      return group;
    });
  }

  async #start(request: StartQuery, query: Query): Promise<string> {
    const { store, clock, ids, lookupTables } = this.#options;
    const { startMs, endMs } = request;
    const groups = this.#groupsOf(query, request);
    if (groups.length === 0) throw new QueryRefused('no-groups');
    this.#checkRange(groups, startMs, endMs);
    this.#checkConcurrent(request);
    const source = await this.#sourceOf(groups, startMs, endMs, 'src_');
    const ranges = [{ startMs, endMs }];
    const nested = new Map<Query, LogEventSource>();
    for (const [index, subquery] of subqueriesOf(query).entries()) {
      const node = sourceOf(subquery);
      const named = this.#groupsOf(subquery, { ...request, groups: [] });
      const range = { startMs: node?.startMs ?? startMs, endMs: node?.endMs ?? endMs };
      nested.set(subquery, await this.#sourceOf(named, range.startMs, range.endMs, `sub${index}_`));
      ranges.push(range);
    }
    const earlier = new Map<CommandNode, LogEventSource>();
    for (const [index, { node, range }] of earlierOf(query, { startMs, endMs }).entries()) {
      earlier.set(node, await this.#sourceOf(groups, range.startMs, range.endMs, `old${index}_`));
      ranges.push(range);
    }
    const lookups = new Map(lookupTables.list(request).map((table) => [table.name, table]));
    const times = { startMs, endMs, nowMs: clock.nowMs() };
    const options = { source, nested, earlier, lookups, times, limit: request.limit };
    const compiled = compileQuery(query, options);
    // Looked up when the query runs, so that they are those of the events that are there then.
    const withWords = async () => {
      const words = await this.#words(compiled.wordParts, ranges);
      return words.size === 0 ? compiled : compileQuery(query, { ...options, words });
    };
    // Read when the query runs: many may wait, and tables are large.
    const cells = () => lookupTables.cells(request, compiled.lookups);
    // Others may have begun meanwhile.
    this.#checkConcurrent(request);
    const running = new RunningQuery(
      ids.uuid(),
      { ...request, groups },
      { compiled, withWords, source, cells },
      clock.nowMs(),
    );
    this.#queries.set(running.id, running);
    void this.#running.with(1, () => running.run(store, TIMEOUT_MS, () => clock.nowMs())).then(() => this.#forget());
    return running.id;
  }

  /** What the store knows of words in any of the query's times, by their `wordKey`. */
  async #words(parts: readonly WordPart[], ranges: readonly TimeRange[]): Promise<Map<string, readonly string[]>> {
    const known = new Map<string, readonly string[]>();
    if (parts.length === 0) return known;
    const range = {
      startMs: Math.min(...ranges.map(({ startMs }) => startMs)),
      endMs: Math.max(...ranges.map(({ endMs }) => endMs)),
    };
    const found = await this.#options.store.wordsHolding(parts, range);
    for (const [index, part] of parts.entries()) {
      const words = found[index];
      if (words) known.set(wordKey(part), words);
    }
    return known;
  }

  /** The groups of the request, or those that SOURCE selects and the caller may query. */
  #groupsOf(query: Query, request: StartQuery): readonly QueriedGroup[] {
    const { groups } = request;
    const node = sourceOf(query);
    if (groups.length > GROUPS_MAX) throw new QueryRefused('too-many-groups');
    if (!node) return groups;
    if (groups.length > 0) throw new QueryRefused('two-sources');
    const selected = groupsOf(node, request, this.#options.groups);
    for (const group of selected) request.check(group);
    return selected;
  }

  async #sourceOf(
    groups: readonly QueriedGroup[],
    startMs: number,
    endMs: number,
    prefix: string,
  ): Promise<LogEventSource> {
    const { store, groups: port } = this.#options;
    for (const group of groups) await port.readable(group);
    const kept = groups.map((group) => ({ ...group, keptFromMs: this.#keptFromMs(group) }));
    return store.logEventSource({ groups: kept, startMs, endMs }, prefix);
  }

  /** @throws {QueryRefused} `no-such-query` */
  get(scope: QueryScope, id: string): QueryView {
    return this.#find(scope, id).view();
  }

  /** @throws {QueryRefused} `no-such-query`, `not-running` */
  stop(scope: QueryScope, id: string): void {
    const query = this.#find(scope, id);
    if (query.ended) throw new QueryRefused('not-running');
    query.stop(this.#options.clock.nowMs());
  }

  /** The newest first. */
  list(scope: QueryScope): QueryView[] {
    return this.#of(scope)
      .map((query) => query.view())
      .toReversed();
  }

  /** Stops all that run. */
  close(): void {
    for (const query of this.#queries.values()) query.stop(this.#options.clock.nowMs());
  }

  #find(scope: QueryScope, id: string): RunningQuery {
    const query = this.#queries.get(id);
    if (!query || query.request.accountId !== scope.accountId || query.request.region !== scope.region) {
      throw new QueryRefused('no-such-query');
    }
    return query;
  }

  #of({ accountId, region }: QueryScope): RunningQuery[] {
    return [...this.#queries.values()].filter(
      ({ request }) => request.accountId === accountId && request.region === region,
    );
  }

  #checkConcurrent(begun: StartQuery): void {
    const isOpenSearch = (language: QueryLanguage): boolean => language !== 'CWLI';
    const which = isOpenSearch(begun.language);
    const open = this.#of(begun).filter(({ ended, request }) => !ended && isOpenSearch(request.language) === which);
    if (open.length >= (which ? OPEN_SEARCH_CONCURRENT_MAX : CONCURRENT_MAX)) throw new QueryRefused('too-many');
  }

  /** AWS refuses a range that ends before any of the groups was made, or in which none keeps events any more. */
  #checkRange(groups: readonly QueriedGroup[], startMs: number, endMs: number): void {
    if (groups.length === 0 || startMs > endMs) return;
    // Events may be older than their group: up to 14 days (PutLogEvents).
    const hasAny = groups.some(
      (group) => endMs >= group.createdMs - 14 * DAY_MS && endMs >= (this.#keptFromMs(group) ?? -Infinity),
    );
    if (!hasAny) throw new QueryRefused('before-the-groups');
  }

  #keptFromMs({ retentionDays }: QueriedGroup): number | undefined {
    return retentionDays === undefined ? undefined : this.#options.clock.nowMs() - retentionDays * DAY_MS;
  }

  #forget(): void {
    const oldestMs = this.#options.clock.nowMs() - KEPT_MS;
    let bytes = 0;
    for (const query of this.#queries.values()) bytes += query.resultBytes;
    for (const [id, query] of this.#queries) {
      if (!query.ended) continue;
      const old = (query.endedMs ?? 0) < oldestMs;
      if (!old && bytes <= KEPT_BYTES_MAX && this.#queries.size <= KEPT_MAX) continue;
      bytes -= query.resultBytes;
      this.#queries.delete(id);
    }
  }
}
