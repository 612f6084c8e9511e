/** SELECT … FROM … [JOIN … ON …] [WHERE …] [GROUP BY …] [HAVING …], and ORDER BY, LIMIT, OFFSET behind it. */
import { LIMIT_MAX } from '../commands/limit/limit.ts';
import { MalformedQuery } from '../errors.ts';
import { parseOpenSearch } from '../opensearch/expressions.ts';
import { type OpenSearchOptions, parseItems } from '../opensearch/reading.ts';
import type { OrderKey } from '../opensearch/steps/order.ts';
import type { WindowItem } from '../opensearch/steps/window.ts';
import type { Expression, Query, TokenReader } from '../syntax/index.ts';
import { parseAlias } from './alias.ts';
import { parseJoin, type ParseNested, parseTable } from './from.ts';
import { parseOver } from './over.ts';
import type { Select, SelectItem, StarItem, Tail } from './statement.ts';

export function parseSelect(reader: TokenReader, nested: ParseNested): Select {
  const { start } = reader.expect('select').span;
  const windows: WindowItem[] = [];
  const options: OpenSearchOptions = {
    language: 'SQL',
    over: (inner, call) => parseOver(inner, call, windows, () => parseOrderKeys(inner, options)),
  };
  const distinct = reader.accept('distinct') !== undefined;
  if (!distinct) reader.accept('all');
  const items = parseItems(reader, () => parseItem(reader, options));
  reader.expect('from');
  const from = parseTable(reader, nested);
  const join = parseJoin(reader, nested, () => parseOpenSearch(reader, { language: 'SQL' }));
  const subquery = (inner: TokenReader): Query => {
    const { span } = inner.peek();
    const { commands } = nested(inner);
    return { commands, span: { start: span.start, end: inner.offset } };
  };
  const where = reader.accept('where') ? parseOpenSearch(reader, { language: 'SQL', subquery }) : undefined;
  const groupBy = reader.accept('group') ? parseGroupBy(reader) : [];
  const having = reader.accept('having') ? parseOpenSearch(reader, { language: 'SQL' }) : undefined;
  const span = { start, end: reader.offset };
  return { distinct, items, from, join, where, groupBy, having, windows, span };
}

function parseItem(reader: TokenReader, options: OpenSearchOptions): SelectItem | StarItem {
  const token = reader.peek();
  const { start } = token.span;
  const second = reader.peekSecond();
  if (reader.accept('*')) return { star: true, table: undefined, span: token.span };
  if (token.kind === 'name' && second.kind === 'symbol' && second.text === '.') {
    const after = reader.text.slice(second.span.end).trimStart();
    if (after.startsWith('*')) {
      reader.next();
      reader.next();
      reader.expect('*');
      return { star: true, table: token.text, span: { start, end: reader.offset } };
    }
  }
  const expression = parseOpenSearch(reader, options);
  const text = reader.textFrom(start);
  const alias = parseAlias(reader);
  return { expression, alias, text, span: { start, end: reader.offset } };
}

function parseGroupBy(reader: TokenReader): Expression[] {
  reader.expect('by');
  const keys = parseItems(reader, () => parseOpenSearch(reader, { language: 'SQL' }));
  if (reader.at('with')) reader.fail('ROLLUP and CUBE are not supported.');
  return keys;
}

export function parseTail(reader: TokenReader): Tail {
  const { start } = reader.peek().span;
  let orderBy: OrderKey[] = [];
  if (reader.accept('order', 'sort')) {
    reader.expect('by');
    orderBy = parseOrderKeys(reader, { language: 'SQL' });
  }
  let limit: number | undefined;
  let offset: number | undefined;
  if (reader.accept('limit')) limit = parseCount(reader, 1);
  const word = reader.accept('offset');
  if (word) {
    offset = parseCount(reader, 0);
    if (limit === undefined) throw new MalformedQuery('OFFSET stands behind a LIMIT.', word.span);
  }
  return { orderBy, limit, offset: offset ?? 0, span: { start, end: reader.offset } };
}

function parseOrderKeys(reader: TokenReader, options: OpenSearchOptions): OrderKey[] {
  return parseItems(reader, () => {
    const expression = parseOpenSearch(reader, options);
    const descending = reader.accept('desc') !== undefined;
    if (!descending) reader.accept('asc');
    const nulls = reader.accept('nulls')
      ? (reader.expect('first', 'last').text.toLowerCase() as 'first' | 'last')
      : undefined;
    return { expression, descending, nulls };
  });
}

function parseCount(reader: TokenReader, least: number): number {
  const { value, span } = reader.integer();
  if (value >= least && value <= LIMIT_MAX) return value;
  throw new MalformedQuery(`A number from ${least} to ${LIMIT_MAX} is needed here.`, span);
}
