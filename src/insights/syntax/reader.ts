import { MalformedQuery, type Span } from '../errors.ts';
import { INSIGHTS_LEXIS, type Lexis, regexAt, type Token, tokenAt, unexpected, withValues } from './tokens.ts';

/** The tokens of a query from left to right, with one to look ahead. */
export class TokenReader {
  readonly text: string;
  readonly #lexis: Lexis;
  #offset: number;
  #ahead: Token | undefined;

  /** @param start the first character that is read */
  constructor(text: string, lexis: Lexis = INSIGHTS_LEXIS, start = 0) {
    this.text = text;
    this.#lexis = lexis;
    this.#offset = start;
  }

  /** Where the token after next would begin: what has been taken lies before. */
  get offset(): number {
    return this.#offset;
  }

  peek(): Token {
    this.#ahead ??= tokenAt(this.text, this.#offset, this.#lexis);
    return this.#ahead;
  }

  /** The token after the next one. */
  peekSecond(): Token {
    return tokenAt(this.text, this.peek().span.end, this.#lexis);
  }

  next(): Token {
    const token = this.peek();
    this.#offset = token.span.end;
    this.#ahead = undefined;
    return token;
  }

  /** Takes a regular expression, if one begins here. */
  regex(): { readonly source: string; readonly span: Span } | undefined {
    const found = regexAt(this.text, this.#offset, this.#lexis);
    if (!found) return undefined;
    this.#offset = found.span.end;
    this.#ahead = undefined;
    return found;
  }

  /** Whether the next token is one of these keywords (any case) or symbols. */
  at(...words: readonly string[]): boolean {
    const token = this.peek();
    if (token.kind === 'symbol') return words.includes(token.text);
    return token.kind === 'name' && !token.quoted && words.includes(token.text.toLowerCase());
  }

  /** Takes the next token if it is one of these. */
  accept(...words: readonly string[]): Token | undefined {
    return this.at(...words) ? this.next() : undefined;
  }

  /** @throws {MalformedQuery} when the next token is none of these */
  expect(...words: readonly string[]): Token {
    return this.accept(...words) ?? this.fail();
  }

  /** A name, quoted or not. @throws {MalformedQuery} */
  name(): Token & { readonly kind: 'name' } {
    const token = this.peek();
    if (token.kind !== 'name') return this.fail();
    this.next();
    return token;
  }

  /** A whole number. @throws {MalformedQuery} */
  integer(): { readonly value: number; readonly span: Span } {
    const token = this.peek();
    if (token.kind !== 'number' || !Number.isSafeInteger(token.value)) return this.fail();
    this.next();
    return token;
  }

  /** A text in quotes. @throws {MalformedQuery} */
  string(): Token & { readonly kind: 'string' } {
    const token = this.peek();
    if (token.kind !== 'string') return this.fail();
    this.next();
    return token;
  }

  /** Refuses the next token. */
  fail(message?: string): never {
    const { span } = this.peek();
    throw new MalformedQuery(message ?? unexpected(this.text, this.text.slice(span.start, span.end), span.start), span);
  }

  /** What was taken from `start` up to here, without white space around. */
  textFrom(start: number): string {
    return withValues(this.text.slice(start, this.#offset).trim(), this.#lexis);
  }
}
