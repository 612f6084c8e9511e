import type { Span } from '../errors.ts';
import type { CallNode, Expression, Query, TokenReader } from '../syntax/index.ts';

export interface OpenSearchOptions {
  readonly language: 'PPL' | 'SQL';
  /** Parses a subquery behind IN, from behind its bracket up to the one that closes it; absent where none is allowed. */
  readonly subquery?: ((reader: TokenReader) => Query) | undefined;
  /** What stands behind a call in SQL: OVER (…). Gives what stands for the call. */
  readonly over?: ((reader: TokenReader, call: CallNode) => Expression) | undefined;
}

/** Items with commas between. */
export function parseItems<T>(reader: TokenReader, item: () => T): T[] {
  const items = [item()];
  while (reader.accept(',')) items.push(item());
  return items;
}

/** Whether the token after the next one is one of these words. */
export function followedBy(reader: TokenReader, words: readonly string[]): boolean {
  const token = reader.peekSecond();
  return token.kind === 'name' && !token.quoted && words.includes(token.text.toLowerCase());
}

/** A call of one of our own functions, made for what stands at `span`. */
export function callOf(name: string, args: readonly Expression[], span: Span): CallNode {
  return { kind: 'call', name, args, star: false, span };
}
