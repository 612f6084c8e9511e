/** The way to one upstream: its endpoints, signatures by the server's own credentials, kept connections. */
import { createHash, hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Body, type Clock, MemoryBody } from '#base';
import { SigningKeys, type SigningCredentials, signRequest } from '#wire';
import type { ForwardedService } from '../types.ts';
import { type CredentialSource, credentialSource } from './credentials.ts';
import { type Endpoint, ownEndpoint, parseEndpoint, regionalEndpoint } from './endpoint.ts';
import { Connections } from './exchange.ts';
import { Guard, type UpstreamTimeouts } from './guard.ts';

export interface LineOptions {
  /** Default: AWS's endpoint of the region. */
  readonly endpoint?: string | undefined;
  /** The region to call and to sign for; default: the region of the call. */
  readonly region?: string | undefined;
  readonly credentials: SigningCredentials | 'default';
  readonly timeouts: UpstreamTimeouts;
  /** Connections at most; a call that gets none within `connectMs` is refused as ServiceUnavailableException. */
  readonly maxConnections: number;
  readonly clock: Clock;
}

/** Where the calls of one service in one region go, and what they are signed for. */
export interface Destination {
  readonly endpoint: Endpoint;
  readonly region: string;
}

export interface LineRequest {
  readonly method: string;
  /** Raw path and query, without the endpoint's own path. */
  readonly target: string;
  /** Lower case; what is about the host and the signature is added. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: a request without one, and without a length. */
  readonly body: Body | undefined;
  /** Of the body, lower-case hex, where it is known already. */
  readonly bodySha256Hex?: string | undefined;
}

/** The name that all of Bedrock's services are signed for. */
const SIGNING_NAME = 'bedrock';
const NO_BODY: Body = new MemoryBody(Buffer.alloc(0));

export class Line {
  readonly #options: LineOptions;
  readonly #configured: Endpoint | undefined;
  /** By service and region. */
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #credentials: CredentialSource;
  readonly #connections: Connections;
  readonly #keys = new SigningKeys();

  /** @throws {TypeError} when the endpoint is no http(s) URL */
  constructor(options: LineOptions) {
    this.#options = options;
    this.#configured = options.endpoint === undefined ? undefined : parseEndpoint(options.endpoint);
    this.#credentials = credentialSource(options.credentials);
    this.#connections = new Connections(options.maxConnections);
  }

  to(service: ForwardedService, callRegion: string): Destination {
    const region = this.#options.region ?? callRegion;
    const key = `${service} ${region}`;
    let endpoint = this.#endpoints.get(key);
    if (!endpoint) {
      endpoint = this.#configured ? ownEndpoint(this.#configured, service) : regionalEndpoint(service, region);
      this.#endpoints.set(key, endpoint);
    }
    return { endpoint, region };
  }

  /** Times a call and stops it when its caller goes. */
  watch(signal: AbortSignal): Guard {
    return new Guard(this.#options.timeouts, signal);
  }

  /** Signs, sends and resolves with the answer's head. @throws whatever the socket says; the guard knows why */
  async send({ endpoint, region }: Destination, request: LineRequest, guard: Guard): Promise<IncomingMessage> {
    const { method, body } = request;
    const target = endpoint.basePath + request.target;
    const length = body ? { 'content-length': String(body.sizeBytes) } : {};
    const found = this.#credentials();
    const credentials = found instanceof Promise ? await found : found;
    const headers = signRequest({
      method,
      target,
      headers: { ...request.headers, ...length, host: endpoint.host },
      service: SIGNING_NAME,
      region,
      credentials,
      bodySha256Hex: request.bodySha256Hex ?? (await hashOf(body)),
      nowMs: this.#options.clock.nowMs(),
      keys: this.#keys,
    });
    return this.#connections.send({ endpoint, method, target, headers, body: body ?? NO_BODY }, guard);
  }

  close(): void {
    this.#connections.close();
  }
}

async function hashOf(body: Body = NO_BODY): Promise<string> {
  if (body.inMemory) return hash('sha256', body.inMemory, 'hex');
  const digest = createHash('sha256');
  for await (const chunk of body.stream() as AsyncIterable<Buffer>) digest.update(chunk);
  return digest.digest('hex');
}
