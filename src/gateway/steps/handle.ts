import { bug } from '#base';
import type { Caller } from '#identity';
import { SpooledBody } from '#journal';
import type { AuditBegin } from '#records';
import { type CallContext, RawAnswer } from '#services';
import { ApiError, encodeResponse, type WireResponse } from '#wire';
import { noteOutput } from '../auditing/index.ts';
import type { GatewayDependencies, Step } from '../deps.ts';
import type { Exchange } from '../exchange.ts';
import { mayOf } from './authorize.ts';

/** Of the operations that take callers without credentials; their handlers find out who it is. */
const ANONYMOUS: Caller = { kind: 'anonymous', accountId: '', arn: '', userId: '', accessKeyId: '' };

/** Calls the operation and encodes what it gives. */
export const handle: Step = async (exchange, gateway) => {
  const { route, operation } = exchange;
  if (!route) return bug('handling without a route');
  if (!operation) {
    const implementation = gateway.services.get(route.serviceName)?.operations[route.operation.name];
    const why =
      implementation?.kind === 'unimplemented' ? implementation.why : 'it is not in the table of this service';
    throw notImplemented(exchange, route.operation.name, why);
  }
  const headers: Record<string, string> = {};
  const answer: { status: number | undefined } = { status: undefined };
  const context = contextOf(exchange, gateway, headers, answer);
  const { input } = exchange;
  // Who calls an unsigned operation is known only when it is over: its event then needs the input.
  if (exchange.caller) exchange.input = undefined;
  const output = await operation.handle(input, context);
  noteOutput(exchange, gateway, output instanceof RawAnswer ? output.output : () => output);
  if (output instanceof RawAnswer) {
    const { body } = output;
    // Unless a record has named it.
    if (body instanceof SpooledBody) exchange.cleanups.push(() => body.writer.discard());
    exchange.response = rawResponse(exchange, output, headers);
    return;
  }
  exchange.response = encodeResponse(route, (output ?? {}) as Record<string, unknown>, exchange.requestId, {
    ...(answer.status === undefined ? {} : { status: answer.status }),
    headers,
  });
};

function contextOf(
  exchange: Exchange,
  gateway: GatewayDependencies,
  headers: Record<string, string>,
  answer: { status: number | undefined },
): CallContext {
  return {
    requestId: exchange.requestId,
    caller: exchange.caller ?? ANONYMOUS,
    may: mayOf(exchange, gateway),
    accountId: exchange.accountId,
    region: exchange.region,
    receivedAtMs: exchange.receivedAtMs,
    sourceIp: exchange.sourceIp,
    userAgent: exchange.head.headers['user-agent'] ?? '',
    method: exchange.head.method,
    target: exchange.head.target,
    headers: exchange.head.headers,
    signedHeaders: exchange.verified?.signedHeaders ?? new Set(),
    body: exchange.body,
    bodySha256Hex: exchange.bodySha256Hex,
    bodyStream: exchange.bodyStream,
    signal: exchange.abort.signal,
    handOverAudit: () => handOver(exchange),
    noteError: (error) => {
      exchange.error ??= error;
      exchange.errorCode = exchange.error.code;
    },
    setHeader: (name, value) => {
      headers[name] = value;
    },
    setStatus: (status) => {
      answer.status = status;
    },
  };
}

/** From here on whoever took it sees to it that the event is written. */
function handOver({ audit }: Exchange): AuditBegin | undefined {
  const [own] = audit ?? [];
  if (own) own.isSettled = true;
  return own?.begin;
}

function rawResponse(
  { requestId }: Exchange,
  { status, headers, body }: RawAnswer,
  added: Record<string, string>,
): WireResponse {
  const all = { ...headers, ...added, 'x-amzn-requestid': requestId };
  if (!('inMemory' in body)) return { status, headers: all, body };
  // Nothing, which some statuses must not even tell the length of.
  if (body.sizeBytes === 0) return { status, headers: all, body: undefined };
  const length = { ...all, 'content-length': String(body.sizeBytes) };
  return { status, headers: length, body: body.inMemory ?? body.stream() };
}

/** What an operation that is not there answers: AWS's error for an unknown operation, with the reason. */
function notImplemented(exchange: Exchange, name: string, why: string): ApiError {
  const message = `Varve does not implement ${name}: ${why}.`;
  switch (exchange.route?.protocol) {
    case 'restXml':
      return new ApiError('NotImplemented', message, { status: 501 });
    case 'awsQuery':
      return new ApiError('InvalidAction', message, { status: 400 });
    case 'restJson1':
      return new ApiError('UnknownOperationException', message, { status: 404 });
    default:
      return new ApiError('UnknownOperationException', message, { status: 400 });
  }
}
