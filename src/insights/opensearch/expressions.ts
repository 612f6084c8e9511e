/**
 * Expressions of PPL and SQL, which are those of Spark: or, and, not, predicates (comparisons, between, in, like, is), ||,
 * + -, * / %, unary -, calls. What comes out is the same tree as that of Logs Insights QL; functions stand in it under names
 * of their own (`functions/opensearch`). Nesting is bounded.
 */
import type { Span } from '../errors.ts';
import type { BinaryOperator, Expression, LiteralNode, Query } from '../syntax/index.ts';
import type { Token, TokenReader } from '../syntax/index.ts';
import { parseCall } from './calls.ts';
import { likeExpression, regexExpression } from './patterns.ts';
import { callOf, followedBy, type OpenSearchOptions, parseItems } from './reading.ts';
import { asTimeLiteral } from './times.ts';

const DEPTH_MAX = 60;
/** Operators of one precedence in a row, but for `and` and `or`: each makes the tree deeper. */
const CHAIN_MAX = 100;
/** `a = b = c`: predicates of predicates. */
const PREDICATES_MAX = 3;
const COMPARISONS: Readonly<Record<string, BinaryOperator>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<>': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
/** Words that no expression begins with: they end the clause before. */
const RESERVED: readonly string[] =
  'select from where group having order limit offset union intersect except join inner left right full cross on as and or when then else end by asc desc between in like ilike rlike regexp is'.split(
    ' ',
  );

export function parseOpenSearch(reader: TokenReader, options: OpenSearchOptions, depth = 0): Expression {
  if (depth > DEPTH_MAX) return reader.fail('The expression is nested too deeply.');
  return parseChain(reader, ['or'], () => parseChain(reader, ['and'], () => parseNot(reader, options, depth + 1)));
}

function parseNot(reader: TokenReader, options: OpenSearchOptions, depth: number): Expression {
  if (depth > DEPTH_MAX) return reader.fail('The expression is nested too deeply.');
  const token = reader.accept('not', '!');
  if (!token) return parsePredicate(reader, options, depth);
  return negated(parseNot(reader, options, depth + 1), token.span.start);
}

function negated(operand: Expression, start: number): Expression {
  return { kind: 'unary', operator: 'not', operand, span: { start, end: operand.span.end } };
}

function parsePredicate(reader: TokenReader, options: OpenSearchOptions, depth: number): Expression {
  let left = parseSum(reader, options, depth);
  for (let count = 1; ; count += 1) {
    const next = parsePredicateRest(reader, left, options, depth);
    if (!next) return left;
    if (count > PREDICATES_MAX) return reader.fail('The expression is too long.');
    left = next;
  }
}

function parsePredicateRest(
  reader: TokenReader,
  left: Expression,
  options: OpenSearchOptions,
  depth: number,
): Expression | undefined {
  const { start } = left.span;
  const span = (): Span => ({ start, end: reader.offset });
  const token = reader.peek();
  const operator = token.kind === 'symbol' ? COMPARISONS[token.text] : undefined;
  if (operator) {
    reader.next();
    const right = parseSum(reader, options, depth);
    const [a, b] = asTimeLiteral(left, right);
    return { kind: 'binary', operator, left: a, right: b, span: span() };
  }
  if (reader.accept('is')) return parseIs(reader, left);
  const not = reader.at('not') && followedBy(reader, ['between', 'in', 'like', 'ilike', 'rlike', 'regexp']);
  if (not) reader.next();
  const negate = (found: Expression): Expression => (not ? negated(found, start) : found);
  if (reader.accept('between')) {
    const low = parseSum(reader, options, depth);
    reader.expect('and');
    const high = parseSum(reader, options, depth);
    const [value, least] = asTimeLiteral(left, low);
    const [, most] = asTimeLiteral(left, high);
    return negate(callOf('os:.between', [value, least, most], span()));
  }
  if (reader.accept('in')) {
    const among = parseAmong(reader, options, depth);
    return { kind: 'in', negated: not, operand: left, among, span: span() };
  }
  const like = reader.accept('like', 'ilike');
  if (like) {
    const pattern = reader.string();
    const escape = reader.accept('escape') ? reader.string().text : '\\';
    return negate(likeExpression(left, pattern, { escape, anyCase: like.text.toLowerCase() === 'ilike' }));
  }
  if (reader.accept('rlike', 'regexp')) return negate(regexExpression(left, reader.string()));
  return undefined;
}

function parseIs(reader: TokenReader, left: Expression): Expression {
  const not = reader.accept('not') !== undefined;
  const word = reader.expect('null', 'true', 'false').text.toLowerCase();
  const span = { start: left.span.start, end: reader.offset };
  const present: Expression = { kind: 'call', name: 'ispresent', args: [left], star: false, span };
  if (word === 'null') return not ? present : negated(present, span.start);
  const truth: LiteralNode = { kind: 'literal', value: word === 'true', span };
  const same: Expression = { kind: 'binary', operator: '=', left, right: truth, span };
  // `x IS TRUE` is never unknown.
  const known: Expression = {
    kind: 'call',
    name: 'coalesce',
    args: [same, { kind: 'literal', value: false, span }],
    star: false,
    span,
  };
  return not ? negated(known, span.start) : known;
}

