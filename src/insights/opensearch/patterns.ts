/** LIKE with `%` and `_`, and regular expressions in texts. */
import { MalformedQuery, type Span } from '../errors.ts';
import type { Expression } from '../syntax/index.ts';

interface Text {
  readonly text: string;
  readonly span: Span;
}

/** `x LIKE 'a%'`: the whole text, `%` for any characters, `_` for one. */
export function likeExpression(
  operand: Expression,
  { text, span: patternSpan }: Text,
  { escape, anyCase }: { readonly escape: string; readonly anyCase: boolean },
): Expression {
  const span = { start: operand.span.start, end: patternSpan.end };
  const parts = partsOf(text, escape, patternSpan);
  const [first, middle, last] = parts;
  // `%word%` is by far the most frequent: the engine searches it as a text.
  if (!anyCase && parts.length === 3 && first === ANY && last === ANY && typeof middle === 'string') {
    const pattern: Expression = { kind: 'literal', value: middle, span: patternSpan };
    return { kind: 'like', negated: false, operand, pattern, span };
  }
  const body = parts.map((part) => (part === ANY ? '.*' : part === ONE ? '.' : escaped(part))).join('');
  const source = `(?s${anyCase ? 'i' : ''})^${body}$`;
  return { kind: 'like', negated: false, operand, pattern: { kind: 'regex', source, span: patternSpan }, span };
}

/** `x RLIKE 'pattern'`: found anywhere. */
export function regexExpression(operand: Expression, { text, span }: Text): Expression {
  return {
    kind: 'like',
    negated: false,
    operand,
    pattern: { kind: 'regex', source: text, span },
    span: { start: operand.span.start, end: span.end },
  };
}

const ANY = Symbol('%');
const ONE = Symbol('_');

function partsOf(pattern: string, escape: string, span: Span): (string | typeof ANY | typeof ONE)[] {
  if (escape.length !== 1) throw new MalformedQuery('ESCAPE takes one character.', span);
  const parts: (string | typeof ANY | typeof ONE)[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push(text);
    text = '';
  };
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === escape && at + 1 < pattern.length) {
      at += 1;
      text += pattern[at] ?? '';
    } else if (character === '%' || character === '_') {
      flush();
      parts.push(character === '%' ? ANY : ONE);
    } else text += character;
  }
  flush();
  return parts;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
