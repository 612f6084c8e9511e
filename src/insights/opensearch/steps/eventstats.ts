import { stats, type StatsNode } from '../../commands/stats/stats.ts';
import type { CommandNode, Named } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';
import { shownWith } from './shown.ts';

export interface EventstatsNode extends CommandNode {
  readonly command: 'eventstats';
  readonly items: readonly Named[];
  readonly by: readonly Named[];
}

/** What `stats` would give for a row's group, beside the row. */
export const eventstats = defineStep<EventstatsNode>({
  name: 'eventstats',
  compile: ({ items, by, span }, input, context) => {
    const node: StatsNode = { command: 'stats', items, by, span };
    const grouped = stats.compile(node, input, context);
    const keys = by.map(({ expression, name }) => ({
      own: context.newColumn(),
      sql: context.expression(expression, input).sql,
      other: context.field(name, grouped, span).sql,
    }));
    const selected = ['*', ...keys.map(({ own, sql }) => `${sql} AS ${own}`)].join(', ');
    const left = context.stage(`SELECT ${selected} FROM ${input.from}`);
    // Missing values are a group as others are.
    const matches = keys.map(({ own, other }) => `isNotDistinctFrom(${own}, ${other})`).join(' AND ');
    const how = keys.length === 0 ? `CROSS JOIN ${grouped.from}` : `LEFT ANY JOIN ${grouped.from} ON ${matches}`;
    const from = context.stage(`SELECT * FROM ${left} ${how}`);
    const made = new Map(input.made);
    for (const { name } of items) {
      const column = grouped.made.get(name);
      if (column) made.set(name, column);
    }
    return {
      ...input,
      from,
      made,
      shown: shownWith(
        input,
        items.map(({ name }) => name),
      ),
    };
  },
});
