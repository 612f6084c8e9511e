import { Readable } from 'node:stream';
import { bug, type Clock, OperationalError } from '#base';
import type { Emit } from '#telemetry';
import { ApiError, encodeError } from '#wire';
import { auditedFrames, concludeAudit } from './auditing/index.ts';
import { runChain } from './chain.ts';
import type { GatewayDependencies } from './deps.ts';
import { Exchange } from './exchange.ts';
import { answerInternal } from './internal-paths.ts';
import { type Incoming, Listener, type ListenerLimits, type Outgoing } from './listener.ts';
import { brokenOff } from './receive.ts';
import { respond } from './respond.ts';

/** Takes requests from the socket through the chain to the answer. */
export class Gateway {
  readonly #dependencies: () => GatewayDependencies;
  readonly #emit: Emit;
  readonly #listener: Listener;
  readonly #stallMs: number;
  #active = 0;

  /** @param dependencies asked for at each request: a reset puts others in their place */
  constructor(dependencies: () => GatewayDependencies, emit: Emit, limits: ListenerLimits) {
    this.#dependencies = dependencies;
    this.#emit = emit;
    this.#stallMs = limits.idleTimeoutMs;
    this.#listener = new Listener(limits, {
      request: (incoming, outgoing, expectsContinue) => void this.#serve(incoming, outgoing, expectsContinue),
      refused: (reason) => emit({ name: 'connection-refused', reason }),
    });
  }

  /** @throws {OperationalError} `port-taken`, `listen-failed` */
  listen(host: string, port: number): Promise<number> {
    return this.#listener.listen(host, port);
  }

  /** Requests being served. */
  get active(): number {
    return this.#active;
  }

  get connections(): number {
    return this.#listener.connections;
  }

  close(graceMs: number): Promise<void> {
    return this.#listener.close(graceMs);
  }

  async #serve(incoming: Incoming, outgoing: Outgoing, expectsContinue: boolean): Promise<void> {
    const dependencies = this.#dependencies();
    const { ids, clock } = dependencies;
    const exchange = new Exchange(incoming, outgoing, {
      requestId: ids.uuid(),
      receivedAtMs: clock.nowMs(),
      startedMonotonicMs: clock.monotonicMs(),
      expectsContinue,
    });
    this.#active += 1;
    try {
      await this.#answer(exchange, dependencies);
    } catch (error) {
      this.#report(exchange, error);
      if (!outgoing.destroyed) outgoing.destroy();
    } finally {
      this.#active -= 1;
      this.#measure(exchange, clock);
      for (const cleanup of exchange.cleanups) await cleanup();
    }
  }

  async #answer(exchange: Exchange, dependencies: GatewayDependencies): Promise<void> {
    try {
      exchange.response = await answerInternal(exchange, dependencies);
      if (!exchange.response) await runChain(exchange, dependencies);
    } catch (error) {
      exchange.response = this.#errorResponse(exchange, error);
    }
    await this.#audit(exchange, dependencies);
    try {
      await respond(exchange, exchange.response ?? bug('the chain ended without an answer'), this.#stallMs);
    } finally {
      // Of a stream that nobody was there for to begin.
      if (exchange.operation?.answersLate) await concludeAudit(exchange, dependencies);
    }
  }

  /** No reply leaves before its event is durable. */
  async #audit(exchange: Exchange, dependencies: GatewayDependencies): Promise<void> {
    const { response, operation, error } = exchange;
    const body = response?.body;
    if (response && operation?.answersLate && !error && isFrames(body)) {
      exchange.response = { ...response, body: auditedFrames(exchange, dependencies, body) };
      return;
    }
    try {
      const concluding = concludeAudit(exchange, dependencies);
      if (concluding) await concluding;
    } catch (failure) {
      discard(body);
      exchange.response = this.#errorResponse(exchange, failure);
    }
  }

  #errorResponse(exchange: Exchange, thrown: unknown): Exchange['response'] {
    const error =
      thrown instanceof OperationalError
        ? this.#unavailable(exchange, thrown)
        : thrown instanceof ApiError || !brokeOff(exchange)
          ? thrown
          : brokenOff();
    if (!(error instanceof ApiError)) this.#report(exchange, error);
    exchange.error = error instanceof ApiError ? error : new ApiError('InternalFailure', 'An internal error occurred.');
    exchange.errorCode = exchange.error.code;
    return encodeError(exchange.route, exchange.head, error, exchange.requestId);
  }

  /** A full disk and its like: the operator is told what it is and what to do, the caller to come again. */
  #unavailable({ route }: Exchange, { reason, message, remedy }: OperationalError): ApiError {
    this.#emit({ name: 'record-refused', reason, detail: `${message}. ${remedy}` });
    const plain = route?.protocol === 'restXml' || route?.protocol === 'awsQuery';
    return new ApiError(
      plain ? 'ServiceUnavailable' : 'ServiceUnavailableException',
      'The service is temporarily unavailable. Try your request again.',
      { status: 503 },
    );
  }

  #report({ requestId, route, abort }: Exchange, error: unknown): void {
    // A caller who went away is no failure of ours.
    if (abort.signal.aborted) return;
    this.#emit({
      name: 'handler-failed',
      requestId,
      service: route?.serviceName ?? '',
      operation: route?.operation.name ?? '',
      error,
    });
  }

  #measure(exchange: Exchange, clock: Clock): void {
    const { route } = exchange;
    this.#emit({
      name: 'request',
      service: route?.serviceName ?? 'varve',
      operation: route?.operation.name ?? '',
      status: exchange.outgoing.statusCode,
      code: exchange.errorCode,
      durationMs: clock.monotonicMs() - exchange.startedMonotonicMs,
    });
  }
}

/** Whether the caller went away in the middle of the body: what a handler then throws says nothing of us. */
function brokeOff({ incoming }: Exchange): boolean {
  return incoming.destroyed && !incoming.readableEnded && !incoming.complete;
}

type ResponseBody = NonNullable<Exchange['response']>['body'];

function isFrames(body: ResponseBody): body is AsyncIterable<Uint8Array> {
  return body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
}

/** A file that nobody will read must not stay open. */
function discard(body: ResponseBody): void {
  if (body instanceof Readable) body.destroy();
}
