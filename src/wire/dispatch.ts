/** The way in and out of the wire for the gateway: every protocol behind three functions. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { decodeCbor, encodeCbor, encodeCborError } from './cbor.ts';
import type { Decode, Encode, EncodeError, WireInput } from './codec.ts';
import { toEncodable } from './encodable-error.ts';
import { ApiError } from './errors.ts';
import {
  decodeAwsJson,
  decodeRestJson,
  encodeAwsJson,
  encodeAwsJsonError,
  encodeRestJson,
  encodeRestJsonError,
  serializationError,
} from './json.ts';
import { decodeQuery, encodeQuery, encodeQueryError } from './query.ts';
import { servedRouter } from './router.ts';
import type { ProtocolName, RequestHead, Route, WireResponse } from './types.ts';
import { validateInput } from './validation.ts';
import { decodeRestXml, encodeRestXml, encodeRestXmlError } from './xml.ts';

interface Protocol {
  readonly decode: Decode;
  readonly encode: Encode;
  readonly encodeError: EncodeError;
}

const AWS_JSON: Protocol = { decode: decodeAwsJson, encode: encodeAwsJson, encodeError: encodeAwsJsonError };

const PROTOCOLS = {
  restJson1: { decode: decodeRestJson, encode: encodeRestJson, encodeError: encodeRestJsonError },
  awsJson1_0: AWS_JSON,
  awsJson1_1: AWS_JSON,
  restXml: { decode: decodeRestXml, encode: encodeRestXml, encodeError: encodeRestXmlError },
  awsQuery: { decode: decodeQuery, encode: encodeQuery, encodeError: encodeQueryError },
  rpcv2Cbor: { decode: decodeCbor, encode: encodeCbor, encodeError: encodeCborError },
} as const satisfies Record<ProtocolName, Protocol>;

export interface DecodeOptions {
  /**
   * `skip`: the `httpPayload` blob member is left out, its bytes are handed on another way (InvokeModel's body).
   * `read`: streaming blobs are read from the body too. By default they are left undefined.
   */
  readonly payload?: 'read' | 'skip';
}

/**
 * Decodes and validates a request. `body` is what is left when transfer coding, aws-chunked and compression are undone;
 * for operations whose payload is a stream it is empty.
 * Throws ApiError: serialization and constraint errors in the words of the protocol and service.
 */
export function decodeRequest(route: Route, head: RequestHead, body: Buffer, options: DecodeOptions = {}): WireInput {
  const input = decodeUnchecked(route, head, body, options);
  validateInput(route, input, options.payload);
  return input;
}

/** As {@link decodeRequest}, constraints unchecked. */
export function decodeUnchecked(route: Route, head: RequestHead, body: Buffer, options: DecodeOptions = {}): WireInput {
  return PROTOCOLS[route.protocol].decode({ route, head, body, ...options });
}

export interface ResponseOptions {
  /** Overrides the operation's status, such as 206 or 304. */
  readonly status?: number;
  /** Headers that no member binds; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

const BODILESS_STATUSES: ReadonlySet<number> = new Set([204, 304]);

/** Encodes an output. Event streams are encoded as they come; a blob payload may be an AsyncIterable of bytes. */
export function encodeResponse(
  route: Route,
  output: Readonly<Record<string, unknown>>,
  requestId: string,
  options: ResponseOptions = {},
): WireResponse {
  const encoded = PROTOCOLS[route.protocol].encode(route, output, requestId);
  const status = options.status ?? encoded.status ?? route.operation.traits.http?.[2] ?? 200;
  const headers: Record<string, string> = {
    ...requestIdHeaders(route.protocol, requestId),
    ...encoded.headers,
    ...options.headers,
  };
  if (!BODILESS_STATUSES.has(status)) return { status, headers, body: encoded.body };
  if (encoded.body !== undefined) delete headers['content-type'];
  return { status, headers, body: undefined };
}

/**
 * Encodes an error in the protocol of the call, or, when no route was found, in the one the head looks like.
 * What is no ApiError becomes the service's internal error, its text hidden.
 */
export function encodeError(
  route: Route | undefined,
  head: RequestHead,
  error: unknown,
  requestId: string,
): WireResponse {
  const { protocol, serviceName } = route ?? servedRouter().guess(head);
  const encodable = toEncodable(error, protocol, serviceName, route?.service);
  const response = PROTOCOLS[protocol].encodeError(route, encodable, requestId);
  const headers = { ...requestIdHeaders(protocol, requestId), ...response.headers };
  const isBodiless = head.method === 'HEAD' || BODILESS_STATUSES.has(response.status);
  return { status: response.status, headers, body: isBodiless ? undefined : response.body };
}

function requestIdHeaders(protocol: ProtocolName, requestId: string): Record<string, string> {
  return protocol === 'restXml' ? { 'x-amz-request-id': requestId } : { 'x-amzn-requestid': requestId };
}

const unzip = promisify(gunzip);

/**
 * Undoes gzip of a request body (P10): for every service but S3, where Content-Encoding belongs to the object.
 * To be called after the raw bytes were hashed. Throws SerializationException for bad data, and
 * RequestEntityTooLargeException when more than `bytesMax` come out.
 */
export async function decompressBody(
  route: Route,
  { headers }: RequestHead,
  body: Buffer,
  bytesMax: number,
): Promise<Buffer> {
  const codings = headers['content-encoding']?.toLowerCase().split(',') ?? [];
  if (route.protocol === 'restXml' || codings.at(-1)?.trim() !== 'gzip' || body.length === 0) return body;
  try {
    return await unzip(body, { maxOutputLength: bytesMax });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new ApiError('RequestEntityTooLargeException', 'Request too large.', { status: 413 });
    throw serializationError('');
  }
}
