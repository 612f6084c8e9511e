import type { CommandNode, Expression } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';
import { asColumn, shownWith } from './shown.ts';

export interface AssignNode extends CommandNode {
  readonly command: 'assign';
  readonly items: readonly { readonly name: string; readonly expression: Expression }[];
}

/** Makes fields, one after the other: each may use those before it, and may take the name of one that is there. */
export const assign = defineStep<AssignNode>({
  name: 'assign',
  compile: ({ items }, input, context) => {
    const names = items.map(({ name }) => name);
    const made = items.reduce(
      (relation, { name, expression }) =>
        context.extended(relation, [{ name, value: asColumn(context.expression(expression, relation)) }]),
      input,
    );
    return { ...made, shown: shownWith(input, names) };
  },
});
