/** A syntax tree to one ClickHouse statement: a CTE for each stage, whatever users wrote bound as parameters. */
import { commandNamed } from './commands/index.ts';
import { LIMIT_MAX } from './commands/limit/limit.ts';
import { CompileContext, type QueryTimes } from './compile/context.ts';
import { EventFields, type EventSource } from './compile/event-source.ts';
import { orderBy } from './compile/order.ts';
import { Parameters, type ParameterValue } from './compile/parameters.ts';
import type { Relation } from './compile/relation.ts';
import { asShown } from './compile/typed.ts';
import type { Query } from './syntax/index.ts';

/** Rows of a query that sets no limit. (§1.2) */
const LIMIT_DEFAULT = 10_000;

export interface CompileOptions {
  readonly source: EventSource;
  readonly times: QueryTimes;
  /** The limit of the API call; one in the query itself counts before it. */
  readonly limit?: number | undefined;
}

export interface CompiledQuery {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** What is shown, in order: the statement gives one Nullable(String) for each. A missing value is left out of its row. */
  readonly columns: readonly string[];
  /** Counts the events that filters let through (statistics, recordsMatched): one row, one UInt64. */
  readonly matchedSql: string;
}

/** @throws {MalformedQuery} */
export function compileQuery(query: Query, { source, times, limit }: CompileOptions): CompiledQuery {
  const parameters = new Parameters();
  const events = new EventFields(parameters, source.others);
  const context = new CompileContext(parameters, events, times);
  let relation: Relation = {
    from: events.base,
    made: new Map(),
    events: true,
    shown: undefined,
    displayed: false,
    order: undefined,
    limit: undefined,
  };
  let matched: { readonly from: string; readonly stages: number } | undefined;
  for (const node of query.commands) {
    if (!matched && (node.command === 'stats' || node.command === 'limit' || node.command === 'dedup')) {
      matched = { from: relation.from, stages: context.stages.length };
    }
    relation = commandNamed(node.command)?.compile(node, relation, context) ?? relation;
  }
  matched ??= { from: relation.from, stages: context.stages.length };
  const shown = [...(relation.shown ?? ['@timestamp', '@message'])];
  // Event rows can be looked up again.
  if (relation.events && !shown.includes('@ptr')) shown.push('@ptr');
  const columns = shown.map((name) => asShown(context.field(name, relation, query.span)));
  const rows = relation.limit ?? Math.min(limit ?? LIMIT_DEFAULT, LIMIT_MAX);
  const select = `SELECT ${columns.map((sql, index) => `${sql} AS r${index}`).join(', ')} FROM ${relation.from}`;
  const tail = `${orderBy(relation)} LIMIT ${parameters.bind(rows, 'UInt64')}`;
  // The first stage is written last: only now it is known what the others read.
  const base = events.stage(source);
  const ctes = (count: number): string => `WITH ${[base, ...context.stages.slice(0, count)].join(',\n')}`;
  return {
    sql: `${ctes(context.stages.length)}\n${select}${tail}`,
    parameters: { ...source.parameters, ...parameters.values },
    columns: shown,
    matchedSql: `${ctes(matched.stages)}\nSELECT count() AS matched FROM ${matched.from}`,
  };
}
