import { NEWEST_FIRST } from '../../compile/order.ts';
import type { CommandNode, Expression } from '../../syntax/index.ts';
import { plainOrder } from '../order.ts';
import { defineStep } from './definition.ts';

export interface OrderKey {
  readonly expression: Expression;
  readonly descending: boolean;
  /** NULLS FIRST or LAST, where it is said; else missing values are the least. */
  readonly nulls?: 'first' | 'last' | undefined;
}

export interface OrderNode extends CommandNode {
  readonly command: 'order';
  readonly keys: readonly OrderKey[];
}

/** The order of the rows, by expressions. */
export const order = defineStep<OrderNode>({
  name: 'order',
  compile: ({ keys }, input, context) => {
    const terms = keys.flatMap(({ expression, descending, nulls }) => {
      const value = context.expression(expression, input);
      const plain = plainOrder(value, descending);
      return nulls ? [{ sql: `(${value.sql} IS NULL)`, descending: nulls === 'first' }, ...plain] : plain;
    });
    // Rows that are equal here stay in the order in which they were: the same query gives the same rows.
    return { ...input, order: [...terms, ...(input.order ?? (input.events ? NEWEST_FIRST : []))] };
  },
});
