import { type CommandNode, type Expression, parseExpression, type Query } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

export interface FilterNode extends CommandNode {
  readonly condition: Expression;
}

/** `filter condition` (or `where`): keeps the rows for which it holds. */
export const filter = defineCommand<FilterNode>({
  names: ['filter', 'where'],
  parse: (reader, start, context) => {
    const condition = parseExpression(reader, context);
    return { command: 'filter', condition, span: { start, end: reader.offset } };
  },
  subqueries: ({ condition }) => subqueriesIn(condition),
  compile: ({ condition }, input, context) => {
    const sql = context.condition(condition, input);
    // Null is false here. As it stands, without a function around it, so that the engine finds what its indexes can serve.
    return { ...input, from: context.stage(`SELECT * FROM ${input.from} WHERE ${sql}`) };
  },
});

/** Pipelines behind `in`, wherever in the condition they stand. */
function subqueriesIn(node: Expression): Query[] {
  switch (node.kind) {
    case 'unary':
      return subqueriesIn(node.operand);
    case 'binary':
      return [...subqueriesIn(node.left), ...subqueriesIn(node.right)];
    case 'in':
      return 'commands' in node.among ? [node.among] : [];
    default:
      return [];
  }
}
