/**
 * Signed event streams (SDK to service): every frame travels inside an envelope frame with the headers `:date` and
 * `:chunk-signature`; an envelope without payload, signed too, ends the stream.
 * The signature is checked by the caller's verifier, which chains each signature to the one before it.
 */
import { ApiError } from '../errors.ts';
import { decodeFrame } from './frame.ts';
import type { EventFrame } from './frame.ts';
import { encodeHeaders, malformedFrame } from './headers.ts';

/** What one envelope's signature covers. */
export interface SignedEnvelope {
  readonly date: Date;
  /** The encoded headers without `:chunk-signature`: their SHA-256 goes into the string to sign. */
  readonly headerBytes: Buffer;
  /** The inner frame; empty in the last envelope. Its SHA-256 goes into the string to sign. */
  readonly payload: Buffer;
  /** 32 bytes of HMAC-SHA256. */
  readonly signature: Buffer;
}

/** Throws ApiError when the signature is not the one expected after those before it. */
export type EnvelopeVerifier = (envelope: SignedEnvelope) => void;

/**
 * Yields the inner frames, each only after its envelope was verified.
 * @throws ApiError what the verifier throws; `SerializationException` for malformed envelopes or frames;
 *   `IncompleteSignatureException` when the stream ends without the signed end.
 */
export async function* unwrapSigned(
  envelopes: AsyncIterable<EventFrame>,
  verify: EnvelopeVerifier,
): AsyncGenerator<EventFrame, void, undefined> {
  for await (const frame of envelopes) {
    const envelope = readEnvelope(frame);
    verify(envelope);
    if (envelope.payload.length === 0) return;
    yield decodeFrame(envelope.payload);
  }
  throw new ApiError('IncompleteSignatureException', 'The event stream ended without its signed end.', { status: 400 });
}

/** @throws ApiError (`SerializationException`) when the date or the signature is missing or of the wrong type. */
export function readEnvelope(frame: EventFrame): SignedEnvelope {
  const date = frame.headers.get(':date');
  const signature = frame.headers.get(':chunk-signature');
  if (date?.type !== 'timestamp' || signature?.type !== 'blob') throw malformedFrame('an envelope is not signed');
  const signed = [...frame.headers].filter(([name]) => name !== ':chunk-signature');
  return {
    date: date.value,
    headerBytes: encodeHeaders(signed),
    payload: frame.payload,
    signature: signature.value,
  };
}
