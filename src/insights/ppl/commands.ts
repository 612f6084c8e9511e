/** The commands of OpenSearch PPL: each is read into commands of Logs Insights QL and steps. (OpenSearch Service Developer Guide, "Supported PPL commands".) */
import type { ExpandNode } from '../commands/expand/expand.ts';
import { LIMIT_MAX } from '../commands/limit/limit.ts';
import { regexForm } from '../commands/parse/groups.ts';
import type { ParseNode } from '../commands/parse/parse.ts';
import type { StatsNode } from '../commands/stats/stats.ts';
import { MalformedQuery } from '../errors.ts';
import { parseOpenSearch } from '../opensearch/expressions.ts';
import { callOf, parseItems } from '../opensearch/reading.ts';
import { filterNode } from '../opensearch/nodes.ts';
import type { AssignNode } from '../opensearch/steps/assign.ts';
import type { DistinctNode } from '../opensearch/steps/distinct.ts';
import type { EventstatsNode } from '../opensearch/steps/eventstats.ts';
import type { FlattenNode } from '../opensearch/steps/flatten.ts';
import type { FrequentNode } from '../opensearch/steps/frequent.ts';
import type { KeepNode } from '../opensearch/steps/keep.ts';
import type { OrderKey, OrderNode } from '../opensearch/steps/order.ts';
import type { RenameNode } from '../opensearch/steps/rename.ts';
import type { SliceNode } from '../opensearch/steps/slice.ts';
import type { TrendlineNode } from '../opensearch/steps/trendline.ts';
import type { CommandNode, DurationNode, Expression, Named, TokenReader } from '../syntax/index.ts';
import type { PplContext } from './context.ts';
import { parseJoin } from './join.ts';

type ParseCommand = (reader: TokenReader, start: number, context: PplContext) => CommandNode[];

const HEAD_DEFAULT = 10;
const FREQUENT_DEFAULT = 10;
const POINTS_MAX = 10_000;

const COMMANDS: Readonly<Record<string, ParseCommand>> = {
  where: parseWhere,
  fields: parseFields,
  field: parseFields,
  stats: parseStats,
  eventstats: parseEventstats,
  eval: parseEval,
  parse: parseParse,
  rename: parseRename,
  sort: parseSort,
  head: parseHead,
  top: (reader, start, context) => parseFrequent(reader, start, context, false),
  rare: (reader, start, context) => parseFrequent(reader, start, context, true),
  dedup: parseDedup,
  fillnull: parseFillnull,
  expand: parseExpand,
  flatten: parseFlatten,
  trendline: parseTrendline,
  join: parseJoin,
  inner: parseJoin,
  left: parseJoin,
  cross: parseJoin,
};

/** @param name in any case */
export function pplCommand(name: string): ParseCommand | undefined {
  const key = name.toLowerCase();
  return Object.hasOwn(COMMANDS, key) ? COMMANDS[key] : undefined;
}

/** `where condition` */
function parseWhere(reader: TokenReader, _start: number, context: PplContext): CommandNode[] {
  const condition = parseOpenSearch(reader, context.options({ subqueries: true }));
  return [filterNode(context.resolved(condition))];
}

/** `fields [+|-] field, …` */
function parseFields(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const sign = reader.accept('+', '-');
  const names = parseItems(reader, () => parseName(reader, context));
  const node: KeepNode = { command: 'keep', names, dropped: sign?.text === '-', span: spanOf(reader, start) };
  return [node];
}

/** `stats aggregate [as name], … [by [span(field, width) [as name],] field, …]` */
function parseStats(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const { items, by } = parseAggregation(reader, context);
  const span = spanOf(reader, start);
  const stats: StatsNode = { command: 'stats', items, by, span };
  // The aggregates stand before what they are grouped by.
  const names = [...items, ...by].map(({ name }) => name);
  const keep: KeepNode = { command: 'keep', names, dropped: false, span };
  return [stats, keep];
}

/** `eventstats aggregate [as name], … [by …]` */
function parseEventstats(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const { items, by } = parseAggregation(reader, context);
  const node: EventstatsNode = { command: 'eventstats', items, by, span: spanOf(reader, start) };
  return [node];
}

function parseAggregation(reader: TokenReader, context: PplContext): { items: Named[]; by: Named[] } {
  const items = parseItems(reader, () => parseNamed(reader, context));
  const by = reader.accept('by') ? parseItems(reader, () => parseKey(reader, context)) : [];
  return { items, by };
}

function parseNamed(reader: TokenReader, context: PplContext): Named {
  const { start } = reader.peek().span;
  const expression = context.resolved(parseOpenSearch(reader, context.options()));
  const text = expression.kind === 'field' ? expression.name : reader.textFrom(start);
  const alias = reader.accept('as') ? reader.name().text : undefined;
  return { expression, name: alias ?? text, aliased: alias !== undefined, span: spanOf(reader, start) };
}

