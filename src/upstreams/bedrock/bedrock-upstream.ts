/**
 * Forwards calls to AWS, or to any endpoint that speaks Bedrock's runtime API (another Varve too): body and frames
 * untouched, signed again with the server's own credentials. What fails and how it is told: errors.ts; retries: exchange.ts.
 * Model calls are read as they pass, for their records; others are handed on as they are (forward.ts).
 */
import type { IncomingMessage } from 'node:http';
import type { Spool } from '#journal';
import type { ForwardedAnswer, ForwardedCall, Forwarder, ModelCall, Upstream, UpstreamAnswer } from '../types.ts';
import { bedrockHeadersOf, readError, readFrames, readWhole } from './answer.ts';
import { targetOf } from './endpoint.ts';
import { errorOfFailure, errorOfStream, unusableAnswer } from './errors.ts';
import { forwardCall } from './forward.ts';
import type { Guard } from './guard.ts';
import { Line, type LineOptions } from './line.ts';

export interface BedrockUpstreamOptions extends LineOptions {
  /** As in the configuration; default `bedrock`. */
  readonly name?: string;
  /** Where large answers go while they come. */
  readonly spool: Spool;
}

const EVENT_STREAM = 'application/vnd.amazon.eventstream';
const STREAM_TYPE_HEADER = 'x-amzn-bedrock-content-type';

/** @throws {TypeError} when the endpoint is no http(s) URL */
export function createBedrockUpstream(options: BedrockUpstreamOptions): Upstream & Forwarder {
  return new BedrockUpstream(options);
}

class BedrockUpstream implements Upstream, Forwarder {
  readonly name: string;
  readonly #line: Line;
  readonly #spool: Spool;

  constructor(options: BedrockUpstreamOptions) {
    this.name = options.name ?? 'bedrock';
    this.#line = new Line(options);
    this.#spool = options.spool;
  }

  async answer(call: ModelCall): Promise<UpstreamAnswer> {
    const destination = this.#line.to('bedrock-runtime', call.region);
    const guard = this.#line.watch(call.signal);
    let streaming = false;
    try {
      const { body, bodySha256Hex } = call;
      const request = { method: 'POST', target: targetOf(call), headers: requestHeaders(call), body, bodySha256Hex };
      const response = await this.#line.send(destination, request, guard);
      if (response.statusCode !== 200) throw await readError(response);
      streaming = isStream(call);
      return streaming ? streamAnswer(call, response, guard) : await this.#wholeAnswer(response, guard);
    } catch (error) {
      streaming = false;
      throw errorOfFailure(error, guard.reason, destination.endpoint.url);
    } finally {
      if (!streaming) guard.release();
    }
  }

  forward(call: ForwardedCall): Promise<ForwardedAnswer> {
    return forwardCall(this.#line, call, this.#spool);
  }

  close(): Promise<void> {
    this.#line.close();
    return Promise.resolve();
  }

  async #wholeAnswer(response: IncomingMessage, guard: Guard): Promise<UpstreamAnswer> {
    const body = await readWhole(response, this.#spool, guard);
    return {
      kind: 'whole',
      contentType: response.headers['content-type'] ?? 'application/json',
      body,
      bedrockHeaders: bedrockHeadersOf(response),
      ...upstreamRequestId(response),
    };
  }
}

function streamAnswer(call: ModelCall, response: IncomingMessage, guard: Guard): UpstreamAnswer {
  const type = response.headers['content-type'] ?? '';
  if (!type.startsWith(EVENT_STREAM)) {
    response.destroy();
    throw unusableAnswer('it is no event stream');
  }
  const { [STREAM_TYPE_HEADER]: contentType = 'application/json', ...bedrockHeaders } = bedrockHeadersOf(response);
  return {
    kind: 'stream',
    contentType,
    frames: readFrames(response, guard, (cause, reason) => errorOfStream(cause, reason, call.operation)),
    bedrockHeaders,
    ...upstreamRequestId(response),
  };
}

/** In streams the caller's `Accept` travels as `X-Amzn-Bedrock-Accept`, which is among the Bedrock headers. */
function requestHeaders(call: ModelCall): Record<string, string> {
  return {
    ...call.bedrockHeaders,
    'content-type': call.contentType,
    accept: isStream(call) ? EVENT_STREAM : call.accept,
  };
}

function upstreamRequestId(response: IncomingMessage): { upstreamRequestId?: string } {
  const id = response.headers['x-amzn-requestid'];
  return typeof id === 'string' ? { upstreamRequestId: id } : {};
}

function isStream(call: ModelCall): boolean {
  return call.operation === 'ConverseStream' || call.operation === 'InvokeModelWithResponseStream';
}
