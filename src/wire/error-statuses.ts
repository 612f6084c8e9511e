/** Statuses of error codes that no model carries: S3's, and those of the front ends before an operation is reached. */
import type { ProtocolName } from './types.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const S3_STATUSES: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AccessControlListNotSupported: 400,
  BucketAlreadyExists: 409,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  ConditionalRequestConflict: 409,
  ExpiredToken: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidBucketState: 409,
  InvalidObjectState: 403,
  InvalidRange: 416,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchBucketPolicy: 404,
  NoSuchKey: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchTagSet: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotFound: 404,
  NotImplemented: 501,
  NotModified: 304,
  OperationAborted: 409,
  OwnershipControlsNotFoundError: 404,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  ServerSideEncryptionConfigurationNotFoundError: 404,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
};

const QUERY_STATUSES: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  ExpiredToken: 403,
  InvalidClientTokenId: 403,
  MissingAuthenticationToken: 403,
  OptInRequired: 403,
  SignatureDoesNotMatch: 403,
  ServiceUnavailable: 503,
};

/** awsJson answers all of these with 400. */
const REST_JSON_STATUSES: Readonly<Record<string, number>> = {
  AccessDeniedException: 403,
  ExpiredTokenException: 403,
  IncompleteSignatureException: 403,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  RequestEntityTooLargeException: 413,
  ThrottlingException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
};

const SERVER_FAULTS: Readonly<Record<string, number>> = {
  InternalFailure: 500,
  InternalServerError: 500,
  InternalServerException: 500,
  ServiceFailure: 500,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
};

/** The status of an error code that neither the thrower nor the model gives one; undefined for unknown codes. */
export function knownStatus(protocol: ProtocolName, code: string): number | undefined {
  const table =
    protocol === 'restXml'
      ? S3_STATUSES
      : protocol === 'awsQuery'
        ? QUERY_STATUSES
        : protocol === 'restJson1'
          ? REST_JSON_STATUSES
          : undefined;
  if (table && Object.hasOwn(table, code)) return table[code];
  return Object.hasOwn(SERVER_FAULTS, code) ? SERVER_FAULTS[code] : undefined;
}
