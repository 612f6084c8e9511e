/**
 * An authentication failure in the words of the protocol that the call speaks (aws-wire.md §5).
 *   json     awsJson, CBOR: status 400         restJson: the same codes with 403
 *   query    awsQuery: codes without "Exception"   s3: restXml with S3's own codes
 */
import { ApiError } from '../errors.ts';
import type { ProtocolName } from '../types.ts';
import type { AuthenticationFailure, FailureReason } from './failure.ts';

type Family = 'json' | 'restJson' | 'query' | 's3';

const FAMILY: Readonly<Record<ProtocolName, Family>> = {
  awsJson1_0: 'json',
  awsJson1_1: 'json',
  rpcv2Cbor: 'json',
  restJson1: 'restJson',
  awsQuery: 'query',
  restXml: 's3',
};

/** `text` undefined: the failure's own detail is the sentence. */
type Answer = readonly [code: string, status: number, text?: string];

const MISSING_TOKEN = 'Missing Authentication Token';
const BAD_SIGNATURE =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
const INVALID_TOKEN = 'The security token included in the request is invalid.';
const EXPIRED_TOKEN = 'The security token included in the request is expired';
// Seen in public reports of Bedrock API keys (2026): Forbidden with this sentence.
const BAD_BEARER = 'Authentication failed: Please make sure your API Key is valid.';
const EXPIRED_BEARER = 'Bearer Token has expired';

const JSON_ANSWERS: Readonly<Record<FailureReason, Answer>> = {
  missing: ['MissingAuthenticationTokenException', 400, MISSING_TOKEN],
  unsupported: ['MissingAuthenticationTokenException', 400, MISSING_TOKEN],
  ambiguous: ['InvalidSignatureException', 400],
  incomplete: ['IncompleteSignatureException', 400],
  malformed: ['IncompleteSignatureException', 400],
  scope: ['InvalidSignatureException', 400],
  'unsigned-header': ['InvalidSignatureException', 400],
  'content-sha256-required': ['InvalidSignatureException', 400],
  'bad-signature': ['InvalidSignatureException', 400, BAD_SIGNATURE],
  'content-mismatch': ['InvalidSignatureException', 400, BAD_SIGNATURE],
  'unknown-key': ['UnrecognizedClientException', 400, INVALID_TOKEN],
  'bad-token': ['UnrecognizedClientException', 400, INVALID_TOKEN],
  'expired-token': ['ExpiredTokenException', 400, EXPIRED_TOKEN],
  skew: ['InvalidSignatureException', 400],
  'expired-request': ['InvalidSignatureException', 400],
  'bad-bearer': ['AccessDeniedException', 403, BAD_BEARER],
  'expired-bearer': ['AccessDeniedException', 403, EXPIRED_BEARER],
};

const QUERY_ANSWERS: Readonly<Record<FailureReason, Answer>> = {
  missing: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
  unsupported: ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'],
  ambiguous: ['SignatureDoesNotMatch', 403],
  incomplete: ['IncompleteSignature', 400],
  malformed: ['IncompleteSignature', 400],
  scope: ['SignatureDoesNotMatch', 403],
  'unsigned-header': ['SignatureDoesNotMatch', 403],
  'content-sha256-required': ['SignatureDoesNotMatch', 403],
  'bad-signature': ['SignatureDoesNotMatch', 403, BAD_SIGNATURE],
  'content-mismatch': ['SignatureDoesNotMatch', 403, BAD_SIGNATURE],
  'unknown-key': ['InvalidClientTokenId', 403, INVALID_TOKEN],
  'bad-token': ['InvalidClientTokenId', 403, INVALID_TOKEN],
  'expired-token': ['ExpiredToken', 403, EXPIRED_TOKEN],
  skew: ['SignatureDoesNotMatch', 403],
  'expired-request': ['SignatureDoesNotMatch', 403],
  'bad-bearer': ['InvalidClientTokenId', 403, INVALID_TOKEN],
  'expired-bearer': ['ExpiredToken', 403, EXPIRED_TOKEN],
};

const S3_ANSWERS: Readonly<Record<FailureReason, Answer>> = {
  missing: ['AccessDenied', 403, 'Access Denied'],
  unsupported: [
    'InvalidRequest',
    400,
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
  ],
  ambiguous: [
    'InvalidArgument',
    400,
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified',
  ],
  incomplete: ['AuthorizationHeaderMalformed', 400],
  malformed: ['AuthorizationHeaderMalformed', 400],
  scope: ['AuthorizationHeaderMalformed', 400],
  'unsigned-header': ['AccessDenied', 403],
  'content-sha256-required': ['InvalidRequest', 400],
  'bad-signature': [
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
  'content-mismatch': [
    'XAmzContentSHA256Mismatch',
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
  'unknown-key': ['InvalidAccessKeyId', 403, 'The AWS Access Key Id you provided does not exist in our records.'],
  'bad-token': ['InvalidToken', 400, 'The provided token is malformed or otherwise invalid.'],
  'expired-token': ['ExpiredToken', 400, 'The provided token has expired.'],
  skew: ['RequestTimeTooSkewed', 403, 'The difference between the request time and the current time is too large.'],
  'expired-request': ['AccessDenied', 403, 'Request has expired'],
  'bad-bearer': ['InvalidArgument', 400, 'Unsupported Authorization Type'],
  'expired-bearer': ['InvalidArgument', 400, 'Unsupported Authorization Type'],
};

/** The answer AWS gives to a caller it cannot authenticate, in the protocol of the call. */
export function authenticationError(failure: AuthenticationFailure, protocol: ProtocolName): ApiError {
  const family = FAMILY[protocol];
  const [code, status, text] = answerOf(failure, family);
  const shownStatus = family === 'restJson' ? 403 : status;
  return new ApiError(code, text ?? s3Prefixed(failure, family, code), {
    status: shownStatus,
    members: family === 's3' ? definedMembers(failure.members) : {},
    cause: failure,
  });
}

function answerOf(failure: AuthenticationFailure, family: Family): Answer {
  if (family === 'query') return QUERY_ANSWERS[failure.reason];
  if (family !== 's3') return JSON_ANSWERS[failure.reason];
  const fromQuery = failure.message.includes('X-Amz-') && !failure.message.startsWith('Authorization header');
  const aboutForm = failure.reason === 'incomplete' || failure.reason === 'malformed';
  return aboutForm && fromQuery ? ['AuthorizationQueryParametersError', 400] : S3_ANSWERS[failure.reason];
}

function s3Prefixed(failure: AuthenticationFailure, family: Family, code: string): string {
  return family === 's3' && code === 'AuthorizationHeaderMalformed'
    ? `The authorization header is malformed; ${failure.message}`
    : failure.message;
}

function definedMembers(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
