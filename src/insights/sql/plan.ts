/**
 * A SELECT to stages: source, [join], filter, [stats], filter, [window], order, project, [distinct], slice. Names are resolved
 * here: a table's name before a field goes, a column's alias becomes what it stands for, aggregates and what rows are
 * grouped by become fields of the stage that makes them.
 */
import type { StatsNode } from '../commands/stats/stats.ts';
import { MalformedQuery } from '../errors.ts';
import { functionNamed } from '../functions/index.ts';
import { filterNode } from '../opensearch/nodes.ts';
import { rewritten, sameExpression, saying } from '../opensearch/rewrite.ts';
import type { DistinctNode } from '../opensearch/steps/distinct.ts';
import type { JoinNode } from '../opensearch/steps/join.ts';
import type { OrderKey, OrderNode } from '../opensearch/steps/order.ts';
import type { ProjectNode } from '../opensearch/steps/project.ts';
import type { SliceNode } from '../opensearch/steps/slice.ts';
import type { WindowItem, WindowNode } from '../opensearch/steps/window.ts';
import type { CommandNode, Expression, FieldNode, Named } from '../syntax/index.ts';
import { Names } from './names.ts';
import type { Planned, Select, SelectItem, StarItem, Tail } from './statement.ts';

/** What `*` shows of log groups: which fields their events have is not known before they are read. */
const STAR = ['@timestamp', '@message', '@logStream', '@log', '@ingestionTime'];

export function plan(select: Select, tail: Tail | undefined): Planned {
  const names = new Names(select);
  const items = namedItems(select, names);
  const where = select.where && names.resolved(select.where);
  const windows = select.windows.map((window) => resolvedWindow(window, names));
  const outputs = (name: string): Expression | undefined => outputNamed(name, items);
  const grouping = new Grouping(select.groupBy.map((key) => names.resolved(keyOf(key, select))));
  const having = select.having && names.resolved(select.having, outputs);
  const orderBy = (tail?.orderBy ?? []).map((key) => ({
    ...key,
    expression: placed(key.expression, items) ?? names.resolved(key.expression, outputs),
  }));
  const all = [
    ...items.map(({ expression }) => expression),
    ...(having ? [having] : []),
    ...orderBy.map(({ expression }) => expression),
    ...windows.flatMap(({ call, partition, order }) => [
      ...call.args,
      ...partition,
      ...order.map(({ expression }) => expression),
    ]),
  ];
  const isGrouped = select.groupBy.length > 0 || having !== undefined || all.some(hasAggregate);
  if (where) refuseAggregates(where, 'WHERE');
  const into = (node: Expression): Expression => (isGrouped ? grouping.into(node, select) : node);
  const shown = items.map(({ name, expression }) => ({ name, expression: into(expression) }));
  const kept = having && into(having);
  const keys = orderBy.map((key) => ({ ...key, expression: into(key.expression) }));
  const over = windows.map((window) => mapWindow(window, into));
  const { span } = select;
  const commands: CommandNode[] = [...select.from.commands];
  if (select.join) commands.push(joinNode(select, names));
  if (where) commands.push(filterNode(where));
  if (isGrouped) commands.push(grouping.node(span));
  if (kept) commands.push(filterNode(kept));
  if (over.length > 0) {
    const window: WindowNode = { command: 'window', items: over, span };
    commands.push(window);
  }
  const order: OrderNode = { command: 'order', keys, span: tail?.span ?? span };
  const project: ProjectNode = { command: 'project', items: shown, span };
  if (keys.length > 0) commands.push(order);
  commands.push(project);
  if (select.distinct) {
    const wrong = orderBy.find(({ expression }) => !items.some((item) => sameExpression(item.expression, expression)));
    if (wrong) throw new MalformedQuery('With DISTINCT, ORDER BY names columns of the SELECT.', wrong.expression.span);
    const distinct: DistinctNode = { command: 'distinct', names: undefined, count: 1, lacking: 'value', span };
    commands.push(distinct);
  }
  if (tail?.limit !== undefined) {
    const slice: SliceNode = { command: 'slice', count: tail.limit, skipped: tail.offset, span: tail.span };
    commands.push(slice);
  }
  return { commands, columns: items.map(({ name }) => name) };
}

interface Item {
  readonly name: string;
  readonly expression: Expression;
  readonly aliased: boolean;
}

/** The columns with their names: an alias, the field's own name, or the text; names that are there twice tell their table. */
function namedItems(select: Select, names: Names): Item[] {
  const items = select.items.flatMap((item) => (isStar(item) ? starItems(item, select) : [item]));
  const short = items.map(({ alias, expression, text }) => alias ?? names.ownName(expression) ?? text);
  const count = (name: string): number => short.filter((one) => one === name).length;
  const result = items.map(({ alias, expression, text, span }, index): Item & { span: SelectItem['span'] } => {
    const own = short[index] ?? text;
    const name = count(own) > 1 && alias === undefined ? text.replaceAll('`', '') : own;
    return { name, expression: names.resolved(expression), aliased: alias !== undefined, span };
  });
  const twice = result.find(({ name }, index) => result.findIndex((one) => one.name === name) !== index);
  if (twice)
    throw new MalformedQuery(
      `Two columns are called ${twice.name}: give one of them another name with AS.`,
      twice.span,
    );
  return result;
}

function isStar(item: SelectItem | StarItem): item is StarItem {
  return 'star' in item;
}

function starItems({ table, span }: StarItem, select: Select): SelectItem[] {
  if (select.join) throw new MalformedQuery('With a JOIN the columns are named one by one: * is not supported.', span);
  if (table !== undefined && !select.from.names.includes(table)) {
    throw new MalformedQuery(`There is no table ${table} here.`, span);
  }
  const columns = select.from.columns ?? STAR;
  return columns.map((name) => ({ expression: { kind: 'field', name, span }, alias: name, text: name, span }));
}

