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
    const conditions = conjuncts(on).map((part) => conditionOf(part, joined, isRight, context));
    // The engine joins by an equality at least, and the query may have none: every row has the same key besides.
    const [ours, theirs] = [context.newColumn(), context.newColumn()];
    const rightFrom = context.stage(`SELECT ${[...selected, `1 AS ${theirs}`].join(', ')} FROM ${other.from}`);
    const leftFrom = context.stage(`SELECT *, 1 AS ${ours} FROM ${input.from}`);
    const matches = [`${ours} = ${theirs}`, ...conditions].join(' AND ');
    const how = type === 'left' ? 'LEFT JOIN' : 'INNER JOIN';
    return { ...joined, from: context.stage(`SELECT * FROM ${leftFrom} ${how} ${rightFrom} ON ${matches}`) };
  },
});

/** An equality between the sides compares what is shown: 5 and "5" are the same. */
function conditionOf(
  part: Expression,
  joined: Relation,
  isRight: (name: string) => boolean,
  context: CompileContext,
): string {
  if (part.kind === 'binary' && part.operator === '=') {
    const sides = [part.left, part.right].map((one) => fieldsIn(one).map(({ name }) => isRight(name)));
    const apart = sides.every((side) => side.length > 0) && sides.flat().some(Boolean);
    const clean = sides.every((side) => new Set(side).size === 1) && sides[0]?.[0] !== sides[1]?.[0];
    if (apart && clean) {
      const [a, b] = [part.left, part.right].map((one) => asShown(context.expression(one, joined)));
      return `${a} = ${b}`;
    }
  }
  return `ifNull(${asCondition(context.expression(part, joined))}, 0)`;
}
