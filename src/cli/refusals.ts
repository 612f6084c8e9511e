/** What a server refused, or why it could not be asked, in words that say what to do. */
import { OperationalError } from '#base';

const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
]);
const KEY_REFUSED: ReadonlySet<string> = new Set([
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'InvalidClientTokenId',
  'IncompleteSignatureException',
  'MissingAuthenticationTokenException',
]);

/** The code of the system or of AWS: `ECONNREFUSED`, `ResourceNotFoundException`. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const code: unknown = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return code;
  const [first] = error instanceof AggregateError ? error.errors : [];
  return first === undefined ? error.name : codeOf(first);
}

/** Nothing answered: it may when it is asked again. */
export function isUnreachable(error: unknown): boolean {
  return UNREACHABLE.has(codeOf(error));
}

/** Whatever an SDK client threw; what has no words here goes on as the server said it. */
export function refusal(error: unknown, endpoint: string): unknown {
  if (!(error instanceof Error) || error instanceof OperationalError || error.name === 'WrongUsage') return error;
  const code = codeOf(error);
  const told = (reason: string, message: string, remedy: string): OperationalError =>
    new OperationalError(reason, message, remedy, { cause: error });
  if (UNREACHABLE.has(code)) {
    return told(
      'unreachable',
      `nothing answers at ${endpoint}`,
      'Start a server with: npx varve serve, or name where it listens with --endpoint, --listen or AWS_ENDPOINT_URL.',
    );
  }
  if (KEY_REFUSED.has(code)) {
    return told(
      'credentials-refused',
      `the server at ${endpoint} refuses the credentials (${code}): ${error.message}`,
      'They come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, else from the data directory. Set those that the server knows with: eval "$(npx varve env)", in the folder of the server or with its --data.',
    );
  }
  if (code === 'ExpiredTokenException') {
    return told('credentials-refused', `the session has ended: ${error.message}`, 'Take new temporary credentials.');
  }
  const { $metadata: answer } = error as { $metadata?: { requestId?: string; httpStatusCode?: number } };
  if (code === 'AccessDeniedException') {
    const id = answer?.requestId;
    return told('denied', error.message, `Ask why with: npx varve doctor${id === undefined ? '' : ` --request ${id}`}`);
  }
  if (error instanceof SyntaxError || answer?.httpStatusCode === undefined || answer.requestId === undefined) {
    return told(
      'not-aws',
      `what answers at ${endpoint} does not speak AWS's protocol: ${error.message.split('\n', 1)[0]}`,
      'Name where the server listens with --endpoint, --listen or AWS_ENDPOINT_URL.',
    );
  }
  return told(code, error.message, `(${code}, request ${answer.requestId})`);
}
