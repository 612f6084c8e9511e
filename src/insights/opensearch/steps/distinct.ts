import { orderBy } from '../../compile/order.ts';
import { asShown } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';

export interface DistinctNode extends CommandNode {
  readonly command: 'distinct';
  /** Undefined: all that is shown. */
  readonly names: readonly string[] | undefined;
  /** So many rows of the same values stay. */
  readonly count: number;
  /** What becomes of rows that lack one of the fields: they stay, go, or missing is a value as others are. */
  readonly lacking: 'kept' | 'dropped' | 'value';
}

/** Of the rows with the same values the first ones in the order of the rows. */
export const distinct = defineStep<DistinctNode>({
  name: 'distinct',
  compile: ({ names, count, lacking, span }, input, context) => {
    const fields = names ?? input.shown ?? ['@timestamp', '@message'];
    const values = fields.map((name) => asShown(context.field(name, input, span)));
    const rank = context.newColumn();
    const ranked = context.stage(
      `SELECT *, row_number() OVER (PARTITION BY ${values.join(', ')}${orderBy(input)}) AS ${rank} FROM ${input.from}`,
    );
    const some = `${rank} <= ${context.parameters.bind(count, 'UInt64')}`;
    const isLacking = `(${values.map((sql) => `${sql} IS NULL`).join(' OR ')})`;
    const condition = { kept: `${some} OR ${isLacking}`, dropped: `${some} AND NOT ${isLacking}`, value: some }[
      lacking
    ];
    return { ...input, from: context.stage(`SELECT * FROM ${ranked} WHERE ${condition}`) };
  },
});
