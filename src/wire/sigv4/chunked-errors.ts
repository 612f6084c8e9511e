/** What S3 answers to a body that is no good aws-chunked. (Source: S3 API Reference, "Error responses".) */
import { ApiError } from '../errors.ts';

export function malformed(): ApiError {
  return new ApiError('InvalidRequest', 'The request body is not well-formed aws-chunked encoding.', { status: 400 });
}

export function malformedTrailer(): ApiError {
  return new ApiError(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    { status: 400 },
  );
}

export function incomplete(): ApiError {
  return new ApiError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
    { status: 400 },
  );
}
