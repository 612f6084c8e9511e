import { overRows } from '../../compile/rows.ts';
import { asNumber, typed } from '../../compile/typed.ts';
import type { CommandNode } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface AccumNode extends CommandNode {
  readonly name: string;
  readonly as: string;
}

/** `accum field [as name]`: the sum of the field from the first row to this one. */
export const accum = defineCommand<AccumNode>({
  names: ['accum'],
  parse: (reader, start) => {
    const { text: name } = reader.name();
    const as = reader.accept('as') ? reader.name().text : name;
    return { command: 'accum', name, as, span: { start, end: reader.offset } };
  },
  compile: ({ name, as, span }, input, context) => {
    const number = asNumber(context.field(name, input, span));
    const over = overRows(input, 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW');
    const made = context.extended(input, [{ name: as, value: typed(`sumOrNull(${number}) ${over}`, 'number') }]);
    return { ...made, shown: [...new Set([...(input.shown ?? []), as])] };
  },
});
