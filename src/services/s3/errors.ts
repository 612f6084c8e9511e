/**
 * S3's errors: codes, statuses and texts as AWS sends them.
 * (Sources: recorded answers of S3; S3 API reference, "Error responses". Texts of our own say so.)
 */
import { BucketError } from '#buckets';
import { ObjectStoreError } from '#objects';
import { ApiError } from '#wire';

type Members = Readonly<Record<string, string | number | undefined>>;

export function s3Error(status: number, code: string, message: string, members: Members = {}): ApiError {
  const present = Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return new ApiError(code, message, { status, members: Object.fromEntries(present) as Record<string, string> });
}

export const noSuchBucket = (name: string): ApiError =>
  s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });

export const noSuchKey = (key: string | undefined): ApiError =>
  s3Error(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });

export const noSuchUpload = (uploadId: string | undefined): ApiError =>
  s3Error(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: uploadId },
  );

export const invalidArgument = (message: string, name?: string, value?: string | number): ApiError =>
  s3Error(400, 'InvalidArgument', message, { ArgumentName: name, ArgumentValue: value });

export const invalidRequest = (message: string): ApiError => s3Error(400, 'InvalidRequest', message);

export const malformedXml = (): ApiError =>
  s3Error(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );

export const accessDenied = (message = 'Access Denied'): ApiError => s3Error(403, 'AccessDenied', message);

export const preconditionFailed = (condition: string | undefined): ApiError =>
  s3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
    Condition: condition,
  });

/** S3's way to say that a header is known but does nothing here. */
export const headerNotImplemented = (header: string, more?: string): ApiError =>
  s3Error(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented', {
    Header: header,
    additionalMessage: more,
  });

/** What Varve says in its own words, because AWS would do it and Varve does not. */
export const notInVarve = (message: string): ApiError => s3Error(501, 'NotImplemented', message);

/** What the error is about, for the members of S3's errors. */
export interface ErrorSubject {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly UploadId?: string | undefined;
}

/** Words what the object store or the registry throws; everything else passes through. */
export function wordFailure(error: unknown, subject: ErrorSubject): unknown {
  if (error instanceof BucketError) return wordBucketError(error, subject);
  return error instanceof ObjectStoreError ? wordStoreError(error, subject) : error;
}

function wordBucketError(error: BucketError, { Bucket = '' }: ErrorSubject): unknown {
  switch (error.reason) {
    case 'gone':
      return noSuchBucket(Bucket);
    case 'not-empty':
      return s3Error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', { BucketName: Bucket });
    case 'too-many':
      return s3Error(400, 'TooManyBuckets', 'You have attempted to create more buckets than allowed');
    case 'denied':
      return accessDenied();
    default:
      return error;
  }
}

function wordStoreError(error: ObjectStoreError, { Bucket = '', Key, UploadId }: ErrorSubject): unknown {
  switch (error.reason) {
    case 'no-such-key':
      return noSuchKey(Key);
    case 'no-such-bucket':
      return noSuchBucket(Bucket);
    case 'no-such-upload':
      return noSuchUpload(UploadId);
    case 'bucket-not-empty':
      return s3Error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', { BucketName: Bucket });
    case 'precondition-failed':
      return preconditionFailed(undefined);
    case 'conflict':
      return conflictingOperation(undefined, Key);
    case 'invalid-part':
      return invalidPart(UploadId);
    case 'part-too-small':
      return s3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
    case 'invalid-range':
      return s3Error(416, 'InvalidRange', 'The requested range is not satisfiable');
    case 'denied':
      return accessDenied();
    case 'no-space':
    case 'unavailable':
      // SDKs try again after a 503.
      return new ApiError('ServiceUnavailable', 'Service is unable to handle request.', { status: 503, cause: error });
    default:
      return error;
  }
}

export const invalidPart = (uploadId: string | undefined, part?: { PartNumber: number; ETag: string }): ApiError =>
  s3Error(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { UploadId: uploadId, ...part },
  );

export const conflictingOperation = (condition: string | undefined, key: string | undefined): ApiError =>
  s3Error(
    409,
    'ConditionalRequestConflict',
    'The conditional request cannot succeed due to a conflicting operation against this resource.',
    { Condition: condition, Key: key },
  );
