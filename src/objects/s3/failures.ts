import { ObjectStoreError } from '../types.ts';

type Reason = ObjectStoreError['reason'];

const BY_CODE: Readonly<Record<string, Reason>> = {
  NoSuchKey: 'no-such-key',
  // What a HEAD says, which has no body for more.
  NotFound: 'no-such-key',
  NoSuchBucket: 'no-such-bucket',
  NoSuchUpload: 'no-such-upload',
  BucketNotEmpty: 'bucket-not-empty',
  PreconditionFailed: 'precondition-failed',
  ConditionalRequestConflict: 'conflict',
  InvalidPart: 'invalid-part',
  InvalidPartOrder: 'invalid-part',
  EntityTooSmall: 'part-too-small',
  InvalidRange: 'invalid-range',
  AccessDenied: 'denied',
  AllAccessDisabled: 'denied',
  InvalidAccessKeyId: 'denied',
  SignatureDoesNotMatch: 'denied',
  ExpiredToken: 'denied',
  InvalidToken: 'denied',
  BucketAlreadyExists: 'denied',
};

const BY_STATUS: Readonly<Record<number, Reason>> = {
  403: 'denied',
  404: 'no-such-key',
  412: 'precondition-failed',
  416: 'invalid-range',
};

/** What the SDK throws, by what a caller can do about it. Whatever is not understood may pass: `unavailable`. */
export function s3Failure(error: unknown): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  const { name = '', message = '', status } = facts(error);
  const reason = BY_CODE[name] ?? BY_STATUS[status] ?? 'unavailable';
  return new ObjectStoreError(reason, `the S3 server answered ${name}: ${message}`, { cause: error });
}

export function isNamed(error: unknown, name: string): boolean {
  return facts(error).name === name;
}

function facts(error: unknown): { name?: string; message?: string; status: number } {
  if (!(error instanceof Error)) return { status: 0 };
  const metadata = '$metadata' in error ? (error.$metadata as { httpStatusCode?: number }) : {};
  return { name: error.name, message: error.message, status: metadata.httpStatusCode ?? 0 };
}
