/** Writes an answer to the socket, with backpressure. */
import { once } from 'node:events';
import type { WireResponse } from '#wire';
import type { Exchange } from './exchange.ts';
import type { Outgoing } from './listener.ts';

/** HTTP/2 forbids these; node:http2 throws on them. */
const CONNECTION_HEADERS = new Set(['connection', 'transfer-encoding', 'keep-alive', 'upgrade']);

export async function respond(exchange: Exchange, response: WireResponse): Promise<void> {
  const { outgoing } = exchange;
  if (outgoing.destroyed) return;
  writeHead(exchange, response);
  const { body } = response;
  if (body === undefined || exchange.head.method === 'HEAD') {
    end(outgoing);
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    end(outgoing, body);
  } else {
    await writeStream(outgoing, body, exchange.abort.signal);
  }
}

function writeHead({ outgoing, head, incoming }: Exchange, { status, headers, body }: WireResponse): void {
  outgoing.statusCode = status;
  const isHttp2 = incoming.httpVersionMajor === 2;
  for (const [name, value] of Object.entries(headers)) {
    if (!isHttp2 || !CONNECTION_HEADERS.has(name.toLowerCase())) outgoing.setHeader(name, value);
  }
  if (outgoing.hasHeader('content-length') || status === 204 || status === 304 || head.method === 'HEAD') return;
  if (body === undefined) outgoing.setHeader('content-length', '0');
  else if (typeof body === 'string') outgoing.setHeader('content-length', String(Buffer.byteLength(body)));
  else if (body instanceof Uint8Array) outgoing.setHeader('content-length', String(body.length));
}

function end(outgoing: Outgoing, body?: string | Uint8Array): void {
  if (body === undefined) outgoing.end();
  else outgoing.end(body);
}

async function writeStream(outgoing: Outgoing, body: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  // The caller sees the head at once: the first frame of a model may take long.
  outgoing.flushHeaders();
  try {
    for await (const chunk of body) {
      if (signal.aborted || outgoing.destroyed) return;
      if (!outgoing.write(chunk)) await drained(outgoing, signal);
    }
    outgoing.end();
  } catch (error) {
    // The status is out: an answer that cannot go on is cut, so that the client does not take it for whole.
    outgoing.destroy();
    throw error;
  }
}

async function drained(outgoing: Outgoing, signal: AbortSignal): Promise<void> {
  if (signal.aborted || outgoing.destroyed) return;
  await once(outgoing, 'drain', { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
