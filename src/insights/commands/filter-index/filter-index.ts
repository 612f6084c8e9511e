import { asCondition } from '../../compile/typed.ts';
import { MalformedQuery } from '../../errors.ts';
import { type CommandNode, type Expression, parseExpression } from '../../syntax/index.ts';
import { defineCommand } from '../definition.ts';

interface FilterIndexNode extends CommandNode {
  readonly condition: Expression;
}

/**
 * `filterIndex field = "value"` or `field in [...]`, joined by `and`. AWS skips what has no index of the field; here every
 * scalar field is a column of its own, so it is a filter.
 */
export const filterIndex = defineCommand<FilterIndexNode>({
  names: ['filterindex'],
  parse: (reader, start) => {
    const condition = parseExpression(reader);
    checkForm(condition);
    return { command: 'filterindex', condition, span: { start, end: reader.offset } };
  },
  compile: ({ condition }, input, context) => {
    const sql = asCondition(context.expression(condition, input));
    return { ...input, from: context.stage(`SELECT * FROM ${input.from} WHERE ifNull(${sql}, 0)`) };
  },
});

function checkForm(node: Expression): void {
  if (node.kind === 'binary' && node.operator === 'and') {
    checkForm(node.left);
    checkForm(node.right);
    return;
  }
  const isEqual = node.kind === 'binary' && node.operator === '=' && node.left.kind === 'field';
  const isIn = node.kind === 'in' && !node.negated && node.operand.kind === 'field';
  if (isEqual || isIn) return;
  throw new MalformedQuery('filterIndex takes field = value and field in [values], joined by and.', node.span);
}