/** A field, an expression, or `span(field, width)`. */
function parseKey(reader: TokenReader, context: PplContext): Named {
  const { start } = reader.peek().span;
  const second = reader.peekSecond();
  if (!reader.at('span') || second.kind !== 'symbol' || second.text !== '(') return parseNamed(reader, context);
  reader.next();
  reader.expect('(');
  const field = context.resolved(parseOpenSearch(reader, context.options()));
  reader.expect(',');
  const width = parseWidth(reader, context);
  reader.expect(')');
  const expression = callOf('os:span', [field, width], spanOf(reader, start));
  const name = reader.textFrom(start);
  const alias = reader.accept('as') ? reader.name().text : undefined;
  return { expression, name: alias ?? name, aliased: alias !== undefined, span: spanOf(reader, start) };
}

/** Months are `M`, minutes `m`: all other units are in any case. */
const UNITS: Readonly<Record<string, DurationNode['unit']>> = {
  ms: 'ms',
  s: 's',
  m: 'm',
  h: 'h',
  d: 'd',
  w: 'w',
  M: 'mo',
  q: 'q',
  y: 'y',
};

function parseWidth(reader: TokenReader, context: PplContext): Expression {
  const token = reader.peek();
  if (token.kind !== 'duration') return parseOpenSearch(reader, context.options());
  reader.next();
  const unit = Object.hasOwn(UNITS, token.unit) ? UNITS[token.unit] : undefined;
  if (unit) return { kind: 'duration', value: token.value, unit, text: token.text, span: token.span };
  throw new MalformedQuery('A unit of a span is one of ms, s, m, h, d, w, M, q, y.', token.span);
}

/** `eval name = expression, …` */
function parseEval(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const items = parseItems(reader, () => {
    const { text: name } = reader.name();
    reader.expect('=');
    return { name, expression: context.resolved(parseOpenSearch(reader, context.options())) };
  });
  return [assigned(items, reader, start)];
}

function assigned(items: AssignNode['items'], reader: TokenReader, start: number): AssignNode {
  return { command: 'assign', items, span: spanOf(reader, start) };
}

/** `parse field 'pattern with (?<name>groups)'`: what does not match gives empty texts. */
function parseParse(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const field = parseField(reader, context);
  const { text: source, span } = reader.string();
  const form = regexForm(reader, { source, span });
  const node: ParseNode = { command: 'parse', field, form, span: spanOf(reader, start) };
  const empty: Expression = { kind: 'literal', value: '', span };
  const items = form.names.map((name) => ({
    name,
    expression: callOf('coalesce', [{ kind: 'field', name, span }, empty], span),
  }));
  return [node, assigned(items, reader, start)];
}

/** `rename field as name, …` */
function parseRename(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const pairs = parseItems(reader, () => {
    const from = parseName(reader, context);
    reader.expect('as');
    return { from, to: reader.name().text };
  });
  const node: RenameNode = { command: 'rename', pairs, span: spanOf(reader, start) };
  return [node];
}

/** `sort [+|-] field [asc|desc], …` */
function parseSort(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const keys = parseItems(reader, () => parseSortKey(reader, context));
  const node: OrderNode = { command: 'order', keys, span: spanOf(reader, start) };
  return [node];
}

function parseSortKey(reader: TokenReader, context: PplContext): OrderKey {
  const sign = reader.accept('+', '-');
  const { start } = reader.peek().span;
  const { text } = reader.name();
  let name = context.name(text);
  const conversion = ['num', 'str', 'auto'].includes(text.toLowerCase());
  if (reader.accept('(')) {
    const inner = reader.at(')') ? '' : reader.name().text;
    reader.expect(')');
    // `num(f)` sorts by f; else it is the name of an aggregate's column, as `count()`.
    name = conversion ? context.name(inner) : reader.textFrom(start);
  }
  const word = sign ? undefined : reader.accept('asc', 'desc');
  const descending = sign?.text === '-' || word?.text.toLowerCase() === 'desc';
  return { expression: { kind: 'field', name, span: spanOf(reader, start) }, descending };
}

/** `head [count] [from skipped]` */
function parseHead(reader: TokenReader, start: number): CommandNode[] {
  const count = reader.peek().kind === 'number' ? parseCount(reader, 1) : HEAD_DEFAULT;
  const skipped = reader.accept('from') ? parseCount(reader, 0) : 0;
  const node: SliceNode = { command: 'slice', count, skipped, span: spanOf(reader, start) };
  return [node];
}

function parseCount(reader: TokenReader, least: number, most = LIMIT_MAX): number {
  const { value, span } = reader.integer();
  if (value >= least && value <= most) return value;
  throw new MalformedQuery(`A number from ${least} to ${most} is needed here.`, span);
}

