/** A syntax tree to one ClickHouse statement: a CTE for each stage, whatever users wrote bound as parameters. */
import { LIMIT_MAX } from './commands/limit/limit.ts';
import { CompileContext, MATCHED, type QueryTimes } from './compile/context.ts';
import type { EventSource } from './compile/event-source.ts';
import { KnownWords, type WordPart } from './compile/known-words.ts';
import { type LookupColumn, Lookups, type LookupTable } from './compile/lookup-tables.ts';
import { orderBy } from './compile/order.ts';
import { Parameters, type ParameterValue } from './compile/parameters.ts';
import type { Relation } from './compile/relation.ts';
import { asShown } from './compile/typed.ts';
import { definitionOf } from './definitions.ts';
import type { CommandNode, Query } from './syntax/index.ts';

/** Rows of a query that sets no limit. (§1.2) */
const LIMIT_DEFAULT = 10_000;

export interface CompileOptions {
  readonly source: EventSource;
  /** Sources of subqueries, by their nodes (`subqueriesOf`). Their parameters have names of their own. */
  readonly nested?: ReadonlyMap<Query, EventSource> | undefined;
  /** Sources of the nodes that compare with an earlier time (`earlierOf`). */
  readonly earlier?: ReadonlyMap<CommandNode, EventSource> | undefined;
  /** Lookup tables by name. */
  readonly lookups?: ReadonlyMap<string, LookupTable> | undefined;
  /** Words of messages by the `wordKey` of the parts that they hold: all of them, where the part is known. */
  readonly words?: ReadonlyMap<string, readonly string[]> | undefined;
  readonly times: QueryTimes;
  /** The limit of the API call; one in the query itself counts before it. */
  readonly limit?: number | undefined;
}

export interface CompiledQuery {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  /** Columns of lookup tables that must be bound besides, as texts: who runs the statement reads them then. */
  readonly lookups: readonly LookupColumn[];
  /** What of `words` would make the query faster, and was not given. */
  readonly wordParts: readonly WordPart[];
  /** What is shown, in order: the statement gives one Nullable(String) for each. A missing value is left out of its row. */
  readonly columns: readonly string[];
  /** Counts the events that filters let through (statistics, recordsMatched): one row, one UInt64. */
  readonly matchedSql: string;
  /**
   * What is known of that number without asking: it is that of all events; or that of the rows, when they are fewer than so many;
   * `summed`: not their number, but the sum of what each tells behind its columns.
   */
  readonly matchedAre: { readonly all: boolean; readonly rowsBelow: number; readonly summed: boolean };
}

/** Commands after which rows are no longer the events that filters let through. */
const REDUCING: ReadonlySet<string> = new Set(
  'stats limit dedup pattern logcompare countfrequent slice distinct frequent union'.split(' '),
);

/** Commands that give a row for each row. */
const ROW_FOR_ROW: ReadonlySet<string> = new Set(['fields', 'display', 'sort']);

/** Commands that look at each row by itself, or only at the order. */
const ONE_BY_ONE: ReadonlySet<string> = new Set(
  'source fields display filter filterindex parse json unmask sort'.split(' '),
);

/** Whether the rows are those that the filters let through, but for a limit: then fewer rows than it are all of them. */
function onlyLimits(commands: readonly CommandNode[]): boolean {
  const first = commands.findIndex(({ command }) => REDUCING.has(command));
  if (first < 0) return true;
  const [reducing, ...after] = commands.slice(first);
  return reducing?.command === 'limit' && after.every(({ command }) => ROW_FOR_ROW.has(command));
}

/**
 * The `stats` whose groups tell together how many events were matched: all groups are given, but for a limit. Counting again
 * would read as much as the query itself.
 */
function tellingStats(commands: readonly CommandNode[]): CommandNode | undefined {
  const first = commands.findIndex(({ command }) => REDUCING.has(command));
  const [reducing, ...after] = commands.slice(first);
  if (first < 0 || reducing?.command !== 'stats') return undefined;
  const others = after.filter(({ command }) => !ROW_FOR_ROW.has(command));
  return others.every(({ command }) => command === 'limit') && others.length <= 1 ? reducing : undefined;
}

/** @throws {MalformedQuery} */
export function compileQuery(
  query: Query,
  { source, nested, earlier, lookups, words, times, limit }: CompileOptions,
): CompiledQuery {
  const parameters = new Parameters();
  let matched: { readonly from: string; readonly stages: number } | undefined;
  const pipeline = ({ commands }: Query, input: Relation, context: CompileContext): Relation =>
    commands.reduce((relation, node) => {
      const rows = definitionOf(node.command)?.compile(node, relation, context) ?? relation;
      return ONE_BY_ONE.has(node.command) ? rows : { ...rows, gathered: true };
    }, input);
  const compared = [...(earlier ?? [])].map(([node, events]) => {
    const before = { ...query, commands: query.commands.slice(0, query.commands.indexOf(node)) };
    return [node, { source: events, before }] as const;
  });
  const tables = new Lookups(lookups ?? new Map());
  const knownWords = new KnownWords(words ?? new Map());
  const outside = { nested: nested ?? new Map(), earlier: new Map(compared), lookups: tables, words: knownWords };
  const context = new CompileContext(parameters, times, outside, pipeline);
  let relation = context.eventsOf(source);
  const telling = tellingStats(query.commands);
  for (const node of query.commands) {
    if (REDUCING.has(node.command)) matched ??= { from: relation.from, stages: context.stages.length };
    // Without a filter before it their number is known.
    if (node === telling && context.stages.length > 0) context.telling = telling;
    relation = pipeline({ commands: [node], span: node.span }, relation, context);
  }
  matched ??= { from: relation.from, stages: context.stages.length };
  const shown = [...(relation.shown ?? ['@timestamp', '@message'])];
  // Event rows can be looked up again.
  if (relation.events && !shown.includes('@ptr')) shown.push('@ptr');
  const columns = shown.map((name) => asShown(context.field(name, relation, query.span)));
  const rows = relation.limit ?? Math.min(limit ?? LIMIT_DEFAULT, LIMIT_MAX);
  const summed = context.telling !== undefined;
  const list = columns.map((sql, index) => `${sql} AS r${index}`);
  const select = `SELECT ${(summed ? [...list, MATCHED] : list).join(', ')} FROM ${relation.from}`;
  const tail = `${orderBy(relation)} LIMIT ${parameters.bind(rows, 'UInt64')}`;
  const { bases, stages } = context;
  const ctes = (count: number): string => `WITH ${[...bases, ...stages.slice(0, count)].join(',\n')}`;
  const sources = [source, ...(nested?.values() ?? []), ...(earlier?.values() ?? [])];
  return {
    sql: `${ctes(stages.length)}\n${select}${tail}`,
    parameters: { ...Object.assign({}, ...sources.map((one) => one.parameters)), ...parameters.values },
    lookups: tables.columns,
    wordParts: knownWords.asked,
    columns: shown,
    matchedSql: `${ctes(matched.stages)}\nSELECT count() AS matched FROM ${matched.from}`,
    matchedAre: { all: matched.stages === 0, rowsBelow: summed || onlyLimits(query.commands) ? rows : 0, summed },
  };
}
