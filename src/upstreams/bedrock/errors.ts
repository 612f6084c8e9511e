/**
 * What callers are told when the upstream refuses or fails.
 *   an answer with an error      → same code, status, text and members
 *   an answer nobody can read    → the error AWS gives with that status
 *   no connection, broken one    → ServiceUnavailableException 503 (the SDKs retry it)
 *   no answer in time            → ModelTimeoutException 408
 *   broken off within a stream   → ModelStreamErrorException; silent too long: ModelTimeoutException, or
 *                                  ModelStreamErrorException in ConverseStream, whose stream has no event for a time-out
 * Calls that are forwarded as they are (agents, guardrails) have their answers handed on untouched; what fails on the way is told as
 * above, but a time-out, which they have no error for: DependencyFailedException 424 of the agents' (the SDKs do not retry it: an
 * agent may have been at work), ServiceUnavailableException 503 of the others; broken off within a stream: BadGatewayException.
 * Texts are AWS's own (API reference, "Common errors" and each operation's errors).
 */
import { OperationalError } from '#base';
import { ApiError } from '#wire';
import type { ForwardedService, ModelCall } from '../types.ts';
import type { GuardReason } from './guard.ts';

const UNAVAILABLE = 'The service is temporarily unable to process the request. Please try again in a few moments.';
const TIMED_OUT = 'The request took too long to process. Processing time exceeded the model timeout length.';
const STREAM_BROKEN = 'An error occurred while streaming the response. Retry your request.';
const DEPENDENCY_FAILED =
  'There was an issue with a dependency. Check the resource configurations and retry the request.';
const BAD_GATEWAY = 'There was an issue with a dependency due to a server issue. Retry your request.';
const UNEXPECTED = 'The system encountered an unexpected error during processing. Try your request again.';

/** Codes for answers that name none, by status; others by their class. */
const CODE_OF_STATUS: ReadonlyMap<number, string> = new Map([
  [403, 'AccessDeniedException'],
  [404, 'ResourceNotFoundException'],
  [408, 'ModelTimeoutException'],
  [424, 'ModelErrorException'],
  [429, 'ThrottlingException'],
]);
const CODE_PATTERN = /^[A-Za-z][A-Za-z0-9_.]{0,127}$/;

/** The error of an answer that is not 200. */
export function errorOfAnswer(status: number, errorType: string | undefined, body: Buffer): ApiError {
  const { message, Message, __type, code, ...members } = objectOf(body);
  const name = codeOf(errorType) ?? codeOf(__type) ?? codeOf(code);
  const text = typeof message === 'string' ? message : typeof Message === 'string' ? Message : undefined;
  if (name !== undefined) return new ApiError(name, text ?? '', { status, members });
  return unnamedError(status, text);
}

function unnamedError(status: number, text: string | undefined): ApiError {
  const known = CODE_OF_STATUS.get(status);
  if (known !== undefined) return new ApiError(known, text ?? defaultText(known), { status });
  if (status >= 400 && status < 500) {
    return new ApiError('ValidationException', text ?? 'The upstream rejected the request.', { status: 400 });
  }
  if (status >= 502 && status <= 504) return unavailable(text);
  return new ApiError('InternalServerException', text ?? UNEXPECTED, { status: 500 });
}

function defaultText(code: string): string {
  if (code === 'ThrottlingException') return 'Too many requests, please wait before trying again.';
  return code === 'ModelTimeoutException' ? TIMED_OUT : UNEXPECTED;
}

function objectOf(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

/** `ValidationException:http://…/` and `com.amazon.bedrock#ValidationException` both name a ValidationException. */
function codeOf(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const name = text.split(':', 1)[0]?.split('#').at(-1)?.trim() ?? '';
  return CODE_PATTERN.test(name) ? name : undefined;
}

function unavailable(text = UNAVAILABLE, cause?: unknown): ApiError {
  return new ApiError('ServiceUnavailableException', text, { status: 503, cause });
}

/** The error of a call that got no answer. `endpoint` is for the operator only. */
export function errorOfFailure(cause: unknown, reason: GuardReason | undefined, endpoint: string): ApiError {
  if (cause instanceof ApiError) return cause;
  if (reason === 'aborted') return gone(cause);
  // Not the upstream's doing, such as a full disk where its answer should have gone.
  if (cause instanceof OperationalError) return unavailable(undefined, cause);
  if (reason === 'first-byte' || reason === 'idle' || reason === 'total') {
    return new ApiError('ModelTimeoutException', TIMED_OUT, { status: 408, cause });
  }
  return unavailable(undefined, unreachable(cause, reason, endpoint));
}

/** The error of an answer that broke off within its stream. */
export function errorOfStream(
  cause: unknown,
  reason: GuardReason | undefined,
  operation: ModelCall['operation'],
): ApiError {
  if (reason === 'aborted') return gone(cause);
  const inTime = reason === undefined;
  if (inTime || operation === 'ConverseStream') {
    return new ApiError('ModelStreamErrorException', inTime ? STREAM_BROKEN : TIMED_OUT, { status: 424, cause });
  }
  return new ApiError('ModelTimeoutException', TIMED_OUT, { status: 408, cause });
}

/** The error of a forwarded call that got no answer. `endpoint` is for the operator only. */
export function errorOfForwarding(
  cause: unknown,
  reason: GuardReason | undefined,
  endpoint: string,
  service: ForwardedService,
): ApiError {
  const error = errorOfFailure(cause, reason, endpoint);
  if (error === cause || error.code !== 'ModelTimeoutException') return error;
  return service === 'bedrock-runtime'
    ? unavailable(undefined, cause)
    : new ApiError('DependencyFailedException', DEPENDENCY_FAILED, { status: 424, cause });
}

/** The error of a forwarded call's answer that broke off within its stream. */
export function errorOfForwardedStream(cause: unknown, reason: GuardReason | undefined): ApiError {
  if (reason === 'aborted') return gone(cause);
  return reason === undefined
    ? new ApiError('BadGatewayException', BAD_GATEWAY, { status: 502, cause })
    : new ApiError('DependencyFailedException', DEPENDENCY_FAILED, { status: 424, cause });
}

/** An answer that is not what the operation's answers are. */
export function unusableAnswer(what: string): ApiError {
  const cause = new OperationalError(
    'upstream-answer',
    `The upstream's answer cannot be used: ${what}.`,
    'Check that the endpoint of the bedrock upstream speaks the Bedrock runtime API.',
  );
  return new ApiError('InternalServerException', UNEXPECTED, { status: 500, cause });
}

/** Nobody is there to read it; it only ends the call. */
function gone(cause: unknown): ApiError {
  return new ApiError('InternalServerException', 'The caller closed the connection.', { status: 500, cause });
}

function unreachable(cause: unknown, reason: GuardReason | undefined, endpoint: string): OperationalError {
  const code = (cause as { code?: unknown } | undefined)?.code;
  const why = reason === 'connect' ? 'no connection in time' : typeof code === 'string' ? code : 'the connection broke';
  return new OperationalError(
    'upstream-unreachable',
    `The upstream ${endpoint} cannot be reached: ${why}.`,
    'Check the endpoint, the network and the TLS settings between this server and it.',
    { cause },
  );
}
