/** restJson1, awsJson1_0 and awsJson1_1: requests, responses and errors. */
import { isUtf8 } from 'node:buffer';
import type { BodyCodec, DecodeContext, EncodableError, EncodedOutput, WireInput } from './codec.ts';
import { ApiError } from './errors.ts';
import { encodeEventStream, encodeInitialResponse, eventStreamMember } from './eventstream/index.ts';
import { bindRequestMembers, bindResponseMembers, EVENT_STREAM_TYPE, responsePlan } from './http-bindings.ts';
import { JsonReaders } from './json-reader.ts';
import { JsonRefusal } from './json-values.ts';
import { JsonWriters } from './json-writer.ts';
import { checkMediaTypes } from './media-types.ts';
import type { Member, StructureShape } from './schema.ts';
import type { Route, ServiceName, WireResponse } from './types.ts';

/** AWS answers an unparsable body without a word (kinesalite's recordings): the message stays empty. */
const UNPARSABLE = '';

/** What stands behind the code in Bedrock's `x-amzn-ErrorType` (recorded from the service). */
const BEDROCK_ERROR_SUFFIX = ':http://internal.amazon.com/coral/com.amazon.bedrock/';
const BEDROCK_SERVICES: ReadonlySet<ServiceName> = new Set([
  'bedrock',
  'bedrock-runtime',
  'bedrock-agent',
  'bedrock-agent-runtime',
]);

function jsonCodec(contentType: string, useJsonName: boolean): BodyCodec {
  const readers = new JsonReaders(useJsonName);
  const writers = new JsonWriters(useJsonName);
  return {
    contentType,
    readStructure: (_shape, members, body) =>
      body.length === 0 ? {} : refusing(() => readers.readMembers(members, parse(body))),
    readPayload: (member, body) => refusing(() => readers.readMember(member, parse(body))),
    writeStructure: (_shape, members, value) => JSON.stringify(writers.writeMembers(members, value)),
    writePayload: (member, value) => JSON.stringify(writers.writeMember(member, value)),
    refuse: serializationError,
  };
}

/** Bodies and event payloads of restJson1. */
export const restJsonCodec: BodyCodec = jsonCodec('application/json', true);
/** Bodies and event payloads of awsJson1_0. */
export const awsJson10Codec: BodyCodec = jsonCodec('application/x-amz-json-1.0', false);
/** Bodies and event payloads of awsJson1_1. */
export const awsJson11Codec: BodyCodec = jsonCodec('application/x-amz-json-1.1', false);

export function serializationError(detail: string): ApiError {
  return new ApiError('SerializationException', detail, { status: 400 });
}

function parse(body: Buffer): unknown {
  if (!isUtf8(body)) throw new JsonRefusal(UNPARSABLE);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new JsonRefusal(UNPARSABLE, { cause });
  }
}

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof JsonRefusal ? serializationError(error.message) : error;
  }
}

/** Decodes a restJson1 request. Errors: SerializationException, UnsupportedMediaTypeException, NotAcceptableException. */
export function decodeRestJson(context: DecodeContext): WireInput {
  checkMediaTypes(context);
  return bindRequestMembers(context, restJsonCodec);
}

export function encodeRestJson(route: Route, output: Readonly<Record<string, unknown>>): EncodedOutput {
  const { output: shape } = route.operation;
  const encoded = bindResponseMembers(shape, output, restJsonCodec);
  // An output whose members are all in headers still has a body, `{}`; restXml leaves it empty there.
  if (encoded.body !== undefined || shape.kind === 'unit' || responsePlan(shape).payload) return encoded;
  return { ...encoded, headers: { 'content-type': restJsonCodec.contentType, ...encoded.headers }, body: '{}' };
}

