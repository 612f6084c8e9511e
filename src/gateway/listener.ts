/**
 * One port for HTTP/1.1 and HTTP/2 with prior knowledge: the JavaScript Bedrock runtime client speaks the
 * latter to plain endpoints (aws-wire.md P1). The first bytes of a connection tell which it is.
 */
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import {
  constants,
  createServer as createHttp2Server,
  type Http2Server,
  type Http2ServerRequest,
  type ServerHttp2Session,
} from 'node:http2';
import { type AddressInfo, createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import { OperationalError, sleep } from '#base';

/** node:http2's compatible request and response are used as what they are compatible with. */
export type Incoming = IncomingMessage;
export type Outgoing = ServerResponse;

export interface ListenerLimits {
  readonly connectionsMax: number;
  /**
   * How long a connection may be silent between requests, and before its first byte; and how long the caller of a streamed
   * answer may take nothing of it.
   */
  readonly idleTimeoutMs: number;
  /** How long a client may take to send one request whole. */
  readonly requestTimeoutMs: number;
}

export interface ListenerEvents {
  /** `expectsContinue`: the client waits for `100 Continue` before it sends the body. */
  request(incoming: Incoming, outgoing: Outgoing, expectsContinue: boolean): void;
  refused(reason: string): void;
}

const HEADER_BYTES_MAX = 64 * 1024;
const HEADERS_MAX = 200;
const HEADERS_TIMEOUT_MS = 30_000;
/** How often slow heads and requests are looked for, at least. */
const CHECK_INTERVAL_MS_MAX = 5_000;
const CONCURRENT_STREAMS_MAX = 256;
/** The request line that every HTTP/2 connection preface begins with. */
const HTTP2_PREFACE = 'PRI';

export class Listener {
  readonly #net: NetServer;
  readonly #http: HttpServer;
  readonly #http2: Http2Server;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #limits: ListenerLimits;

  constructor(limits: ListenerLimits, events: ListenerEvents) {
    this.#limits = limits;
    this.#http = createHttpServer({
      maxHeaderSize: HEADER_BYTES_MAX,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, limits.requestTimeoutMs),
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.idleTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS_MAX, limits.requestTimeoutMs),
      noDelay: true,
    });
    this.#http.maxHeadersCount = HEADERS_MAX;
    this.#http.on('request', (incoming, outgoing) => events.request(incoming, outgoing, false));
    this.#http.on('checkContinue', (incoming, outgoing) => events.request(incoming, outgoing, true));
    this.#http.on('clientError', (error, socket) => answerClientError(error, socket as Socket));
    this.#http2 = createHttp2Server({
      settings: {
        maxConcurrentStreams: CONCURRENT_STREAMS_MAX,
        initialWindowSize: 1024 * 1024,
        maxHeaderListSize: HEADER_BYTES_MAX,
      },
      maxSessionMemory: 16,
      maxHeaderListPairs: HEADERS_MAX,
    });
    const serve2 =
      (expectsContinue: boolean) =>
      (incoming: Http2ServerRequest, outgoing: unknown): void => {
        this.#limitTime(incoming);
        events.request(incoming as unknown as Incoming, outgoing as Outgoing, expectsContinue);
      };
    this.#http2.on('request', serve2(false));
    this.#http2.on('checkContinue', serve2(true));
    this.#http2.on('session', (session) => this.#keepSession(session));
    this.#net = createNetServer({ noDelay: true }, (socket) => this.#sniff(socket));
    this.#net.maxConnections = limits.connectionsMax;
    this.#net.on('drop', () => events.refused('connections-max'));
  }

  /**
   * @throws {OperationalError} `port-taken` or `listen-failed`
   * @returns the port that is listened on
   */
  async listen(host: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#net.once('error', (error: NodeJS.ErrnoException) => reject(listenFailure(error, host, port)));
      this.#net.listen({ host, port, backlog: 4096 }, resolve);
    });
    // The HTTP server never listens itself; this event is what starts its check of slow headers and requests.
    this.#http.emit('listening');
    return (this.#net.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** Takes no new connections, lets requests in flight end for `graceMs`, then closes what is left. */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#net.close(() => resolve()));
    this.#http.closeIdleConnections();
    for (const session of this.#sessions) session.close();
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
    const abort = new AbortController();
    await Promise.race([closed, sleep(graceMs, abort.signal)]);
    abort.abort();
    for (const session of this.#sessions) session.destroy();
    for (const socket of this.#sockets) socket.destroy();
    this.#http.close();
    await closed;
  }

  #sniff(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    // An error before a protocol has taken the socket over must not become an uncaught exception.
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    socket.setTimeout(this.#limits.idleTimeoutMs, () => socket.destroy());
    let first = '';
    const look = (): void => {
      const bytes = socket.read() as Buffer | null;
      // Nothing more will come: the end of a connection that said nothing, or not enough.
      if (bytes === null) return void socket.destroy();
      first += bytes.toString('latin1');
      // One or two bytes do not tell.
      if (first.length < HTTP2_PREFACE.length && HTTP2_PREFACE.startsWith(first))
        return void socket.once('readable', look);
      socket.setTimeout(0);
      socket.removeAllListeners('timeout');
      socket.unshift(Buffer.from(first, 'latin1'));
      const server = first.startsWith(HTTP2_PREFACE) ? this.#http2 : this.#http;
      server.emit('connection', socket);
    };
    socket.once('readable', look);
  }

  /** node:http2 has no time-out for a request's body of its own. */
  #limitTime({ stream }: Http2ServerRequest): void {
    if (stream.endAfterHeaders) return;
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), this.#limits.requestTimeoutMs);
    const received = (): void => clearTimeout(timer);
    stream.once('end', received);
    stream.once('close', received);
  }

  #keepSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.on('close', () => this.#sessions.delete(session));
    session.setTimeout(this.#limits.idleTimeoutMs, () => session.close());
  }
}

function listenFailure(error: NodeJS.ErrnoException, host: string, port: number): OperationalError {
  if (error.code === 'EADDRINUSE') {
    return new OperationalError(
      'port-taken',
      `${host}:${port} is taken by another program`,
      'Stop it, or choose another port with --listen HOST:PORT or VARVE_LISTEN.',
      { cause: error },
    );
  }
  return new OperationalError(
    'listen-failed',
    `cannot listen on ${host}:${port}: ${error.message}`,
    'Choose another address with --listen HOST:PORT.',
    { cause: error },
  );
}

/** A request that is not HTTP gets a bare status and the connection is closed: no protocol is known to answer in. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
