import type { Body } from '#base';

/**
 * An answer whose bytes are already what the caller gets: model answers are passed through, not decoded
 * and encoded again.
 */
export class RawAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | AsyncIterable<Uint8Array>;

  constructor(headers: Readonly<Record<string, string>>, body: Body | AsyncIterable<Uint8Array>) {
    this.headers = headers;
    this.body = body;
  }
}
