import type { SourceNode } from '../commands/source/source.ts';
import { MalformedQuery } from '../errors.ts';
import { parseOpenSearch } from '../opensearch/expressions.ts';
import type { JoinNode } from '../opensearch/steps/join.ts';
import type { CommandNode, TokenReader } from '../syntax/index.ts';
import type { PplContext } from './context.ts';

/** `[inner | left [outer]] join left = l, right = r on l.id = r.id `group``: one in a query. */
export function parseJoin(reader: TokenReader, start: number, context: PplContext): CommandNode[] {
  const word = reader.text.slice(start, reader.offset).toLowerCase();
  const type = word === 'left' ? 'left' : 'inner';
  if (word === 'cross') throw new MalformedQuery('A cross join is not supported.', { start, end: reader.offset });
  if (word === 'left') reader.accept('outer');
  if (word !== 'join') reader.expect('join');
  if (context.joins) throw new MalformedQuery('A query has one join at most.', { start, end: reader.offset });
  const sides = { left: 'left', right: 'right' };
  while (reader.at('left', 'right')) {
    const side = reader.name().text.toLowerCase() as 'left' | 'right';
    reader.expect('=');
    sides[side] = reader.name().text;
    reader.accept(',');
  }
  context.join(sides);
  reader.expect('on', 'where');
  const on = context.resolved(parseOpenSearch(reader, context.options()));
  if (reader.at('[')) return reader.fail('The right side of a join is a log group: a subquery is not supported.');
  const group = reader.name();
  const source: SourceNode = {
    command: 'source',
    selection: { kind: 'names', names: [group.text] },
    startMs: undefined,
    endMs: undefined,
    span: group.span,
  };
  const node: JoinNode = {
    command: 'open search join',
    type,
    right: sides.right,
    names: [],
    on,
    query: { commands: [source], span: group.span },
    span: { start, end: reader.offset },
  };
  return [node];
}
