/** Half-open range of UTF-16 offsets in the query's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What a message quotes of the text may be long. */
const MESSAGE_CHARS_MAX = 500;

/**
 * A query that cannot be understood or compiled: what is wrong, and where. The service words it as
 * MalformedQueryException with `queryCompileError.location`.
 */
export class MalformedQuery extends Error {
  override readonly name = 'MalformedQuery';
  readonly span: Span;

  constructor(message: string, span: Span) {
    super(message.length > MESSAGE_CHARS_MAX ? `${message.slice(0, MESSAGE_CHARS_MAX)}…` : message);
    this.span = span;
  }
}
