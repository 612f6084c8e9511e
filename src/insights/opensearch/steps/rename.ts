import type { Column } from '../../compile/relation.ts';
import { NULL_TEXT } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineStep } from './definition.ts';

export interface RenameNode extends CommandNode {
  readonly command: 'rename';
  readonly pairs: readonly { readonly from: string; readonly to: string }[];
}

/** Gives fields other names, all at once; the old names are gone. */
export const rename = defineStep<RenameNode>({
  name: 'rename',
  compile: ({ pairs, span }, input, context) => {
    const columns = pairs.map(({ from, to }): Column => {
      const { sql, kind } = context.field(from, input, span);
      return { name: to, sql, kind };
    });
    const made = new Map(input.made);
    for (const { from } of pairs) made.set(from, { name: from, sql: NULL_TEXT.sql, kind: 'any' });
    for (const column of columns) made.set(column.name, column);
    const other = new Map(pairs.map(({ from, to }) => [from, to]));
    const known = input.shown ?? ['@timestamp', '@message'];
    const shown = known.map((name) => other.get(name) ?? name);
    return { ...input, made, shown: [...new Set([...shown, ...pairs.map(({ to }) => to)])] };
  },
});
