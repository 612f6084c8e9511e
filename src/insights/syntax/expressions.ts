/**
 * Expressions, by precedence climbing: or, and, not, comparisons (also like, =~, in), + -, * / %, unary -, ^, calls.
 * Nesting is bounded, so that no text can exhaust the stack.
 */
import { MalformedQuery } from '../errors.ts';
import type { BinaryOperator, DurationNode, DurationUnit, Expression, Named, Query } from './ast.ts';
import type { TokenReader } from './reader.ts';
import type { Token } from './tokens.ts';

const DEPTH_MAX = 100;
/** Operators of one precedence in a row. */
const CHAIN_MAX = 100;
const COMPARISONS: Readonly<Record<string, BinaryOperator>> = {
  '=': '=',
  '==': '=',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

export interface ExpressionOptions {
  /** Parses the pipeline of a subquery up to the closing bracket; absent where none is allowed. */
  readonly subquery?: (reader: TokenReader) => Query;
}

export function parseExpression(reader: TokenReader, options: ExpressionOptions = {}, depth = 0): Expression {
  if (depth > DEPTH_MAX) return reader.fail('The expression is nested too deeply.');
  return parseChain(reader, ['or'], () => parseAnd(reader, options, depth + 1));
}

/** An expression and, behind `as`, its name; else its own text is its name. */
export function parseNamed(reader: TokenReader, options: ExpressionOptions = {}): Named {
  const { start } = reader.peek().span;
  const expression = parseExpression(reader, options);
  const text = expression.kind === 'field' ? expression.name : reader.textFrom(start);
  if (!reader.accept('as')) return { expression, name: text, aliased: false, span: { start, end: reader.offset } };
  const { text: name } = reader.name();
  return { expression, name, aliased: true, span: { start, end: reader.offset } };
}

/** Items with commas between. */
export function parseList<T>(reader: TokenReader, item: () => T): T[] {
  const items = [item()];
  while (reader.accept(',')) items.push(item());
  return items;
}

function parseAnd(reader: TokenReader, options: ExpressionOptions, depth: number): Expression {
  return parseChain(reader, ['and'], () => parseNot(reader, options, depth));
}

function parseNot(reader: TokenReader, options: ExpressionOptions, depth: number): Expression {
  if (depth > DEPTH_MAX) return reader.fail('The expression is nested too deeply.');
  const token = reader.accept('not', '!');
  if (!token) return parseComparison(reader, options, depth);
  const operand = parseNot(reader, options, depth + 1);
  return { kind: 'unary', operator: 'not', operand, span: { start: token.span.start, end: operand.span.end } };
}

function parseComparison(reader: TokenReader, options: ExpressionOptions, depth: number): Expression {
  let left = parseSum(reader, options, depth);
  for (let length = 1; ; length += 1) {
    if (length > CHAIN_MAX) return reader.fail('The expression is too long.');
    const { start } = left.span;
    const token = reader.peek();
    const operator = token.kind === 'symbol' ? COMPARISONS[token.text] : undefined;
    if (operator) {
      reader.next();
      const right = parseSum(reader, options, depth);
      left = { kind: 'binary', operator, left, right, span: { start, end: right.span.end } };
      continue;
    }
    const negated = reader.at('not') && isLikeOrIn(reader.peekSecond());
    if (negated) reader.next();
    if (reader.accept('like', '=~')) {
      const pattern = parsePattern(reader, options, depth);
      left = { kind: 'like', negated, operand: left, pattern, span: { start, end: reader.offset } };
    } else if (reader.accept('in')) {
      const among = parseAmong(reader, options, depth);
      left = { kind: 'in', negated, operand: left, among, span: { start, end: reader.offset } };
    } else {
      return left;
    }
  }
}

function isLikeOrIn(token: Token): boolean {
  return token.kind === 'name' && !token.quoted && ['like', 'in'].includes(token.text.toLowerCase());
}

function parsePattern(reader: TokenReader, options: ExpressionOptions, depth: number): Expression {
  const regex = reader.regex();
  if (regex) return { kind: 'regex', ...regex };
  return parseSum(reader, options, depth);
}

function parseAmong(reader: TokenReader, options: ExpressionOptions, depth: number): readonly Expression[] | Query {
  if (reader.accept('[')) {
    const items = reader.at(']') ? [] : parseList(reader, () => parseExpression(reader, options, depth + 1));
    reader.expect(']');
    return items;
  }
  reader.expect('(');
  if (reader.at('source') && options.subquery) {
    const query = options.subquery(reader);
    reader.expect(')');
    return query;
  }
  const items = parseList(reader, () => parseExpression(reader, options, depth + 1));
  reader.expect(')');
  return items;
}

function parseSum(reader: TokenReader, options: ExpressionOptions, depth: number): Expression {
  return parseChain(reader, ['+', '-'], () =>
    parseChain(reader, ['*', '/', '%'], () => parseUnary(reader, options, depth)),
  );
}

/** Left-associative operators of one precedence. */
function parseChain(reader: TokenReader, operators: readonly string[], operand: () => Expression): Expression {
  let left = operand();
  for (let length = 1; ; length += 1) {
    const token = reader.accept(...operators);
    if (!token) return left;
    // Conditions are put side by side when they are compiled; of others each is nested in the next.
    if (length > CHAIN_MAX && !operators.includes('or') && !operators.includes('and')) {
      return reader.fail('The expression is too long.');
    }
    const right = operand();
    const operator = token.text.toLowerCase() as BinaryOperator;
    left = { kind: 'binary', operator, left, right, span: { start: left.span.start, end: right.span.end } };
  }
}

function parseUnary(reader: TokenReader, options: ExpressionOptions, depth: number): Expression {
  if (depth > DEPTH_MAX) return reader.fail('The expression is nested too deeply.');
  const minus = reader.accept('-');
  if (minus) {
    const operand = parseUnary(reader, options, depth + 1);
    const span = { start: minus.span.start, end: operand.span.end };
    if (operand.kind === 'literal' && typeof operand.value === 'number') {
      return { kind: 'literal', value: -operand.value, span };
    }
    return { kind: 'unary', operator: '-', operand, span };
  }
  const base = parsePostfix(reader, options, depth);
  if (!reader.accept('^')) return base;
  const right = parseUnary(reader, options, depth + 1);
  return { kind: 'binary', operator: '^', left: base, right, span: { start: base.span.start, end: right.span.end } };
}

function parsePostfix(reader: TokenReader, options: ExpressionOptions, depth: number): Expression {
  let object = parsePrimary(reader, options, depth);
  while (reader.at('[') && (object.kind === 'field' || object.kind === 'access' || object.kind === 'call')) {
    reader.next();
    const key = reader.peek();
    const step = key.kind === 'string' ? reader.string().text : reader.integer().value;
    reader.expect(']');
    const path = [step, ...parseDottedRest(reader)];
    const span = { start: object.span.start, end: reader.offset };
    object =
      object.kind === 'access'
        ? { kind: 'access', object: object.object, path: [...object.path, ...path], span }
        : { kind: 'access', object, path, span };
  }
  return object;
}

/** `.a.b` right behind a bracket. */
function parseDottedRest(reader: TokenReader): (string | number)[] {
  const path: (string | number)[] = [];
  while (reader.accept('.')) path.push(...reader.name().text.split('.').map(stepOf));
  return path;
}

function stepOf(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function parsePrimary(reader: TokenReader, options: ExpressionOptions, depth: number): Expression {
  const token = reader.peek();
  const { span } = token;
  switch (token.kind) {
    case 'string':
      reader.next();
      return { kind: 'literal', value: token.text, span };
    case 'number':
      reader.next();
      return { kind: 'literal', value: token.value, span };
    case 'duration':
      reader.next();
      return { kind: 'duration', value: token.value, unit: unitOf(token), text: token.text, span };
    case 'name':
      return parseNameOrCall(reader, token, options, depth);
    default:
      break;
  }
  if (reader.accept('(')) {
    const inner = parseExpression(reader, options, depth + 1);
    reader.expect(')');
    return inner;
  }
  if (reader.accept('[')) {
    const items = reader.at(']') ? [] : parseList(reader, () => parseExpression(reader, options, depth + 1));
    reader.expect(']');
    return { kind: 'list', items, span: { start: span.start, end: reader.offset } };
  }
  const regex = reader.regex();
  return regex ? { kind: 'regex', ...regex } : reader.fail();
}

function parseNameOrCall(
  reader: TokenReader,
  token: Token & { readonly kind: 'name' },
  options: ExpressionOptions,
  depth: number,
): Expression {
  reader.next();
  const { span } = token;
  if (!token.quoted && reader.at('(')) return parseCall(reader, token, options, depth);
  const word = token.quoted ? '' : token.text.toLowerCase();
  if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true', span };
  if (word === 'null') return { kind: 'literal', value: null, span };
  return { kind: 'field', name: token.text, span };
}

function parseCall(
  reader: TokenReader,
  token: Token & { readonly kind: 'name' },
  options: ExpressionOptions,
  depth: number,
): Expression {
  reader.expect('(');
  const star = reader.at('*') && reader.accept('*') !== undefined;
  const args = star || reader.at(')') ? [] : parseList(reader, () => parseExpression(reader, options, depth + 1));
  reader.expect(')');
  const name = token.text.toLowerCase();
  const offset = name === 'bin' && reader.accept('offset') ? parseOffset(reader) : undefined;
  const span = { start: token.span.start, end: reader.offset };
  return { kind: 'call', name, args, star, span, ...(offset && { offset }) };
}

function parseOffset(reader: TokenReader): DurationNode {
  const minus = reader.accept('-');
  const token = reader.peek();
  if (token.kind !== 'duration') return reader.fail('A period such as 5m is needed here.');
  reader.next();
  const value = minus ? -token.value : token.value;
  return { kind: 'duration', value, unit: unitOf(token), text: token.text, span: token.span };
}

const UNITS: readonly (readonly [DurationUnit, RegExp])[] = [
  ['ms', /^(?:ms|msecs?|milliseconds?)$/i],
  ['mo', /^(?:mo|mons?|months?)$/i],
  ['s', /^(?:s|secs?|seconds?)$/i],
  ['m', /^(?:m|mins?|minutes?)$/i],
  ['h', /^(?:h|hrs?|hours?)$/i],
  ['d', /^(?:d|days?)$/i],
  ['w', /^(?:w|weeks?)$/i],
  ['q', /^(?:q|qtrs?|quarters?)$/i],
  ['y', /^(?:y|yrs?|years?)$/i],
];

function unitOf(token: Token & { readonly kind: 'duration' }): DurationUnit {
  const unit = UNITS.find(([, pattern]) => pattern.test(token.unit))?.[0];
  if (unit) return unit;
  throw new MalformedQuery(
    `"${token.text.slice(0, 50)}" is no duration: use ms, s, m, h, d, w, mo, q or y.`,
    token.span,
  );
}
