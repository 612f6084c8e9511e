/**
 * One call that is handed on as it came, and its answer that is handed back as it came. (What fails on the way: errors.ts.)
 */
import type { IncomingMessage } from 'node:http';
import type { Body } from '#base';
import type { Spool } from '#journal';
import type { ForwardedAnswer, ForwardedCall } from '../types.ts';
import { readFrames, readWhole } from './answer.ts';
import { errorOfAnswer, errorOfForwardedStream, errorOfForwarding } from './errors.ts';
import type { Line } from './line.ts';

const EVENT_STREAM = 'application/vnd.amazon.eventstream';
/** Of an answer that tells of an error, the caller gets all and the event what stands in so much of it. */
const TOLD_BYTES_MAX = 256 * 1024;

/** Of the connection or of this very message, not of the answer. (RFC 9110 §7.6.1; the request's id is ours.) */
const NOT_HANDED_ON: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-amzn-requestid',
]);

/** @throws {ApiError} when no answer comes, or none that is whole */
export async function forwardCall(line: Line, call: ForwardedCall, spool: Spool): Promise<ForwardedAnswer> {
  const destination = line.to(call.service, call.region);
  const guard = line.watch(call.signal);
  let streaming = false;
  try {
    const response = await line.send(destination, call, guard);
    const { statusCode: status = 500, headers } = response;
    const head = { status, headers: answerHeaders(headers), ...upstreamRequestId(headers) };
    streaming = status < 300 && headers['content-type']?.startsWith(EVENT_STREAM) === true;
    if (streaming) return { ...head, content: readFrames(response, guard, errorOfForwardedStream) };
    const content = await readWhole(response, spool, guard);
    return status < 300 ? { ...head, content } : { ...head, content, error: await toldBy(status, headers, content) };
  } catch (error) {
    throw errorOfForwarding(error, guard.reason, destination.endpoint.url, call.service);
  } finally {
    if (!streaming) guard.release();
  }
}

type Headers = IncomingMessage['headers'];

function answerHeaders(headers: Headers): Record<string, string> {
  const named = new Set(headers.connection?.toLowerCase().split(/\s*,\s*/));
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || NOT_HANDED_ON.has(name) || named.has(name)) continue;
    kept[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return kept;
}

function upstreamRequestId({ 'x-amzn-requestid': id }: Headers): { upstreamRequestId?: string } {
  return typeof id === 'string' ? { upstreamRequestId: id } : {};
}

async function toldBy(status: number, { 'x-amzn-errortype': type }: Headers, content: Body) {
  const bytes = content.sizeBytes > TOLD_BYTES_MAX ? Buffer.alloc(0) : await content.bytes();
  return errorOfAnswer(status, typeof type === 'string' ? type : undefined, bytes);
}
