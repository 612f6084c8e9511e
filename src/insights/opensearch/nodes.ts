import type { FilterNode } from '../commands/filter/filter.ts';
import type { Expression } from '../syntax/index.ts';

/** The rows for which a condition holds. */
export function filterNode(condition: Expression): FilterNode {
  return { command: 'filter', condition, span: condition.span };
}
