/**
 * An operational failure, told to the operator: what happened, where, and what to do about it.
 * Callers of the AWS API never see it; the chain turns it into AWS's InternalFailure or ServiceUnavailable.
 */
export class OperationalError extends Error {
  override readonly name = 'OperationalError';
  /** A stable word for metrics and tests, such as `journal-unwritable`. */
  readonly reason: string;
  /** What an operator can do, as a sentence. */
  readonly remedy: string;

  constructor(reason: string, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** A broken invariant: always a mistake in Varve itself. */
export function bug(what: string): never {
  throw new Error(`BUG: ${what}`);
}