function parseAmong(reader: TokenReader, options: OpenSearchOptions, depth: number): readonly Expression[] | Query {
  const bracket = options.language === 'PPL' ? reader.accept('[') : undefined;
  if (bracket) {
    if (!options.subquery) return reader.fail('A subquery can stand behind IN in where only.');
    const query = options.subquery(reader);
    reader.expect(']');
    return query;
  }
  reader.expect('(');
  if (reader.at('select')) {
    if (!options.subquery) return reader.fail('A subquery can stand behind IN in WHERE, and in FROM.');
    const query = options.subquery(reader);
    reader.expect(')');
    return query;
  }
  const items = parseItems(reader, () => parseOpenSearch(reader, options, depth + 1));
  reader.expect(')');
  return items;
}

function parseSum(reader: TokenReader, options: OpenSearchOptions, depth: number): Expression {
  const product = (): Expression => parseChain(reader, ['*', '/', '%'], () => parseUnary(reader, options, depth));
  let left = product();
  for (let length = 1; ; length += 1) {
    const token = reader.accept('+', '-', '||');
    if (!token) return left;
    if (length > CHAIN_MAX) return reader.fail('The expression is too long.');
    const right = product();
    const span = { start: left.span.start, end: right.span.end };
    if (token.text === '||') {
      left = { kind: 'call', name: 'os:concat', args: [left, right], star: false, span };
    } else if (right.kind === 'call' && right.name === 'os:.interval') {
      const sign: LiteralNode = { kind: 'literal', value: token.text === '-' ? -1 : 1, span };
      left = { kind: 'call', name: 'os:.shifted', args: [left, ...right.args, sign], star: false, span };
    } else {
      left = { kind: 'binary', operator: token.text as BinaryOperator, left, right, span };
    }
  }
}

/** Left-associative operators of one precedence. */
function parseChain(reader: TokenReader, operators: readonly string[], operand: () => Expression): Expression {
  let left = operand();
  for (let length = 1; ; length += 1) {
    const token = reader.accept(...operators);
    if (!token) return left;
    if (length > CHAIN_MAX && !operators.includes('and') && !operators.includes('or')) {
      return reader.fail('The expression is too long.');
    }
    const right = operand();
    const operator = token.text.toLowerCase() as BinaryOperator;
    left = { kind: 'binary', operator, left, right, span: { start: left.span.start, end: right.span.end } };
  }
}

function parseUnary(reader: TokenReader, options: OpenSearchOptions, depth: number): Expression {
  if (depth > DEPTH_MAX) return reader.fail('The expression is nested too deeply.');
  reader.accept('+');
  const token = reader.accept('-');
  if (!token) return parsePostfix(reader, options, depth);
  const operand = parseUnary(reader, options, depth + 1);
  const span = { start: token.span.start, end: operand.span.end };
  if (operand.kind === 'literal' && typeof operand.value === 'number') {
    return { kind: 'literal', value: -operand.value, span };
  }
  return { kind: 'unary', operator: '-', operand, span };
}

/** `x[0]`, counted from 0 as Spark does, and `f(x).y`. */
function parsePostfix(reader: TokenReader, options: OpenSearchOptions, depth: number): Expression {
  let object = parsePrimary(reader, options, depth);
  const path: (string | number)[] = [];
  while (reader.at('[') || (reader.at('.') && object.kind !== 'literal')) {
    if (reader.accept('.')) {
      path.push(...reader.name().text.split('.'));
      continue;
    }
    reader.expect('[');
    path.push(reader.peek().kind === 'string' ? reader.string().text : reader.integer().value);
    reader.expect(']');
  }
  if (path.length > 0) {
    object = { kind: 'access', object, path, span: { start: object.span.start, end: reader.offset } };
  }
  return object;
}

function parsePrimary(reader: TokenReader, options: OpenSearchOptions, depth: number): Expression {
  const token = reader.peek();
  const { span } = token;
  if (token.kind === 'string' || token.kind === 'number') {
    reader.next();
    return { kind: 'literal', value: token.kind === 'string' ? token.text : token.value, span };
  }
  if (token.kind === 'name') return parseWord(reader, token, options, depth);
  reader.expect('(');
  if (reader.at('select')) {
    return reader.fail('A subquery can stand in FROM and behind IN only: one that is a value is not supported.');
  }
  const inner = parseOpenSearch(reader, options, depth + 1);
  reader.expect(')');
  return inner;
}

function parseWord(
  reader: TokenReader,
  token: Token & { readonly kind: 'name' },
  options: OpenSearchOptions,
  depth: number,
): Expression {
  const { span } = token;
  const word = token.quoted ? '' : token.text.toLowerCase();
  const second = reader.peekSecond();
  const isCall = !token.quoted && second.kind === 'symbol' && second.text === '(';
  // `left(…)`, `right(…)` and `like(…)` are functions; other words of the grammar are no values.
  if (RESERVED.includes(word) && !(isCall && ['left', 'right', 'like'].includes(word))) return reader.fail();
  if (word === 'true' || word === 'false' || word === 'null') {
    reader.next();
    return { kind: 'literal', value: word === 'null' ? null : word === 'true', span };
  }
  if (isCall || (word !== '' && second.kind !== 'symbol')) {
    const special = parseCall(reader, token, options, (inner) => parseOpenSearch(inner, options, depth + 1));
    if (special) return special;
  }
  reader.next();
  return { kind: 'field', name: token.text, span };
}
