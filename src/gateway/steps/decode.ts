import { bug } from '#base';
import { decodeRequest, decompressBody, hasBlobPayload } from '#wire';
import type { Step } from '../deps.ts';

const NOTHING = Buffer.alloc(0);
/** What a compressed body may grow to (CloudWatch's clients compress from 10 KiB on). */
const DECOMPRESSED_BYTES_MAX = 16 * 1024 * 1024;
/** JSON.parse makes about this many bytes of objects from one byte of text, besides the text itself. */
const PARSE_FACTOR = 3;

/**
 * The operation's input from path, query, headers and body, validated. A blob payload is not copied into the input:
 * handlers take it from the context. Large bodies are parsed one after the other, within the memory bound.
 */
export const decode: Step = async (exchange, { bodyMemory }) => {
  const { route, head, body } = exchange;
  if (!route) return bug('decoding without a route');
  const whole = !hasBlobPayload(route.operation);
  if (!body || !whole) {
    exchange.input = decodeRequest(route, head, NOTHING, { payload: 'skip' });
  } else if (body.inMemory) {
    const compressed = head.headers['content-encoding'] !== undefined;
    const bytes = compressed ? await decompressBody(route, head, body.inMemory, DECOMPRESSED_BYTES_MAX) : body.inMemory;
    exchange.input = decodeRequest(route, head, bytes, { payload: 'read' });
  } else {
    exchange.input = await bodyMemory.with(body.sizeBytes * PARSE_FACTOR, async () =>
      decodeRequest(route, head, await body.bytes(), { payload: 'read' }),
    );
  }
};
