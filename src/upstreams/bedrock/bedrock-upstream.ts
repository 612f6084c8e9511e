/**
 * Forwards calls to AWS, or to any endpoint that speaks Bedrock's runtime API (another Varve too): body and frames
 * untouched, signed again with the server's own credentials. What fails and how it is told: errors.ts; retries: exchange.ts.
 */
import { createHash, hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Body, Clock } from '#base';
import type { Spool } from '#journal';
import { SigningKeys, type SigningCredentials, signRequest } from '#wire';
import type { ModelCall, Upstream, UpstreamAnswer } from '../types.ts';
import { bedrockHeadersOf, readError, readFrames, readWhole } from './answer.ts';
import { type CredentialSource, credentialSource } from './credentials.ts';
import { type Endpoint, parseEndpoint, regionalEndpoint, targetOf } from './endpoint.ts';
import { errorOfFailure, unusableAnswer } from './errors.ts';
import { Connections } from './exchange.ts';
import { Guard, type UpstreamTimeouts } from './guard.ts';

export interface BedrockUpstreamOptions {
  /** As in the configuration; default `bedrock`. */
  readonly name?: string;
  /** Default: AWS's endpoint of the region. */
  readonly endpoint?: string | undefined;
  /** The region to call and to sign for; default: the region of the call. */
  readonly region?: string | undefined;
  readonly credentials: SigningCredentials | 'default';
  readonly timeouts: UpstreamTimeouts;
  /** Connections at most; a call that gets none within `connectMs` is refused as ServiceUnavailableException. */
  readonly maxConnections: number;
  /** Where large answers go while they come. */
  readonly spool: Spool;
  readonly clock: Clock;
}

const EVENT_STREAM = 'application/vnd.amazon.eventstream';
const STREAM_TYPE_HEADER = 'x-amzn-bedrock-content-type';
const SIGNING_NAME = 'bedrock';

/** @throws {TypeError} when the endpoint is no http(s) URL */
export function createBedrockUpstream(options: BedrockUpstreamOptions): Upstream {
  return new BedrockUpstream(options);
}

class BedrockUpstream implements Upstream {
  readonly name: string;
  readonly #options: BedrockUpstreamOptions;
  readonly #endpoint: Endpoint | undefined;
  readonly #regional = new Map<string, Endpoint>();
  readonly #credentials: CredentialSource;
  readonly #connections: Connections;
  readonly #keys = new SigningKeys();

  constructor(options: BedrockUpstreamOptions) {
    this.name = options.name ?? 'bedrock';
    this.#options = options;
    this.#endpoint = options.endpoint === undefined ? undefined : parseEndpoint(options.endpoint);
    this.#credentials = credentialSource(options.credentials);
    this.#connections = new Connections(options.maxConnections);
  }

  async answer(call: ModelCall): Promise<UpstreamAnswer> {
    const region = this.#options.region ?? call.region;
    const endpoint = this.#endpoint ?? this.#endpointOf(region);
    const guard = new Guard(this.#options.timeouts, call.signal);
    let streaming = false;
    try {
      const outgoing = await this.#sign(call, endpoint, region);
      const response = await this.#connections.send(outgoing, guard);
      if (response.statusCode !== 200) throw await readError(response);
      streaming = isStream(call);
      return streaming ? streamAnswer(call, response, guard) : await this.#wholeAnswer(response, guard);
    } catch (error) {
      streaming = false;
      throw errorOfFailure(error, guard.reason, endpoint.url);
    } finally {
      if (!streaming) guard.release();
    }
  }

  close(): Promise<void> {
    this.#connections.close();
    return Promise.resolve();
  }

  #endpointOf(region: string): Endpoint {
    let endpoint = this.#regional.get(region);
    if (!endpoint) this.#regional.set(region, (endpoint = regionalEndpoint(region)));
    return endpoint;
  }

  async #sign(call: ModelCall, endpoint: Endpoint, region: string) {
    const { body } = call;
    const target = targetOf(endpoint, call);
    const found = this.#credentials();
    const credentials = found instanceof Promise ? await found : found;
    const bodySha256Hex =
      call.bodySha256Hex ?? (body.inMemory ? hash('sha256', body.inMemory, 'hex') : await hashOf(body));
    const headers = signRequest({
      method: 'POST',
      target,
      headers: requestHeaders(call, endpoint),
      service: SIGNING_NAME,
      region,
      credentials,
      bodySha256Hex,
      nowMs: this.#options.clock.nowMs(),
      keys: this.#keys,
    });
    return { endpoint, target, headers, body };
  }

  async #wholeAnswer(response: IncomingMessage, guard: Guard): Promise<UpstreamAnswer> {
    const body = await readWhole(response, this.#options.spool, guard);
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
    frames: readFrames(response, call.operation, guard),
    bedrockHeaders,
    ...upstreamRequestId(response),
  };
}

/** In streams the caller's `Accept` travels as `X-Amzn-Bedrock-Accept`, which is among the Bedrock headers. */
function requestHeaders(call: ModelCall, endpoint: Endpoint): Record<string, string> {
  return {
    ...call.bedrockHeaders,
    host: endpoint.host,
    'content-type': call.contentType,
    'content-length': String(call.body.sizeBytes),
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

async function hashOf(body: Body): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of body.stream() as AsyncIterable<Buffer>) digest.update(chunk);
  return digest.digest('hex');
}
