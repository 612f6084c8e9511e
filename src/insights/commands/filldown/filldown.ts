import { overRows } from '../../compile/rows.ts';
import type { Typed } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface FilldownNode extends CommandNode {
  /** Names; `*` at the end of one stands for any rest. None: all that is shown. */
  readonly names: readonly string[];
}

/** `filldown [field …]`: what is missing becomes what the nearest row before had. */
export const filldown = defineCommand<FilldownNode>({
  names: ['filldown'],
  parse: (reader, start) => {
    const names: string[] = [];
    while (reader.peek().kind === 'name' || reader.at('*')) {
      const name = reader.at('*') ? '' : reader.name().text;
      const { end } = { end: reader.offset };
      const wild = reader.at('*') && (name === '' || reader.peek().span.start === end);
      if (wild) reader.next();
      names.push(wild ? `${name}*` : name);
      reader.accept(',');
    }
    return { command: 'filldown', names, span: { start, end: reader.offset } };
  },
  compile: ({ names, span }, input, context) => {
    const known = input.shown ?? [];
    const wanted = names.length === 0 ? known : names.flatMap((name) => matching(name, known));
    if (wanted.length === 0) throw new MalformedQuery('filldown needs fields: name them, here or in fields.', span);
    const over = overRows(input, 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW');
    const added = [...new Set(wanted)].map((name) => {
      const value: Typed = context.field(name, input, span);
      return { name, value: { ...value, sql: `anyLast(${value.sql}) ${over}` } };
    });
    return context.extended(input, added);
  },
});

function matching(pattern: string, known: readonly string[]): readonly string[] {
  if (!pattern.endsWith('*')) return [pattern];
  return known.filter((name) => name.startsWith(pattern.slice(0, -1)));
}
