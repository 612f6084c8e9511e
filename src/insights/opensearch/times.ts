/** Times that are written as texts. */
import type { Expression } from '../syntax/index.ts';

const TIME_FIELD = /(?:^|\.)@(?:timestamp|ingestionTime)$/;

/** `@timestamp > '2026-01-01'` compares times: the text is one, too, as Spark takes it. */
export function asTimeLiteral(left: Expression, right: Expression): [Expression, Expression] {
  if (isTimeField(left) && isText(right)) return [left, timeOf(right)];
  if (isTimeField(right) && isText(left)) return [timeOf(left), right];
  return [left, right];
}

function isTimeField(node: Expression): boolean {
  return node.kind === 'field' && TIME_FIELD.test(node.name);
}

function isText(node: Expression): boolean {
  return node.kind === 'literal' && typeof node.value === 'string';
}

function timeOf(node: Expression): Expression {
  return { kind: 'call', name: 'os:timestamp', args: [node], star: false, span: node.span };
}
