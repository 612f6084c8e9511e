/**
 * Signatures within a body, each chained to the one before it: aws-chunked's chunks and trailer, and the
 * envelopes of signed event streams.
 * (Sources: S3 API Reference, "Signature calculations: transferring payload in multiple chunks" and "… including
 * trailing headers"; Smithy, "AWS event stream signing".)
 */
import { hash } from 'node:crypto';
import { AuthenticationFailure } from './failure.ts';
import { EMPTY_SHA256_HEX } from './payload.ts';
import { formatBasicIso } from './timestamps.ts';
import { sameText, type SignatureChain } from './verify.ts';

/** The chain of a body's signatures. Each check throws {@link AuthenticationFailure} `bad-signature`. */
export class BodySignatures {
  readonly #chain: SignatureChain;
  #previous: string;

  constructor(chain: SignatureChain) {
    this.#chain = chain;
    this.#previous = chain.signature;
  }

  checkChunk(sha256Hex: string, signature: string): void {
    const { timestamp, scope } = this.#chain;
    this.#check(
      `AWS4-HMAC-SHA256-PAYLOAD\n${timestamp}\n${scope}\n${this.#previous}\n${EMPTY_SHA256_HEX}\n${sha256Hex}`,
      signature,
    );
  }

  /** @param canonicalTrailers `name:value\n` for each, in the order sent */
  checkTrailer(canonicalTrailers: string, signature: string): void {
    const { timestamp, scope } = this.#chain;
    this.#check(
      `AWS4-HMAC-SHA256-TRAILER\n${timestamp}\n${scope}\n${this.#previous}\n${hash('sha256', canonicalTrailers, 'hex')}`,
      signature,
    );
  }

  #check(stringToSign: string, signature: string): void {
    const expected = this.#chain.signingKey.sign(stringToSign);
    if (!sameText(expected, signature)) throw new AuthenticationFailure('bad-signature');
    this.#previous = expected;
  }
}

/** What the signature of an event stream's envelope covers (`eventstream/signed.ts` reads it). */
interface Envelope {
  readonly date: Date;
  readonly headerBytes: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * A verifier for the envelopes of one signed event stream, in their order.
 * Each envelope has its own time; a stream that goes past midnight goes on under the next day's key.
 * @param word makes what is thrown for a wrong signature
 */
export function createEnvelopeVerifier(
  chain: SignatureChain,
  word: (failure: AuthenticationFailure) => Error,
): (envelope: Envelope) => void {
  let previous = chain.signature;
  return ({ date, headerBytes, payload, signature }) => {
    const timestamp = formatBasicIso(date.getTime());
    const { signingKey, scope } = chain.on(timestamp.slice(0, 8));
    const expected = signingKey.sign(
      `AWS4-HMAC-SHA256-PAYLOAD\n${timestamp}\n${scope}\n${previous}\n${hash('sha256', headerBytes, 'hex')}\n${hash('sha256', payload, 'hex')}`,
    );
    if (!sameText(expected, Buffer.from(signature).toString('hex'))) {
      throw word(new AuthenticationFailure('bad-signature'));
    }
    previous = expected;
  };
}
