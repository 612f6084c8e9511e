/** From what was thrown to what a protocol encodes: shape, status and fault, found once for all protocols. */
import type { EncodableError } from './codec.ts';
import { knownStatus } from './error-statuses.ts';
import { ApiError } from './errors.ts';
import type { ServiceSchema, StructureShape } from './schema.ts';
import type { ProtocolName, ServiceName } from './types.ts';

/** What each service says when it fails itself: a code of its model where it has one. */
const INTERNAL_ERRORS: Readonly<Record<ServiceName, readonly [code: string, message: string]>> = {
  bedrock: ['InternalServerException', 'An internal server error occurred. Retry your request.'],
  'bedrock-runtime': ['InternalServerException', 'An internal server error occurred. Retry your request.'],
  'bedrock-agent': ['InternalServerException', 'An internal server error occurred. Retry your request.'],
  'bedrock-agent-runtime': ['InternalServerException', 'An internal server error occurred. Retry your request.'],
  cloudtrail: [
    'InternalFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
  ],
  sns: ['InternalError', 'The request processing has failed because of an unknown error, exception or failure.'],
  sqs: ['InternalFailure', 'The request processing has failed because of an unknown error, exception or failure.'],
  logs: ['ServiceUnavailableException', 'The service cannot complete the request.'],
  iam: ['ServiceFailure', 'The request processing has failed because of an unknown error, exception or failure.'],
  sts: ['InternalFailure', 'The request processing has failed because of an unknown error, exception or failure.'],
  s3: ['InternalError', 'We encountered an internal error. Please try again.'],
};
const INTERNAL_FAILURE = [
  'InternalFailure',
  'The request processing has failed because of an unknown error, exception or failure.',
] as const;

/** Anything that is no ApiError becomes the service's internal error: its text is never shown to callers. */
export function toEncodable(
  error: unknown,
  protocol: ProtocolName,
  serviceName: ServiceName | undefined,
  service: ServiceSchema | undefined,
): EncodableError {
  const thrown = error instanceof ApiError ? error : internalError(serviceName);
  const shape = service && errorShape(service, thrown.code);
  const queryStatus = protocol === 'awsQuery' ? shape?.traits.awsQueryError?.[1] : undefined;
  const status =
    thrown.status ??
    queryStatus ??
    shape?.traits.httpError ??
    knownStatus(protocol, thrown.code) ??
    (shape?.traits.error === 'server' ? 500 : 400);
  return {
    code: protocol === 'awsQuery' ? (shape?.traits.awsQueryError?.[0] ?? thrown.code) : thrown.code,
    message: thrown.message,
    status,
    fault: (shape?.traits.error ?? (status >= 500 ? 'server' : 'client')) === 'server' ? 'server' : 'client',
    members: thrown.members,
    shape,
  };
}

function internalError(serviceName: ServiceName | undefined): ApiError {
  const [code, message] = serviceName ? INTERNAL_ERRORS[serviceName] : INTERNAL_FAILURE;
  return new ApiError(code, message, { status: 500 });
}

const BY_QUERY_CODE = new WeakMap<ServiceSchema, Map<string, StructureShape>>();

/** By the shape's name, else by the code that awsQuery calls it (`NoSuchEntity` for NoSuchEntityException). */
function errorShape(service: ServiceSchema, code: string): StructureShape | undefined {
  const direct = service.error(code);
  if (direct) return direct;
  let codes = BY_QUERY_CODE.get(service);
  if (!codes) {
    codes = new Map();
    for (const name of service.errorNames) {
      const shape = service.error(name);
      const queryCode = shape?.traits.awsQueryError?.[0];
      if (shape && queryCode !== undefined) codes.set(queryCode, shape);
    }
    BY_QUERY_CODE.set(service, codes);
  }
  return codes.get(code);
}
