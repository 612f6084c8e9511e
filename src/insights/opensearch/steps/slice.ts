import { LIMIT_MAX } from '../../commands/limit/limit.ts';
import { orderBy } from '../../compile/order.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';

export interface SliceNode extends CommandNode {
  readonly command: 'slice';
  readonly count: number;
  readonly skipped: number;
}

/** The first rows, after those that are skipped. */
export const slice = defineStep<SliceNode>({
  name: 'slice',
  compile: ({ count, skipped }, input, context) => {
    const bound = (value: number): string => context.parameters.bind(value, 'UInt64');
    const offset = skipped === 0 ? '' : ` OFFSET ${bound(skipped)}`;
    const from = context.stage(`SELECT * FROM ${input.from}${orderBy(input)} LIMIT ${bound(count)}${offset}`);
    return { ...input, from, limit: Math.min(count, input.limit ?? LIMIT_MAX) };
  },
});
