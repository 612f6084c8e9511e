/**
 * An error as AWS words it to callers: code, HTTP status and text are data; the edge encodes it once
 * in the protocol of the operation that was called.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** AWS's error code, such as `ValidationException`. */
  readonly code: string;
  /** The HTTP status where the model gives none, or to override it. */
  readonly status: number | undefined;
  /** Further members of the error's structure, such as S3's `Key` or Bedrock's `resourceName`. */
  readonly members: Readonly<Record<string, unknown>>;
  /**
   * The message with only such values of the input as may be shown, by the path of members that leads to each. Undefined: the
   * message tells no values.
   */
  readonly messageShowing: ((isShown: (path: readonly string[]) => boolean) => string) | undefined;

  constructor(
    code: string,
    message: string,
    options: {
      status?: number;
      members?: Record<string, unknown>;
      cause?: unknown;
      messageShowing?: (isShown: (path: readonly string[]) => boolean) => string;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.members = options.members ?? {};
    this.messageShowing = options.messageShowing;
  }
}
