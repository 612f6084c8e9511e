import { MalformedQuery } from '../../errors.ts';
import { asShown } from '../../compile/typed.ts';
import type { Column } from '../../compile/relation.ts';
import type { CommandNode, Query } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';

export interface UnionNode extends CommandNode {
  readonly command: 'union';
  readonly query: Query;
}

/** The rows of both, with the names of the first: what stands at the same place is the same column. */
export const union = defineStep<UnionNode>({
  name: 'union',
  subqueries: ({ query }) => [query],
  compile: ({ query, span }, input, context) => {
    const other = context.subquery(query);
    const [names, theirs] = [input.shown ?? [], other.shown ?? []];
    if (names.length !== theirs.length) throw new MalformedQuery('Both sides of UNION have as many columns.', span);
    const columns = names.map((name, index) => {
      const [a, b] = [context.field(name, input, span), context.field(theirs[index] ?? '', other, span)];
      const same = a.kind === b.kind;
      const column: Column = { name, sql: context.newColumn(), kind: same ? a.kind : 'any' };
      return { column, a: same ? a.sql : asShown(a), b: same ? b.sql : asShown(b) };
    });
    const ours = columns.map(({ a, column }) => `${a} AS ${column.sql}`).join(', ');
    const others = columns.map(({ b, column }) => `${b} AS ${column.sql}`).join(', ');
    const from = context.stage(`SELECT ${ours} FROM ${input.from} UNION ALL SELECT ${others} FROM ${other.from}`);
    const made = new Map(columns.map(({ column }) => [column.name, column]));
    return { ...input, from, made, events: undefined, shown: names, order: undefined, limit: undefined };
  },
});
