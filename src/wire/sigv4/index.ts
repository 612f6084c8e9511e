export { authenticationError } from './answer.ts';
export { createEnvelopeVerifier } from './chunk-signatures.ts';
export { createChunkedDecoder, trailersOf } from './chunked.ts';
export { AuthenticationFailure, type FailureReason } from './failure.ts';
export {
  type BearerAuthorization,
  type HeaderAuthorization,
  parseAuthorization,
  type ParsedAuthorization,
  type PresignedAuthorization,
  type SignedAuthorization,
} from './parse.ts';
export { declaredPayload, EMPTY_SHA256_HEX, type SignedPayload, UNSIGNED_PAYLOAD } from './payload.ts';
export { type SignOptions, type SigningCredentials, signRequest } from './sign.ts';
export { SigningKeys } from './signing-keys.ts';
export { formatBasicIso, parseBasicIso } from './timestamps.ts';
export {
  contentMismatch,
  sameText,
  type SignatureChain,
  type VerifiedRequest,
  type VerifyOptions,
  verifySignature,
} from './verify.ts';
