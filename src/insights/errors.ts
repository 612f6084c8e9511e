/** Half-open range of UTF-16 offsets in the query's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * A query that cannot be understood or compiled: what is wrong, and where. The service words it as
 * MalformedQueryException with `queryCompileError.location`.
 */
export class MalformedQuery extends Error {
  override readonly name = 'MalformedQuery';
  readonly span: Span;

  constructor(message: string, span: Span) {
    super(message);
    this.span = span;
  }
}
