import type { Body } from '#base';

/** Of an answer that is not 200, or that is told about. */
export interface RawAnswerOptions {
  /** Default 200. */
  readonly status?: number;
  /** Its members, decoded, for the call's event; asked for only when the event shows some of them. */
  readonly output?: () => unknown;
}

/**
 * An answer whose bytes are already what the caller gets: model answers are passed through, not decoded
 * and encoded again.
 */
export class RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | AsyncIterable<Uint8Array>;
  readonly output: () => unknown;

  constructor(
    headers: Readonly<Record<string, string>>,
    body: Body | AsyncIterable<Uint8Array>,
    { status = 200, output = () => undefined }: RawAnswerOptions = {},
  ) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.output = output;
  }
}
