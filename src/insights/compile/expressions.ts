/**
 * Expressions to SQL.
 *
 * Conditions have three values: what compares with something missing is neither true nor false, and a filter drops it;
 * so `x != "a"` does not hold where x is missing. (Chosen; §1.4, §7.)
 */
import { MalformedQuery } from '../errors.ts';
import { functionNamed } from '../functions/index.ts';
import type { BinaryOperator, Expression, Query } from '../syntax/index.ts';
import { comparison } from './comparison.ts';
import type { CompileContext } from './context.ts';
import { durationMs } from './durations.ts';
import { jsonAccess } from './json-access.ts';
import { likeSql } from './like.ts';
import { containingValue, isTelling } from './search-terms.ts';
import type { Relation } from './relation.ts';
import { asCondition, asNumber, asShown, NULL_TEXT, type Typed, typed } from './typed.ts';

/**
 * Of one expression, characters. Some functions write an argument several times, so that what is nested deeply grows fast.
 */
const EXPRESSION_SQL_MAX = 100_000;

/**
 * @param instead what a part stands for, before it is looked at here; undefined when it is nothing special
 * @param filters whether rows for which it is null are dropped as those for which it is false are: then false may stand for null
 */
export function compileExpression(
  node: Expression,
  relation: Relation,
  context: CompileContext,
  instead: (node: Expression) => Typed | undefined = () => undefined,
  filters = false,
): Typed {
  const value = instead(node) ?? compileNode(node, relation, context, instead, filters);
  if (value.sql.length <= EXPRESSION_SQL_MAX) return value;
  throw new MalformedQuery('The expression is too large: make fields of its parts first.', node.span);
}

function compileNode(
  node: Expression,
  relation: Relation,
  context: CompileContext,
  instead: (node: Expression) => Typed | undefined,
  filters: boolean,
): Typed {
  const compile = (one: Expression): Typed => compileExpression(one, relation, context, instead);
  switch (node.kind) {
    case 'field':
      return context.field(node.name, relation, node.span);
    case 'literal':
      return literal(node.value, context);
    case 'duration':
      return { ...typed(context.parameters.number(durationMs(node)), 'number'), literal: durationMs(node) };
    case 'unary': {
      const operand = compile(node.operand);
      if (node.operator === 'not') return typed(`NOT ${asCondition(operand)}`, 'boolean');
      return typed(`(-${asNumber(operand)})`, 'number');
    }
    case 'binary':
      if (node.operator === 'and' || node.operator === 'or') {
        const parts = chainOf(node, node.operator).map((part) =>
          asCondition(compileExpression(part, relation, context, instead, filters)),
        );
        return typed(`(${parts.join(node.operator === 'and' ? ' AND ' : ' OR ')})`, 'boolean');
      }
      return narrowed(binary(node.operator, compile(node.left), compile(node.right)), node, relation, context, filters);
    case 'like': {
      const sql = likeSql(compile(node.operand), node.pattern, relation, context, compile, filters && !node.negated);
      return typed(node.negated ? `NOT ${sql}` : sql, 'boolean');
    }
    case 'in': {
      const { among } = node;
      if (!isList(among)) return inSubquery(node.negated, compile(node.operand), among, context);
      const sql = inList(compile(node.operand), among.map(compile));
      return typed(node.negated ? `NOT ${sql}` : sql, 'boolean');
    }
    case 'call': {
      const definition = functionNamed(node.name);
      if (!definition) throw new MalformedQuery(`There is no function ${node.name}.`, node.span);
      if (definition.aggregate) {
        throw new MalformedQuery(`The function ${definition.name} can be used in stats only.`, node.span);
      }
      return definition.compile(node, node.args.map(compileArgument(compile)), context, relation);
    }
    case 'access':
      return jsonAccess(compile(node.object), node.path, context);
    case 'regex':
      throw new MalformedQuery('A regular expression stands behind like, =~ or parse only.', node.span);
    case 'list':
      throw new MalformedQuery('A list stands behind in only.', node.span);
  }
}

/** `requestId = "…"`: beside the comparison, that the message has the words, which the text index finds. */
function narrowed(
  condition: Typed,
  { operator, left, right }: Extract<Expression, { kind: 'binary' }>,
  relation: Relation,
  context: CompileContext,
  filters: boolean,
): Typed {
  if (!filters || relation.gathered || operator !== '=' || left.kind !== 'field' || right.kind !== 'literal')
    return condition;
  if (typeof right.value !== 'string' || !isTelling(right.value)) return condition;
  const column = relation.events?.wordsOf(context.field(left.name, relation, left.span));
  if (column === undefined) return condition;
  return typed(`(${containingValue(right.value, context.parameters, column)} AND ${condition.sql})`, 'boolean');
}

/** Functions that take a regular expression or a period look at their nodes themselves. */
function compileArgument(compile: (node: Expression) => Typed) {
  return (node: Expression): Typed => (node.kind === 'regex' || node.kind === 'duration' ? NULL_TEXT : compile(node));
}

export function literal(value: string | number | boolean | null, { parameters }: CompileContext): Typed {
  if (value === null) return NULL_TEXT;
  if (typeof value === 'string') return { sql: parameters.text(value), kind: 'text', literal: value };
  if (typeof value === 'number') return { sql: parameters.number(value), kind: 'number', literal: value };
  return { sql: value ? '1' : '0', kind: 'boolean', literal: value };
}

function isList(among: readonly Expression[] | object): among is readonly Expression[] {
  return Array.isArray(among);
}

/** The operands of a chain such as `a or b or c`, whatever its length. */
function chainOf(node: Expression, operator: 'and' | 'or'): Expression[] {
  const parts: Expression[] = [];
  let rest = node;
  while (rest.kind === 'binary' && rest.operator === operator) {
    parts.push(rest.right);
    rest = rest.left;
  }
  return [...parts, rest].toReversed();
}

function binary(operator: Exclude<BinaryOperator, 'and' | 'or'>, left: Typed, right: Typed): Typed {
  switch (operator) {
    case '+':
    case '-':
    case '*':
      return typed(`(${asNumber(left)} ${operator} ${asNumber(right)})`, 'number');
    case '/':
    case '%': {
      // By zero there is no result, as there is none for what is missing.
      const divisor = `nullIf(${asNumber(right)}, 0)`;
      return typed(
        operator === '/' ? `(${asNumber(left)} / ${divisor})` : `modulo(${asNumber(left)}, ${divisor})`,
        'number',
      );
    }
    case '^':
      return typed(`pow(${asNumber(left)}, ${asNumber(right)})`, 'number');
    default:
      return typed(comparison(operator, left, right), 'boolean');
  }
}

/** Among what the first field of a subquery shows. It knows nothing of the rows around it. */
function inSubquery(negated: boolean, operand: Typed, query: Query, context: CompileContext): Typed {
  const relation = context.subquery(query);
  const [name = '@message'] = relation.shown ?? ['@message'];
  const value = asShown(context.field(name, relation, query.span));
  const rows = context.stage(`SELECT DISTINCT ${value} AS ${context.newColumn()} FROM ${relation.from}`);
  return typed(`(${asShown(operand)} ${negated ? 'NOT IN' : 'IN'} ${rows})`, 'boolean');
}

function inList(operand: Typed, items: readonly Typed[]): string {
  if (items.length === 0) return '0';
  return `(${items.map((item) => comparison('=', operand, item)).join(' OR ')})`;
}
