/** Trees of expressions, walked and made anew. */
import type { Expression, FieldNode } from '../syntax/index.ts';

/** The parts that `and` joins. */
export function conjuncts(node: Expression): Expression[] {
  if (node.kind !== 'binary' || node.operator !== 'and') return [node];
  return [...conjuncts(node.left), ...conjuncts(node.right)];
}

/** The parts of a node, not those of subqueries. */
export function partsOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'like':
      return [node.operand, node.pattern];
    case 'in':
      return [node.operand, ...('commands' in node.among ? [] : node.among)];
    case 'call':
      return node.args;
    case 'access':
      return [node.object];
    case 'list':
      return node.items;
    default:
      return [];
  }
}

/** All fields of an expression. */
export function fieldsIn(node: Expression): FieldNode[] {
  return node.kind === 'field' ? [node] : partsOf(node).flatMap(fieldsIn);
}

/** @param instead what a part becomes; undefined when only its own parts may change */
export function rewritten(node: Expression, instead: (node: Expression) => Expression | undefined): Expression {
  const other = instead(node);
  if (other) return other;
  const inner = (part: Expression): Expression => rewritten(part, instead);
  switch (node.kind) {
    case 'unary':
      return { ...node, operand: inner(node.operand) };
    case 'binary':
      return { ...node, left: inner(node.left), right: inner(node.right) };
    case 'like':
      return { ...node, operand: inner(node.operand), pattern: inner(node.pattern) };
    case 'in':
      return {
        ...node,
        operand: inner(node.operand),
        among: 'commands' in node.among ? node.among : node.among.map(inner),
      };
    case 'call':
      return { ...node, args: node.args.map(inner) };
    case 'access':
      return { ...node, object: inner(node.object) };
    case 'list':
      return { ...node, items: node.items.map(inner) };
    default:
      return node;
  }
}

/** Whether two expressions say the same, wherever they stand. */
export function sameExpression(a: Expression, b: Expression): boolean {
  return a.kind === b.kind && saying(a) === saying(b);
}

/** What an expression says, the same for all that say the same. */
export function saying(node: Expression): string {
  return JSON.stringify(node, (key, value: unknown) => (key === 'span' ? undefined : value));
}