/** `top [count] field, … [by field, …]`, and `rare` */
function parseFrequent(reader: TokenReader, start: number, context: PplContext, rarest: boolean): CommandNode[] {
  const count = reader.peek().kind === 'number' ? parseCount(reader, 1) : FREQUENT_DEFAULT;
  const names = parseItems(reader, () => parseName(reader, context));
  const by = reader.accept('by') ? parseItems(reader, () => parseName(reader, context)) : [];
  const node: FrequentNode = { command: 'frequent', count, names, by, rarest, span: spanOf(reader, start) };
  return [node];
}

/** `dedup [count] field, … [keepempty=true]` */
function parseDedup(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const count = reader.peek().kind === 'number' ? parseCount(reader, 1) : 1;
  const names = parseItems(reader, () => parseName(reader, context));
  let lacking: DistinctNode['lacking'] = 'dropped';
  while (reader.at('keepempty', 'consecutive')) {
    const { text, span } = reader.name();
    reader.expect('=');
    const yes = reader.expect('true', 'false').text.toLowerCase() === 'true';
    if (text.toLowerCase() === 'keepempty') lacking = yes ? 'kept' : 'dropped';
    else if (yes) throw new MalformedQuery('dedup of consecutive rows is not supported.', span);
  }
  const node: DistinctNode = { command: 'distinct', names, count, lacking, span: spanOf(reader, start) };
  return [node];
}

/** `fillnull with value in field, …`, `fillnull using field = value, …`, `fillnull value=value field, …` */
function parseFillnull(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const parse = (): Expression => context.resolved(parseOpenSearch(reader, context.options()));
  const filled = (name: string, value: Expression) => ({
    name,
    expression: callOf('coalesce', [{ kind: 'field', name, span: value.span }, value], value.span),
  });
  if (reader.accept('using')) {
    const items = parseItems(reader, () => {
      const name = parseName(reader, context);
      reader.expect('=');
      return filled(name, parse());
    });
    return [assigned(items, reader, start)];
  }
  const word = reader.expect('with', 'value').text.toLowerCase();
  if (word === 'value') reader.expect('=');
  const value = parseLiteral(reader, context);
  if (word === 'with') reader.expect('in');
  const names = parseItems(reader, () => parseName(reader, context));
  return [
    assigned(
      names.map((name) => filled(name, value)),
      reader,
      start,
    ),
  ];
}

/** A value without an operator behind it: `in` ends it. */
function parseLiteral(reader: TokenReader, context: PplContext): Expression {
  const token = reader.peek();
  if (token.kind !== 'string' && token.kind !== 'number') {
    return context.resolved({ kind: 'field', name: reader.name().text, span: token.span });
  }
  reader.next();
  return { kind: 'literal', value: token.kind === 'string' ? token.text : token.value, span: token.span };
}

/** `expand field [as name]` */
function parseExpand(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const from = parseName(reader, context);
  const to = reader.accept('as') ? reader.name().text : from;
  const span = spanOf(reader, start);
  const expand: ExpandNode = { command: 'expand', name: to, span };
  if (to === from) return [expand];
  const rename: RenameNode = { command: 'rename', pairs: [{ from, to }], span };
  return [rename, expand];
}

/** `flatten field as (name, …)` */
function parseFlatten(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const field = parseName(reader, context);
  if (!reader.at('as')) {
    reader.fail(
      'flatten needs the names of what comes out, for the keys are known only when events are read: flatten field as (a, b).',
    );
  }
  reader.expect('as');
  const bracket = reader.accept('(');
  const names = parseItems(reader, () => reader.name().text);
  if (bracket) reader.expect(')');
  const node: FlattenNode = { command: 'flatten', field, names, span: spanOf(reader, start) };
  return [node];
}

/** `trendline [sort [+|-] field] sma(points, field) [as name] …` */
function parseTrendline(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const nodes: CommandNode[] = [];
  if (reader.accept('sort')) {
    const keys = [parseSortKey(reader, context)];
    const order: OrderNode = { command: 'order', keys, span: spanOf(reader, start) };
    nodes.push(order);
  }
  const items: TrendlineNode['items'][number][] = [];
  do {
    reader.accept(',');
    if (reader.at('wma')) reader.fail('Of trendline there is sma only.');
    reader.expect('sma');
    reader.expect('(');
    const points = parseCount(reader, 1, POINTS_MAX);
    reader.expect(',');
    const field = parseName(reader, context);
    reader.expect(')');
    const name = reader.accept('as') ? reader.name().text : `${field}_trendline`;
    items.push({ points, field, name });
  } while (reader.at('sma', 'wma', ','));
  const node: TrendlineNode = { command: 'trendline', items, span: spanOf(reader, start) };
  return [...nodes, node];
}

function parseName(reader: TokenReader, context: PplContext): string {
  return context.name(reader.name().text);
}

function parseField(reader: TokenReader, context: PplContext): Expression {
  const { text, span } = reader.name();
  return { kind: 'field', name: context.name(text), span };
}

function spanOf(reader: TokenReader, start: number): { readonly start: number; readonly end: number } {
  return { start, end: reader.offset };
}
