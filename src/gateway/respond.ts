/** Writes an answer to the socket, with backpressure. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { bug } from '#base';
import type { WireResponse } from '#wire';
import type { Exchange } from './exchange.ts';
import type { Outgoing } from './listener.ts';

/** HTTP/2 forbids these; node:http2 throws on them. */
const CONNECTION_HEADERS = new Set(['connection', 'transfer-encoding', 'keep-alive', 'upgrade']);

/** `stallMs`: how long the caller of a streamed answer may take nothing of it. */
export async function respond(exchange: Exchange, response: WireResponse, stallMs: number): Promise<void> {
  const { outgoing } = exchange;
  const { body } = response;
  if (outgoing.destroyed) return unread(body);
  try {
    writeHead(exchange, response);
  } catch (error) {
    unread(body);
    throw error;
  }
  if (body === undefined || exchange.head.method === 'HEAD') {
    unread(body);
    end(outgoing);
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    end(outgoing, body);
  } else {
    await writeStream(outgoing, body, exchange.abort.signal, stallMs);
  }
}

/** A file that nobody will read must not stay open. */
function unread(body: WireResponse['body']): void {
  if (body instanceof Readable) body.destroy();
}

/** As a list, which goes out as it is: single headers would be kept by name first. */
function writeHead({ outgoing, head, incoming }: Exchange, { status, headers, body }: WireResponse): void {
  const isHttp2 = incoming.httpVersionMajor === 2;
  const list: string[] = [];
  let hasLength = status === 204 || status === 304 || head.method === 'HEAD';
  for (const name in headers) {
    const lowered = name.toLowerCase();
    if (isHttp2 && CONNECTION_HEADERS.has(lowered)) continue;
    if (lowered === 'content-length') hasLength = true;
    list.push(name, headers[name] ?? bug(`the header ${name} has no value`));
  }
  if (!hasLength) {
    if (body === undefined) list.push('content-length', '0');
    else if (typeof body === 'string') list.push('content-length', String(Buffer.byteLength(body)));
    else if (body instanceof Uint8Array) list.push('content-length', String(body.length));
  }
  outgoing.writeHead(status, list);
}

function end(outgoing: Outgoing, body?: string | Uint8Array): void {
  if (body === undefined) outgoing.end();
  else outgoing.end(body);
}

async function writeStream(
  outgoing: Outgoing,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  stallMs: number,
): Promise<void> {
  // The first frame of a model may take long: the caller sees the head at once, unless something goes with it in this turn.
  const alone = setImmediate(() => outgoing.flushHeaders());
  try {
    for await (const chunk of body) {
      clearImmediate(alone);
      if (signal.aborted || outgoing.destroyed) return;
      if (!outgoing.write(chunk)) await drained(outgoing, signal, stallMs);
    }
    outgoing.end();
  } catch (error) {
    // The status is out: an answer that cannot go on is cut, so that the client does not take it for whole.
    outgoing.destroy();
    throw error;
  } finally {
    clearImmediate(alone);
  }
}

/** Waits until the caller has taken what was written. One that takes nothing for long is cut off: it holds a model's stream open. */
async function drained(outgoing: Outgoing, signal: AbortSignal, stallMs: number): Promise<void> {
  if (signal.aborted || outgoing.destroyed) return;
  const stalled = setTimeout(() => outgoing.destroy(), stallMs);
  try {
    await once(outgoing, 'drain', { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearTimeout(stalled);
  }
}
