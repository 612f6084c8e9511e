import type { Readable } from 'node:stream';
import type { Body } from '#base';
import type { Caller, RequestContext } from '#identity';
import type { AuditMembers } from '#records';
import type { ImplementedOperation } from '#services';
import type { ApiError, ParsedAuthorization, RequestHead, Route, VerifiedRequest, WireResponse } from '#wire';
import type { DueEvent } from './auditing/index.ts';
import type { Incoming, Outgoing } from './listener.ts';

/** One request and its answer on their way through the chain; each step adds what it found out. */
export class Exchange {
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  readonly head: RequestHead;
  readonly requestId: string;
  readonly receivedAtMs: number;
  readonly startedMonotonicMs: number;
  readonly sourceIp: string;
  /** The client waits for `100 Continue`; set to false once it was sent. */
  expectsContinue: boolean;
  /** Aborts when the caller goes away. */
  readonly abort = new AbortController();

  route: Route | undefined;
  operation: ImplementedOperation | undefined;
  authorization: ParsedAuthorization | undefined;
  caller: Caller | undefined;
  /** The signature or token held, or the operation takes callers without. */
  isAuthenticated = false;
  /** Whom the handler of an unsigned operation found to be calling. */
  foundCaller: Caller | undefined;
  /** The secret of the caller's access key; never leaves the chain. */
  secret: string | undefined;
  verified: VerifiedRequest | undefined;
  /** Condition keys that tell of the request itself, once somebody has asked for them. */
  requestContext: RequestContext | undefined;
  accountId = '';
  region = '';
  body: Body | undefined;
  bodySha256Hex: string | undefined;
  bodyStream: Readable | undefined;
  input: unknown;
  response: WireResponse | undefined;
  /** What the caller was told instead of an answer. */
  error: ApiError | undefined;
  /** Policies kept the caller off, before anything was done. */
  isDenied = false;
  audit: readonly DueEvent[] | undefined;
  /** What the event tells of the output. */
  responseElements: AuditMembers | null | undefined;
  /** The error's code, for metrics; empty when the request was answered. */
  errorCode = '';
  /** What must be done once the exchange is over, whichever way. */
  readonly cleanups: (() => Promise<void> | void)[] = [];

  constructor(
    incoming: Incoming,
    outgoing: Outgoing,
    facts: { requestId: string; receivedAtMs: number; startedMonotonicMs: number; expectsContinue: boolean },
  ) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.requestId = facts.requestId;
    this.receivedAtMs = facts.receivedAtMs;
    this.startedMonotonicMs = facts.startedMonotonicMs;
    this.expectsContinue = facts.expectsContinue;
    this.sourceIp = incoming.socket.remoteAddress ?? '';
    this.head = {
      method: incoming.method ?? '',
      target: incoming.url ?? '/',
      headers: incoming.headers as RequestHead['headers'],
    };
    // HTTP/2's response says `finish` also for a stream that was reset; what was never ended was never finished.
    outgoing.on('close', () => {
      if (!outgoing.writableEnded) this.abort.abort();
    });
  }

  /** Tells a client that waits for it to send the body; done only once the request's head was found good. */
  continue(): void {
    if (!this.expectsContinue) return;
    this.expectsContinue = false;
    this.outgoing.writeContinue();
  }
}
