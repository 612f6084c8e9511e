/** The text of a query in OpenSearch SQL to the tree of commands and steps that Logs Insights QL has, too. */
import { MalformedQuery } from '../errors.ts';
import { SQL_LEXIS } from '../opensearch/lexis.ts';
import type { DistinctNode } from '../opensearch/steps/distinct.ts';
import type { OrderNode } from '../opensearch/steps/order.ts';
import type { SliceNode } from '../opensearch/steps/slice.ts';
import type { UnionNode } from '../opensearch/steps/union.ts';
import { type CommandNode, type Query, TokenReader } from '../syntax/index.ts';
import { plan } from './plan.ts';
import { parseSelect, parseTail } from './select.ts';
import type { Planned } from './statement.ts';

/** (CloudWatch Logs User Guide, "OpenSearch SQL", Restrictions.) */
const SUBQUERY_DEPTH_MAX = 1;
const UNIONS_MAX = 10;

/** @throws {MalformedQuery} with the place of what cannot be understood */
export function parseSql(text: string): Query {
  const reader = new TokenReader(text, SQL_LEXIS);
  const { start } = reader.peek().span;
  if (reader.at('with')) reader.fail('Common table expressions (WITH) are not supported.');
  const { commands } = parseStatement(reader, 0);
  if (reader.accept(';') && reader.peek().kind !== 'end') reader.fail('A query is one statement.');
  if (reader.peek().kind !== 'end') reader.fail();
  return { commands, span: { start, end: reader.offset } };
}

/** SELECTs with UNION between, and the order and number of their rows. */
function parseStatement(reader: TokenReader, depth: number): Planned {
  const nested = (inner: TokenReader): Planned => {
    if (depth >= SUBQUERY_DEPTH_MAX) return inner.fail('A subquery cannot have a subquery.');
    return parseStatement(inner, depth + 1);
  };
  const select = parseSelect(reader, nested);
  if (!reader.at('union', 'intersect', 'except', 'minus')) return plan(select, parseTail(reader));
  const first = plan(select, undefined);
  const commands = [...first.commands];
  for (let count = 1; reader.at('union', 'intersect', 'except', 'minus'); count += 1) {
    if (count > UNIONS_MAX) reader.fail(`A query has ${UNIONS_MAX} UNIONs at most.`);
    const { start } = reader.peek().span;
    if (!reader.accept('union')) reader.fail('Of the set operators there is UNION only.');
    const all = reader.accept('all') !== undefined;
    reader.accept('distinct');
    const other = parseSelect(reader, nested);
    const span = { start, end: reader.offset };
    const query: Query = { commands: plan(other, undefined).commands, span: other.span };
    commands.push(...unionNodes(query, all, span));
  }
  const { orderBy, limit, offset, span } = parseTail(reader);
  if (orderBy.length > 0) {
    const wrong = orderBy.find(
      ({ expression }) => expression.kind !== 'field' || !first.columns.includes(expression.name),
    );
    if (wrong)
      throw new MalformedQuery('Behind UNION, ORDER BY names columns of the first SELECT.', wrong.expression.span);
    const order: OrderNode = { command: 'order', keys: orderBy, span };
    commands.push(order);
  }
  if (limit !== undefined) {
    const slice: SliceNode = { command: 'slice', count: limit, skipped: offset, span };
    commands.push(slice);
  }
  return { commands, columns: first.columns };
}

function unionNodes(query: Query, all: boolean, span: UnionNode['span']): CommandNode[] {
  const union: UnionNode = { command: 'union', query, span };
  const distinct: DistinctNode = { command: 'distinct', names: undefined, count: 1, lacking: 'value', span };
  return all ? [union] : [union, distinct];
}
