import { overRows } from '../../compile/rows.ts';
import { MalformedQuery } from '../../errors.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

/** Rows that it looks back at most. */
const LAG_MAX = 100;

interface AutoregressNode extends CommandNode {
  readonly name: string;
  readonly as: string | undefined;
  readonly from: number;
  readonly to: number;
}

/** `autoregress field [as name] [p=N|N-M]`: the field's values of rows before, as `field_p1`, `field_p2`, … */
export const autoregress = defineCommand<AutoregressNode>({
  names: ['autoregress'],
  parse: (reader, start) => {
    const { text: name } = reader.name();
    const as = reader.accept('as') ? reader.name().text : undefined;
    let from = 1;
    let to = 1;
    if (reader.accept('p')) {
      reader.expect('=');
      const first = reader.integer();
      const last = reader.accept('-') ? reader.integer() : first;
      [from, to] = [first.value, last.value];
      if (from < 1 || to < from || to > LAG_MAX) {
        throw new MalformedQuery(`p is a number from 1 to ${LAG_MAX}, or a range of such.`, {
          ...first.span,
          end: last.span.end,
        });
      }
      if (as !== undefined && from !== to)
        throw new MalformedQuery('A name is for one p only.', { ...first.span, end: last.span.end });
    }
    return { command: 'autoregress', name, as, from, to, span: { start, end: reader.offset } };
  },
  compile: ({ name, as, from, to, span }, input, context) => {
    const value = context.field(name, input, span);
    const added = Array.from({ length: to - from + 1 }, (_, index) => {
      const lag = from + index;
      const frame = `ROWS BETWEEN ${lag} PRECEDING AND ${lag} PRECEDING`;
      return { name: as ?? `${name}_p${lag}`, value: { ...value, sql: `any(${value.sql}) ${overRows(input, frame)}` } };
    });
    const made = context.extended(input, added);
    return { ...made, shown: [...new Set([...(input.shown ?? []), ...added.map((one) => one.name)])] };
  },
});
