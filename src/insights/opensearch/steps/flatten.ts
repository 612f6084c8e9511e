import { asShown, typed } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';
import { shownWith } from './shown.ts';

export interface FlattenNode extends CommandNode {
  readonly command: 'flatten';
  readonly field: string;
  readonly names: readonly string[];
}

/** The values of a map, in the order in which they stand there, as fields of their own. */
export const flatten = defineStep<FlattenNode>({
  name: 'flatten',
  compile: ({ field, names, span }, input, context) => {
    const pairs = context.newColumn();
    const text = `ifNull(${asShown(context.field(field, input, span))}, '')`;
    const from = context.stage(`SELECT *, JSONExtractKeysAndValuesRaw(${text}) AS ${pairs} FROM ${input.from}`);
    const added = names.map((name, index) => {
      const raw = `${pairs}[${index + 1}].2`;
      const value = `multiIf(JSONType(${raw}) = 'String', JSONExtractString(${raw}), JSONType(${raw}) IN ('Null', ''), NULL, ${raw})`;
      return { name, value: typed(`if(length(${pairs}) < ${index + 1}, NULL, ${value})`, 'any') };
    });
    return { ...context.extended({ ...input, from }, added), shown: shownWith(input, names) };
  },
});
