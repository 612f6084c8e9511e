import type { CompileContext } from '../../compile/context.ts';
import type { Column, Relation } from '../../compile/relation.ts';
import { asCondition, asShown } from '../../compile/typed.ts';
import type { CommandNode, Expression, Query } from '../../syntax/index.ts';
import { conjuncts, fieldsIn } from '../rewrite.ts';
import { defineStep } from './definition.ts';

export interface JoinNode extends CommandNode {
  readonly command: 'open search join';
  readonly type: 'inner' | 'left';
  /** What the fields of the right side are called, before the dot. */
  readonly right: string;
  /** The fields of the right side that the query reads, without that name. */
  readonly names: readonly string[];
  readonly on: Expression;
  readonly query: Query;
}

/** Each row of the left side with each row of the right side for which the condition holds; with `left` also without one. */
export const join = defineStep<JoinNode>({
  name: 'open search join',
  subqueries: ({ query }) => [query],
  compile: ({ type, right, names, on, query, span }, input, context) => {
    const other = context.subquery(query);
    const made = new Map(input.made);
    const selected = names.map((name) => {
      const { sql, kind } = context.field(name, other, span);
      const column: Column = { name: `${right}.${name}`, sql: context.newColumn(), kind };
      made.set(column.name, column);
      return `toNullable(${sql}) AS ${column.sql}`;
    });
    const joined: Relation = { ...input, made };
    const isRight = (name: string): boolean => name.startsWith(`${right}.`);
    const parts = conjuncts(on).map((part) => conditionOf(part, joined, isRight, context));
    const keyed = parts.some(({ keyed: is }) => is);
    // The engine joins by an equality at least; where the query has none, every row has the same key.
    const [ours, theirs] = [context.newColumn(), context.newColumn()];
    const rightFrom = context.stage(`SELECT ${[...selected, `1 AS ${theirs}`].join(', ')} FROM ${other.from}`);
    const leftFrom = keyed ? input.from : context.stage(`SELECT *, 1 AS ${ours} FROM ${input.from}`);
    const conditions = [...(keyed ? [] : [`${ours} = ${theirs}`]), ...parts.map(({ sql }) => sql)].join(' AND ');
    const how = type === 'left' ? 'LEFT JOIN' : 'INNER JOIN';
    return { ...joined, from: context.stage(`SELECT * FROM ${leftFrom} ${how} ${rightFrom} ON ${conditions}`) };
  },
});

/** An equality between the sides compares what is shown: 5 and "5" are the same. */
function conditionOf(
  part: Expression,
  joined: Relation,
  isRight: (name: string) => boolean,
  context: CompileContext,
): { readonly sql: string; readonly keyed: boolean } {
  if (part.kind === 'binary' && part.operator === '=') {
    const sides = [part.left, part.right].map((one) => fieldsIn(one).map(({ name }) => isRight(name)));
    const apart = sides.every((side) => side.length > 0) && sides.flat().some(Boolean);
    const clean = sides.every((side) => new Set(side).size === 1) && sides[0]?.[0] !== sides[1]?.[0];
    if (apart && clean) {
      const [a, b] = [part.left, part.right].map((one) => asShown(context.expression(one, joined)));
      return { sql: `${a} = ${b}`, keyed: true };
    }
  }
  return { sql: `ifNull(${asCondition(context.expression(part, joined))}, 0)`, keyed: false };
}
