/**
 * What the head of a request says of its body: the value of `x-amz-content-sha256`.
 * (Source: S3 API Reference, "Authenticating Requests: Using the Authorization Header".)
 */
import type { PathRule } from './canonical.ts';
import { AuthenticationFailure } from './failure.ts';
import type { SignedAuthorization } from './parse.ts';

export const EMPTY_SHA256_HEX = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** How the body is signed, and so how it must be read. */
export type SignedPayload =
  /** The whole body's SHA-256 is signed; whoever reads the body must compare. `sha256Hex` undefined: not declared in the head. */
  | { readonly kind: 'whole'; readonly sha256Hex: string | undefined }
  /** S3 only: nothing is said of the body. */
  | { readonly kind: 'unsigned' }
  /** S3 only: aws-chunked. */
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailer: boolean; readonly marker: string }
  /** An event stream whose messages are signed one by one. */
  | { readonly kind: 'events'; readonly marker: string };

const CHUNKED = new Map<string, SignedPayload>(
  (
    [
      ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', false, true],
      ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', true, false],
      ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', true, true],
    ] as const
  ).map(([marker, signed, trailer]) => [marker, { kind: 'chunked', signed, trailer, marker }]),
);
const EVENTS_MARKER = 'STREAMING-AWS4-HMAC-SHA256-EVENTS';

/**
 * The payload that the head declares.
 * @throws {AuthenticationFailure} `content-sha256-required` when S3's header is missing or none of its values
 */
export function declaredPayload(parsed: SignedAuthorization, rule: PathRule): SignedPayload {
  const declared = parsed.contentSha256;
  if (declared !== undefined && /^[0-9a-f]{64}$/i.test(declared)) {
    return { kind: 'whole', sha256Hex: declared.toLowerCase() };
  }
  if (declared === EVENTS_MARKER && rule === 'standard') return { kind: 'events', marker: EVENTS_MARKER };
  if (rule === 'standard') return { kind: 'whole', sha256Hex: undefined };
  if (declared === undefined) {
    if (parsed.kind === 'presigned') return { kind: 'unsigned' };
    throw new AuthenticationFailure(
      'content-sha256-required',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  if (declared === UNSIGNED_PAYLOAD) return { kind: 'unsigned' };
  const chunked = CHUNKED.get(declared);
  if (chunked) return chunked;
  throw new AuthenticationFailure(
    'content-sha256-required',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
  );
}
