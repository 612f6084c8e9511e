/**
 * rpcv2Cbor: `POST /service/<X>/operation/<Y>`, CBOR in and out. (Source: Smithy "RPC v2 CBOR protocol".)
 */
import { CborSyntaxError, decodeCborItem } from './cbor/decode.ts';
import { CborWriter } from './cbor/encode.ts';
import { readMembers, readValue } from './cbor/read.ts';
import { writeMembers, writeValue } from './cbor/write.ts';
import type { BodyCodec, DecodeContext, EncodableError, EncodedOutput, WireInput } from './codec.ts';
import { ApiError } from './errors.ts';
import { encodeEventStream, encodeInitialResponse, eventStreamMember } from './eventstream/index.ts';
import type { Route, WireResponse } from './types.ts';

const CONTENT_TYPE = 'application/cbor';
const PROTOCOL = 'rpc-v2-cbor';
const STREAM_TYPE = 'application/vnd.amazon.eventstream';

function refuse(_detail: string): ApiError {
  return new ApiError('SerializationException', 'The request body is not valid CBOR for this operation.', {
    status: 400,
  });
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CborSyntaxError) throw refuse(error.message);
    throw error;
  }
}

/** CBOR as bodies and event payloads. */
export const cborCodec: BodyCodec = {
  contentType: CONTENT_TYPE,
  readStructure: (_shape, members, body) =>
    body.length === 0 ? {} : reading(() => readMembers(members, decodeCborItem(body))),
  readPayload: (member, body) => reading(() => readValue(member, decodeCborItem(body))),
  writeStructure: (_shape, members, value) => written((to) => writeMembers(to, members, value)),
  writePayload: (member, value) => written((to) => writeValue(to, member, value)),
  refuse,
};

/** Reads an rpcv2Cbor request; an empty body is an empty input. @throws ApiError `SerializationException`. */
export function decodeCbor(context: DecodeContext): WireInput {
  const { input } = context.route.operation;
  if (input.kind === 'unit') return {};
  return cborCodec.readStructure(input, input.members, context.body);
}

export function encodeCbor(route: Route, output: Readonly<Record<string, unknown>>, _requestId: string): EncodedOutput {
  const { output: shape } = route.operation;
  const headers = { 'smithy-protocol': PROTOCOL };
  if (shape.kind === 'unit') return { headers, body: undefined };
  const stream = eventStreamMember(shape);
  if (stream?.shape.kind === 'union') {
    const events = output[stream.name] as AsyncIterable<Uint8Array | Record<string, unknown>>;
    const first = encodeInitialResponse(shape, output, cborCodec);
    return {
      headers: { ...headers, 'content-type': STREAM_TYPE },
      body: after(first, encodeEventStream(stream.shape, events, cborCodec)),
    };
  }
  const body = cborCodec.writeStructure(shape, shape.members, output);
  return { headers: { ...headers, 'content-type': CONTENT_TYPE }, body };
}

/** Encodes an error with its qualified `__type`; query-compatible services add the query code for those who ask. */
export function encodeCborError(route: Route | undefined, error: EncodableError, _requestId: string): WireResponse {
  const headers: Record<string, string> = { 'smithy-protocol': PROTOCOL, 'content-type': CONTENT_TYPE };
  if (route?.queryMode && route.service.metadata.awsQueryCompatible) {
    const code = error.shape?.traits.awsQueryError?.[0] ?? error.code;
    headers['x-amzn-query-error'] = `${code};${error.fault === 'client' ? 'Sender' : 'Receiver'}`;
  }
  return { status: error.status, headers, body: written((to) => writeError(to, error, route)) };
}

function writeError(to: CborWriter, error: EncodableError, route: Route | undefined): void {
  const { shape } = error;
  const namespace = shape?.namespace ?? route?.service.metadata.namespace;
  const type = namespace === undefined ? error.code : `${namespace}#${error.code}`;
  const texts: [string, string][] = [['__type', type]];
  const messageName = shape?.members.has('Message') ? 'Message' : 'message';
  if (error.message !== '') texts.push([messageName, error.message]);
  writeMembers(to, shape?.members ?? new Map(), error.members, texts);
}

function written(write: (to: CborWriter) => void): Buffer {
  const writer = new CborWriter();
  write(writer);
  return writer.finish();
}

async function* after(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
