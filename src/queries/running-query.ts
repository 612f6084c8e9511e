/** One query from its beginning to its end. */
import type { CompiledQuery } from '#insights';
import type { LogEventSource, Store } from '#store';
import type { QueryStatus, QueryView, StartQuery } from './types.ts';

/** Memory of one query inside the engine. */
export const QUERY_MEMORY_BYTES_MAX = 600_000_000;
/** What the rows of one query may take here. */
export const RESULT_BYTES_MAX = 64 * 1024 * 1024;

export interface QueryPlan {
  readonly compiled: CompiledQuery;
  /** The same query, with what the store knows of words. */
  readonly withWords: () => Promise<CompiledQuery>;
  readonly source: LogEventSource;
  /** Reads the columns of lookup tables that the query joins, by parameter. */
  readonly cells: () => Promise<Readonly<Record<string, string>>>;
}

type QueryStore = Pick<Store, 'query' | 'scopeSize'>;

export class RunningQuery {
  readonly id: string;
  readonly request: StartQuery;
  readonly createdMs: number;
  readonly #plan: QueryPlan;
  readonly #abort = new AbortController();
  #status: QueryStatus = 'Scheduled';
  #endedMs: number | undefined;
  #failure: string | undefined;
  #rows: (string | null)[][] = [];
  #resultBytes = 0;
  #matched: number | undefined;
  /** What the rows tell of the events they are made of. */
  #told = 0;
  #scanned = { events: 0, bytes: 0 };

  constructor(id: string, request: StartQuery, plan: QueryPlan, createdMs: number) {
    this.id = id;
    this.request = request;
    this.#plan = plan;
    this.createdMs = createdMs;
  }

  get ended(): boolean {
    return this.#endedMs !== undefined;
  }

  get endedMs(): number | undefined {
    return this.#endedMs;
  }

  get status(): QueryStatus {
    return this.#status;
  }

  /** What the rows take, roughly. */
  get resultBytes(): number {
    return this.#resultBytes;
  }

  /** Runs to its end; never rejects. */
  async run(store: QueryStore, timeoutMs: number, nowMs: () => number): Promise<void> {
    if (this.ended) return;
    this.#status = 'Running';
    const startedMs = nowMs();
    const bounds = { signal: this.#abort.signal, timeoutMs, memoryBytesMax: QUERY_MEMORY_BYTES_MAX };
    const { withWords, source, cells } = this.#plan;
    try {
      const measured = store.scopeSize(source).then((size) => (this.#scanned = size));
      measured.catch(() => undefined);
      const compiled = await withWords();
      if (this.ended) return;
      const parameters = { ...compiled.parameters, ...(await cells()) };
      for await (const values of store.query({ sql: compiled.sql, parameters, ...bounds })) this.#take(values);
      await measured;
      const { all, rowsBelow, summed } = compiled.matchedAre;
      if (all) this.#matched = this.#scanned.events;
      else if (this.#rows.length < rowsBelow) this.#matched = summed ? this.#told : this.#rows.length;
      else {
        for await (const [count] of store.query({ sql: compiled.matchedSql, parameters, ...bounds }))
          this.#matched = Number(count);
      }
      this.#end('Complete', nowMs());
    } catch (error) {
      if (this.ended) return;
      if (nowMs() - startedMs >= timeoutMs || isTimeout(error)) {
        this.#end(
          'Timeout',
          nowMs(),
          'The query took too long: take a shorter range of time, fewer log groups, or filter earlier.',
        );
      } else {
        this.#end('Failed', nowMs(), wordFailure(error));
      }
    }
  }

  /** Stops it, in the engine too. */
  stop(nowMs: number): void {
    if (this.ended) return;
    this.#end('Cancelled', nowMs);
    this.#abort.abort();
  }

  view(): QueryView {
    const { text, language, groups, startMs, endMs } = this.request;
    return {
      id: this.id,
      text,
      language,
      status: this.#status,
      createdMs: this.createdMs,
      endedMs: this.#endedMs,
      groups,
      startMs,
      endMs,
      columns: this.#plan.compiled.columns,
      rows: this.#rows,
      statistics: {
        recordsMatched: this.#matched ?? (this.#plan.compiled.matchedAre.summed ? this.#told : this.#rows.length),
        recordsScanned: this.#scanned.events,
        bytesScanned: this.#scanned.bytes,
        logGroupsScanned: groups.length,
      },
      failure: this.#failure,
    };
  }

  #take(values: readonly (string | number | null)[]): void {
    const { columns, matchedAre } = this.#plan.compiled;
    if (matchedAre.summed) this.#told += Number(values[columns.length]);
    const row = values.slice(0, columns.length).map((value) => (value === null ? null : String(value)));
    for (const value of row) this.#resultBytes += 2 * (value?.length ?? 0) + 16;
    if (this.#resultBytes > RESULT_BYTES_MAX) throw new ResultTooLarge();
    this.#rows.push(row);
  }

  #end(status: QueryStatus, endedMs: number, failure?: string): void {
    this.#status = status;
    this.#endedMs = endedMs;
    this.#failure = failure;
  }
}

class ResultTooLarge extends Error {
  override readonly name = 'ResultTooLarge';
}

function isTimeout(error: unknown): boolean {
  return (error as { type?: string }).type === 'TIMEOUT_EXCEEDED';
}

/** What the engine says holds table names and SQL of ours, which mean nothing to who asked. */
function wordFailure(error: unknown): string {
  if (error instanceof ResultTooLarge) {
    return `The result is larger than ${RESULT_BYTES_MAX / 1024 / 1024} MiB: show fewer fields, or set a limit.`;
  }
  const { type = '', message = '' } = error as { type?: string; message?: string };
  if (type === 'MEMORY_LIMIT_EXCEEDED') {
    return 'The query needs more memory than one query may have: take a shorter range of time, fewer groups in "by", or filter earlier.';
  }
  if (type === 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO') {
    return 'Some of these events were stored by an earlier version of Varve, which did not keep @completion: take a later range of time, or search @message.';
  }
  if (type === 'CANNOT_COMPILE_REGEXP') return 'A regular expression of the query cannot be compiled.';
  return `The query failed: ${type === '' ? message.slice(0, 200) : type}.`;
}
