import { stats, type StatsNode } from '../../commands/stats/stats.ts';
import { asShown } from '../../compile/typed.ts';
import type { CommandNode, Named } from '../../syntax/index.ts';
import { plainOrder } from '../order.ts';
import { defineStep } from './definition.ts';

export interface FrequentNode extends CommandNode {
  readonly command: 'frequent';
  readonly count: number;
  readonly names: readonly string[];
  /** Apart for each combination of these. */
  readonly by: readonly string[];
  readonly rarest: boolean;
}

/** No field of a user is called so. */
const COUNT = '`count';

/** The combinations of values that are there most often, or least often: how often is not shown. */
export const frequent = defineStep<FrequentNode>({
  name: 'frequent',
  compile: ({ count, names, by, rarest, span }, input, context) => {
    const fields = [...new Set([...by, ...names])];
    const named = (name: string): Named => ({
      expression: { kind: 'field', name, span },
      name,
      aliased: false,
      span,
    });
    const total: Named = {
      expression: { kind: 'call', name: 'count', args: [], star: true, span },
      name: COUNT,
      aliased: true,
      span,
    };
    const node: StatsNode = { command: 'stats', items: [total], by: fields.map(named), span };
    const grouped = stats.compile(node, input, context);
    const column = (name: string) => context.field(name, grouped, span);
    const terms = [
      { sql: column(COUNT).sql, descending: !rarest },
      ...names.flatMap((name) => plainOrder(column(name), false)),
    ];
    const over = terms
      .map(({ sql, descending }) => `${sql} ${descending ? 'DESC NULLS LAST' : 'ASC NULLS FIRST'}`)
      .join(', ');
    const partition = by.length === 0 ? '' : `PARTITION BY ${by.map((name) => asShown(column(name))).join(', ')} `;
    const rank = context.newColumn();
    const ranked = context.stage(
      `SELECT *, row_number() OVER (${partition}ORDER BY ${over}) AS ${rank} FROM ${grouped.from}`,
    );
    const from = context.stage(`SELECT * FROM ${ranked} WHERE ${rank} <= ${context.parameters.bind(count, 'UInt64')}`);
    const order = [...by.flatMap((name) => plainOrder(column(name), false)), ...terms];
    return { ...grouped, from, order, shown: fields };
  },
});
