import { bug, ThinningFailure, VALUES_MAX } from '#base';
import { SpooledBody } from '#journal';
import { ApiError, decodeRequest, decompressBody, hasBlobPayload, type RequestHead, type Route } from '#wire';
import type { Step } from '../deps.ts';

const NOTHING = Buffer.alloc(0);
const NO_JSON = Buffer.from('{');
/** What a compressed body may grow to (CloudWatch's clients compress from 10 KiB on). */
const DECOMPRESSED_BYTES_MAX = 16 * 1024 * 1024;
/** JSON.parse makes about this many bytes of objects from one byte of text, besides the text itself. */
const PARSE_FACTOR = 3;

/**
 * The operation's input from path, query, headers and body, validated. A blob payload is not copied into the input:
 * handlers take it from the context. Large bodies are parsed one after the other, within the memory bound.
 */
export const decode: Step = async (exchange, { bodyMemory }) => {
  const { route, operation, head, body } = exchange;
  if (!route) return bug('decoding without a route');
  // What Varve lacks is refused with its reason, whatever the body says.
  if (!operation) return;
  const compression = head.headers['content-encoding'];
  const whole = !hasBlobPayload(route.operation);
  if (!body || !whole) {
    exchange.input = decodeRequest(route, head, NOTHING, { payload: 'skip' });
  } else if (body.inMemory) {
    const bytes = compression
      ? await decompressBody(route, head, body.inMemory, DECOMPRESSED_BYTES_MAX)
      : body.inMemory;
    exchange.input = decodeRequest(route, head, bytes, { payload: 'read' });
  } else if (operation?.handsBodyOn && body instanceof SpooledBody && compression === undefined) {
    exchange.input = await bodyMemory.with(body.sizeBytes, () => decodeThinned(route, head, body));
  } else {
    exchange.input = await bodyMemory.with(body.sizeBytes * PARSE_FACTOR, async () => {
      const bytes = await body.bytes();
      const plain =
        compression === undefined ? bytes : await decompressBody(route, head, bytes, DECOMPRESSED_BYTES_MAX);
      return decodeRequest(route, head, plain, { payload: 'read' });
    });
  }
};

/** Most of what is large in a body are a few long strings, which nobody reads here. */
async function decodeThinned(route: Route, head: RequestHead, body: SpooledBody): Promise<unknown> {
  let bytes: Buffer;
  try {
    bytes = (await body.thinned()).text;
  } catch (error) {
    if (!(error instanceof ThinningFailure)) throw error;
    if (error.reason === 'values') throw tooManyValues();
    // What is no JSON is refused in the words of its protocol.
    bytes = error.reason === 'syntax' ? NO_JSON : await body.bytes();
  }
  return decodeRequest(route, head, bytes, { payload: 'read' });
}

function tooManyValues(): ApiError {
  const message = `1 validation error detected: Value at 'body' failed to satisfy constraint: Member must have at most ${VALUES_MAX} values`;
  return new ApiError('ValidationException', message, { status: 400 });
}