/** What rows are grouped by: `GROUP BY 1` is the first column, an alias is its expression. */
function keyOf(key: Expression, { items }: Select): Expression {
  const columns = items.filter((item): item is SelectItem => !isStar(item));
  const place = placed(key, columns);
  if (place) return place;
  if (key.kind !== 'field') return key;
  const item = columns.find(({ alias }) => alias === key.name);
  if (!item) return key;
  // A field that the column of its name is made of is meant itself, as Spark takes it.
  const ofItself = fieldNames(item.expression).includes(key.name);
  return ofItself ? key : item.expression;
}

/** A column by its place. */
function placed(node: Expression, items: readonly { readonly expression: Expression }[]): Expression | undefined {
  if (node.kind !== 'literal' || typeof node.value !== 'number') return undefined;
  const item = items[node.value - 1];
  if (item) return item.expression;
  throw new MalformedQuery(`The SELECT has no column ${node.value}.`, node.span);
}

/** A column by its name; an alias is found in any case, as Spark finds it. */
function outputNamed(name: string, items: readonly Item[]): Expression | undefined {
  const lower = name.toLowerCase();
  const found =
    items.find((item) => item.name === name) ?? items.find((item) => item.aliased && item.name.toLowerCase() === lower);
  return found?.expression;
}

function fieldNames(node: Expression): string[] {
  const found: string[] = [];
  rewritten(node, (part) => {
    if (part.kind === 'field') found.push(part.name);
    return undefined;
  });
  return found;
}

function resolvedWindow(window: WindowItem, names: Names): WindowItem {
  return mapWindow(window, (node) => names.resolved(node));
}

function mapWindow(
  { name, call, partition, order, frame }: WindowItem,
  map: (node: Expression) => Expression,
): WindowItem {
  return {
    name,
    call: { ...call, args: call.args.map(map) },
    partition: partition.map(map),
    order: order.map((key): OrderKey => ({ ...key, expression: map(key.expression) })),
    frame,
  };
}

function joinNode({ join }: Select, names: Names): JoinNode {
  if (!join) throw new Error('BUG: there is no join');
  const on = names.resolved(join.on);
  refuseAggregates(on, 'ON');
  return {
    command: 'open search join',
    type: join.type,
    right: names.right,
    names: [...names.rightFields],
    on,
    query: { commands: join.table.commands, span: join.table.span },
    span: join.span,
  };
}

function isAggregate(node: Expression): boolean {
  return node.kind === 'call' && functionNamed(node.name)?.aggregate === true;
}

function hasAggregate(node: Expression): boolean {
  let found = false;
  rewritten(node, (part) => {
    found ||= isAggregate(part);
    return undefined;
  });
  return found;
}

function refuseAggregates(node: Expression, clause: string): void {
  rewritten(node, (part) => {
    if (isAggregate(part)) throw new MalformedQuery(`An aggregate cannot stand in ${clause}.`, part.span);
    return undefined;
  });
}

/** The stage that groups: what it makes stands in the expressions behind it as fields that no user can name. */
class Grouping {
  /** By what they say. */
  readonly #keys = new Map<string, Named>();
  /** Kinds of expressions that are keys: others need no look. */
  readonly #kinds: ReadonlySet<string>;
  readonly #aggregates = new Map<string, Named>();

  constructor(keys: readonly Expression[]) {
    for (const key of keys) {
      if (hasAggregate(key)) throw new MalformedQuery('An aggregate cannot stand in GROUP BY.', key.span);
      const said = saying(key);
      if (!this.#keys.has(said)) this.#keys.set(said, named(key, `\`key${this.#keys.size}`));
    }
    this.#kinds = new Set(keys.map(kindOf));
  }

  /** An expression over the groups. @throws {MalformedQuery} for a field that is neither aggregated nor grouped by */
  into(node: Expression, select: Select): Expression {
    return rewritten(node, (part) => {
      const key = this.#kinds.has(kindOf(part)) ? this.#keys.get(saying(part)) : undefined;
      if (key) return { kind: 'field', name: key.name, span: part.span };
      if (isAggregate(part)) return this.#aggregate(part);
      if (part.kind !== 'field' || part.name.startsWith('`')) return undefined;
      const start = this.#windowStart(part);
      if (start) return start;
      throw new MalformedQuery(
        select.groupBy.length === 0
          ? `${part.name} stands beside an aggregate: group by it.`
          : `${part.name} is neither aggregated nor in GROUP BY.`,
        part.span,
      );
    });
  }

  node(span: Select['span']): StatsNode {
    return { command: 'stats', items: [...this.#aggregates.values()], by: [...this.#keys.values()], span };
  }

  #aggregate(call: Expression): FieldNode {
    const said = saying(call);
    const found = this.#aggregates.get(said) ?? named(call, `\`aggregate${this.#aggregates.size}`);
    this.#aggregates.set(said, found);
    return { kind: 'field', name: found.name, span: call.span };
  }

  /** `window.start` and `window_start` behind GROUP BY window(…) or TUMBLE(…). */
  #windowStart({ name, span }: FieldNode): Expression | undefined {
    if (name !== 'window.start' && name !== 'window_start' && name !== 'window') return undefined;
    const key = [...this.#keys.values()].find(
      ({ expression }) => expression.kind === 'call' && ['os:window', 'os:tumble'].includes(expression.name),
    );
    return key && { kind: 'field', name: key.name, span };
  }
}

/** As far as it tells expressions apart at a glance. */
function kindOf(node: Expression): string {
  return node.kind === 'binary' ? node.operator : node.kind;
}

function named(expression: Expression, name: string): Named {
  return { expression, name, aliased: true, span: expression.span };
}
