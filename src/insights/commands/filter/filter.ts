import { asCondition } from '../../compile/typed.ts';
import { type CommandNode, type Expression, parseExpression } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface FilterNode extends CommandNode {
  readonly condition: Expression;
}

/** `filter condition` (or `where`): keeps the rows for which it holds. */
export const filter = defineCommand<FilterNode>({
  names: ['filter', 'where'],
  parse: (reader, start, context) => {
    const condition = parseExpression(reader, context);
    return { command: 'filter', condition, span: { start, end: reader.offset } };
  },
  compile: ({ condition }, input, context) => {
    const sql = asCondition(context.expression(condition, input));
    return { ...input, from: context.stage(`SELECT * FROM ${input.from} WHERE ifNull(${sql}, 0)`) };
  },
});