/** Encodes an error: the code in a header, `message` and the model's members in the body. */
export function encodeRestJsonError(route: Route | undefined, error: EncodableError, requestId: string): WireResponse {
  const suffix = route && error.shape && BEDROCK_SERVICES.has(route.serviceName) ? BEDROCK_ERROR_SUFFIX : '';
  const encoded: EncodedOutput = error.shape
    ? bindResponseMembers(error.shape, errorMembers(error), restJsonCodec)
    : {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...(error.message !== '' && { message: error.message }), ...error.members }),
      };
  return {
    status: error.status,
    headers: {
      'content-type': 'application/json',
      ...encoded.headers,
      'x-amzn-requestid': requestId,
      'x-amzn-errortype': error.code + suffix,
    },
    body: encoded.body ?? '{}',
  };
}

export function decodeAwsJson(context: DecodeContext): WireInput {
  const { input } = context.route.operation;
  if (input.kind === 'unit') return {};
  return awsCodec(context.route).readStructure(input, input.members, context.body);
}

/** An output that is Unit has an empty body; the content type stays (P14). */
export function encodeAwsJson(route: Route, output: Readonly<Record<string, unknown>>): EncodedOutput {
  const codec = awsCodec(route);
  const { output: shape } = route.operation;
  const headers = { 'content-type': codec.contentType };
  if (shape.kind === 'unit') return { headers, body: '' };
  const stream = eventStreamMember(shape);
  if (stream?.shape.kind === 'union') {
    const events = encodeEventStream(stream.shape, output[stream.name] as AsyncIterable<Uint8Array>, codec);
    const body = initialResponseFirst(encodeInitialResponse(shape, output, codec), events);
    return { headers: { 'content-type': EVENT_STREAM_TYPE }, body };
  }
  return { headers, body: codec.writeStructure(shape, shape.members, output) };
}

/** RPC protocols begin a stream with the output's other members (P15). */
async function* initialResponseFirst(first: Uint8Array, events: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* events;
}

/** awsJson1_0 qualifies `__type` with the namespace, awsJson1_1 does not (P13). */
export function encodeAwsJsonError(route: Route | undefined, error: EncodableError, requestId: string): WireResponse {
  const codec = awsCodec(route);
  const type =
    codec === awsJson10Codec
      ? `${error.shape?.namespace ?? 'com.amazon.coral.service'}#${error.shape?.name ?? error.code}`
      : (error.shape?.name ?? error.code);
  const members = messageMember(error.shape) || error.message === '' ? {} : { message: error.message };
  const queryError = route?.queryMode
    ? {
        'x-amzn-query-error': `${queryErrorCode(error)};${error.fault === 'client' ? 'Sender' : 'Receiver'}`,
      }
    : {};
  return {
    status: error.status,
    headers: { 'content-type': codec.contentType, 'x-amzn-requestid': requestId, ...queryError },
    body: error.shape
      ? joined({ __type: type, ...members }, writeWhole(codec, error.shape, errorMembers(error)))
      : JSON.stringify({ __type: type, ...members }),
  };
}

/**
 * What awsQuery called an error before the service spoke JSON: the model's word, or for the front end's errors, which no
 * model has, the same without `Exception` (InvalidParameterValue, AccessDenied).
 */
function queryErrorCode({ shape, code }: EncodableError): string {
  if (shape) return shape.traits.awsQueryError?.[0] ?? code;
  return code.replace(/Exception$/, '');
}

function writeWhole(codec: BodyCodec, shape: StructureShape, value: Readonly<Record<string, unknown>>): string {
  return String(codec.writeStructure(shape, shape.members, value));
}

/** One JSON object of the head's members and those of an object's text. */
function joined(head: object, text: string): string {
  return text === '{}' ? JSON.stringify(head) : `${JSON.stringify(head).slice(0, -1)},${text.slice(1)}`;
}

function awsCodec(route: Route | undefined): BodyCodec {
  return route?.protocol === 'awsJson1_0' ? awsJson10Codec : awsJson11Codec;
}

/** The error's members with its message under the model's own name for it, `message` or `Message`. */
export function errorMembers(error: EncodableError): Record<string, unknown> {
  const name = messageMember(error.shape)?.name ?? 'message';
  return error.message === '' ? { ...error.members } : { ...error.members, [name]: error.message };
}

function messageMember(shape: StructureShape | undefined): Member | undefined {
  return shape?.members.get('message') ?? shape?.members.get('Message');
}
