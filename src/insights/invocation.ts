/**
 * The call of a saved query: `$name(parameter = value, …)`, or `$name` where all parameters have defaults. A name with white
 * space or brackets stands in quotes or backticks behind the `$`.
 */
import { MalformedQuery, type Span } from './errors.ts';
import { INSIGHTS_LEXIS, TokenReader } from './syntax/index.ts';

export interface Invocation {
  /** Of the saved query. */
  readonly name: string;
  readonly values: ReadonlyMap<string, { readonly text: string; readonly span: Span }>;
  readonly span: Span;
}

const PLAIN_NAME = /[^\s()'"`|,=$]+/y;

/**
 * The call that a text is; undefined when it is an ordinary query.
 * @throws {MalformedQuery} with the place of what cannot be understood
 */
export function parseInvocation(text: string): Invocation | undefined {
  INSIGHTS_LEXIS.space.lastIndex = 0;
  const start = INSIGHTS_LEXIS.space.exec(text)?.[0].length ?? 0;
  if (text[start] !== '$') return undefined;
  const { name, end } = nameAt(text, start + 1);
  const reader = new TokenReader(text, INSIGHTS_LEXIS, end);
  const values = new Map<string, { text: string; span: Span }>();
  if (reader.accept('(')) {
    while (!reader.accept(')')) {
      if (values.size > 0) reader.expect(',');
      const parameter = reader.name();
      if (values.has(parameter.text)) {
        throw new MalformedQuery(`The parameter ${parameter.text} is given twice.`, parameter.span);
      }
      reader.expect('=');
      values.set(parameter.text, valueFrom(reader));
    }
  }
  if (reader.peek().kind !== 'end') reader.fail('Behind the call of a saved query nothing may follow.');
  return { name, values, span: { start, end: reader.offset } };
}

function nameAt(text: string, start: number): { readonly name: string; readonly end: number } {
  const reader = new TokenReader(text, INSIGHTS_LEXIS, start);
  if (/["'`]/.test(text[start] ?? '')) {
    const token = text[start] === '`' ? reader.name() : reader.string();
    return { name: token.text, end: token.span.end };
  }
  PLAIN_NAME.lastIndex = start;
  const name = PLAIN_NAME.exec(text)?.[0];
  if (name === undefined) return reader.fail('The name of a saved query is missing here.');
  return { name, end: start + name.length };
}

function valueFrom(reader: TokenReader): { text: string; span: Span } {
  const { start } = reader.peek().span;
  const minus = reader.accept('-') ? '-' : '';
  const token = reader.peek();
  if (token.kind === 'symbol' || token.kind === 'end' || (minus !== '' && token.kind !== 'number')) {
    return reader.fail('A value is a text in quotes, a number, a period such as 5m, or a name.');
  }
  reader.next();
  return { text: minus + token.text, span: { start, end: token.span.end } };
}
