import { NEWEST_FIRST } from '../../compile/order.ts';
import type { Column } from '../../compile/relation.ts';
import type { CommandNode, Expression } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';
import { asColumn } from './shown.ts';

export interface ProjectNode extends CommandNode {
  readonly command: 'project';
  readonly items: readonly { readonly name: string; readonly expression: Expression }[];
}

/** Rows of just these columns: what stood in the rows before cannot be named any more. */
export const project = defineStep<ProjectNode>({
  name: 'project',
  compile: ({ items }, input, context) => {
    const values = items.map(({ name, expression }) => ({
      name,
      value: asColumn(context.expression(expression, input)),
    }));
    const { from, made } = context.extended(input, values);
    const columns = new Map<string, Column>();
    for (const { name } of items) {
      const column = made.get(name);
      if (column) columns.set(name, column);
    }
    return {
      from,
      made: columns,
      events: undefined,
      shown: [...columns.keys()],
      displayed: true,
      order: input.order ?? (input.events ? NEWEST_FIRST : undefined),
      limit: input.limit,
    };
  },
});
