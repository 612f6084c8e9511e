/**
 * One HTTP/1.1 request to the upstream over kept connections.
 *
 * Retries: none, the caller's SDK does that, but one. A kept connection that the upstream closed while our request was on
 * its way fails at once and without a byte of answer; nothing was lost by trying again on another connection. It is
 * retried when all hold: the connection had served before, no byte of answer came, and it failed within
 * STALE_CONNECTION_MS of being handed the request (later, a model may have been at work on it, and be paid for twice).
 */
import { type ClientRequest, Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Body } from '#base';
import type { Endpoint } from './endpoint.ts';
import type { Guard } from './guard.ts';
import { Slots } from './slots.ts';

/** Kept connections that are unused are closed before upstreams and load balancers usually do (60 s). */
const KEPT_IDLE_MS = 50_000;
const STALE_CONNECTION_MS = 1_000;
/** Response headers at most, all together. */
const RESPONSE_HEADER_BYTES_MAX = 64 * 1024;

export interface OutgoingRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly body: Body;
}

/** Connections to the upstream, kept and counted. */
export class Connections {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;
  readonly #slots: Slots;

  constructor(maxConnections: number) {
    const options = {
      keepAlive: true,
      maxFreeSockets: maxConnections,
      timeout: KEPT_IDLE_MS,
      scheduling: 'lifo',
    } as const;
    this.#http = new HttpAgent(options);
    this.#https = new HttpsAgent(options);
    this.#slots = new Slots(maxConnections);
  }

  /** Sends and resolves with the answer's head. @throws whatever the socket says; the guard knows why */
  async send(outgoing: OutgoingRequest, guard: Guard): Promise<IncomingMessage> {
    guard.connecting();
    const waiting = this.#slots.take(guard);
    if (waiting) await waiting;
    const first = await this.#attempt(outgoing, guard);
    if (!(first instanceof StaleConnection)) return first;
    const second = await this.#attempt(outgoing, guard, true);
    if (second instanceof StaleConnection) throw second.cause;
    return second;
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #attempt(outgoing: OutgoingRequest, guard: Guard, fresh = false): Promise<IncomingMessage | StaleConnection> {
    return new Promise((resolve, reject) => {
      const request = this.#open(outgoing, fresh);
      let handedAtMs = 0;
      request.once('socket', (socket) => {
        handedAtMs = performance.now();
        timeConnection(socket, outgoing.endpoint, guard);
      });
      request.once('response', (response) => {
        guard.begun();
        resolve(response);
      });
      request.on('error', (error) => {
        const stale =
          !fresh && request.reusedSocket && !guard.reason && performance.now() - handedAtMs < STALE_CONNECTION_MS;
        if (stale && isReset(error)) resolve(new StaleConnection(error));
        else reject(error);
      });
      guard.connecting();
      guard.onStop(() => request.destroy());
      sendBody(request, outgoing.body, guard);
    });
  }

  #open({ endpoint, method, target, headers }: OutgoingRequest, fresh: boolean): ClientRequest {
    const secure = endpoint.protocol === 'https:';
    const kept = secure ? this.#https : this.#http;
    const options = {
      method,
      hostname: endpoint.hostname,
      port: endpoint.port,
      path: target,
      headers: listed(headers),
      // A connection of its own, closed afterwards.
      agent: fresh ? false : kept,
      maxHeaderSize: RESPONSE_HEADER_BYTES_MAX,
    } as const;
    return secure ? httpsRequest(options) : httpRequest(options);
  }
}

/**
 * As a list, which goes out as it is: single headers would be kept by name first. Not of a request without a length, whose
 * framing is told only when it ends.
 */
function listed(headers: Record<string, string>): Record<string, string> | string[] {
  return 'content-length' in headers ? Object.entries(headers).flat() : headers;
}

class StaleConnection {
  readonly cause: Error;

  constructor(cause: Error) {
    this.cause = cause;
  }
}

function isReset(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function timeConnection(socket: Socket, endpoint: Endpoint, guard: Guard): void {
  if (!socket.connecting) return guard.awaitingFirstByte();
  socket.once(endpoint.protocol === 'https:' ? 'secureConnect' : 'connect', () => guard.awaitingFirstByte());
}

function sendBody(request: ClientRequest, body: Body, guard: Guard): void {
  if (body.inMemory) {
    request.end(body.inMemory);
    return;
  }
  const source: Readable = body.stream();
  source.once('error', (error) => request.destroy(error));
  // An answer may come, or the connection go, before the body is through.
  request.once('close', () => source.destroy());
  source.on('data', () => guard.stillWaiting());
  source.pipe(request);
}
