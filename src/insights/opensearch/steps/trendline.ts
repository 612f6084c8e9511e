import { overRows } from '../../compile/rows.ts';
import { asNumber, typed } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';
import { shownWith } from './shown.ts';

export interface TrendlineNode extends CommandNode {
  readonly command: 'trendline';
  readonly items: readonly { readonly points: number; readonly field: string; readonly name: string }[];
}

/** The average of a row's value and those of the rows before it; none while there are too few rows. */
export const trendline = defineStep<TrendlineNode>({
  name: 'trendline',
  compile: ({ items, span }, input, context) => {
    const added = items.map(({ points, field, name }) => {
      const value = asNumber(context.field(field, input, span));
      // A frame takes no parameter; the number was checked when it was read.
      const over = overRows(input, `ROWS BETWEEN ${points - 1} PRECEDING AND CURRENT ROW`);
      return { name, value: typed(`if(count(${value}) ${over} < ${points}, NULL, avg(${value}) ${over})`, 'number') };
    });
    return {
      ...context.extended(input, added),
      shown: shownWith(
        input,
        items.map(({ name }) => name),
      ),
    };
  },
});
