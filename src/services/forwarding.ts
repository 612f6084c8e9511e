/**
 * Operations that Varve does not answer itself: requests go to the configured upstream as they came, answers come back as they
 * are. Everything around them is as for any other operation: who calls, what policies say, what the audit tells.
 *
 * By design: neither the caller's signature nor where the request comes from goes on; the upstream's request id does not come back
 * (callers see Varve's), it is told in the log at debug.
 */
import type { Body } from '#base';
import type { Emit } from '#telemetry';
import {
  errorOfFrame,
  type ForwardedAnswer,
  type ForwardedService,
  type Forwarder,
  type StreamFrame,
} from '#upstreams';
import { ApiError, loadService, restJsonCodec } from '#wire';
import { RawAnswer } from './raw-answer.ts';
import {
  type CallContext,
  implement,
  type ImplementedOperation,
  unimplemented,
  type UnimplementedOperation,
} from './service.ts';

export interface Forwarding {
  /** Undefined: no upstream takes such calls, and the operations are not there. */
  readonly forwarder: Forwarder | undefined;
  /** The frame that tells a caller of a stream of this operation that the stream broke off. */
  readonly encodeStreamError: (operation: string, error: ApiError) => Uint8Array;
  readonly emit: Emit;
}

const NO_UPSTREAM = 'it is forwarded to an upstream of the kind "bedrock", and none is configured';
/** Those of a request that mean something to an operation; what else there is tells of the caller or the connection. */
const HEADERS: ReadonlySet<string> = new Set(['accept', 'content-type', 'x-amz-source-arn']);
const HEADER_PREFIXES = ['x-amzn-bedrock-', 'x-amz-bedrock-'];
const SIGNATURE_PARAMETER = /^x-amz-(?:algorithm|credential|date|expires|security-token|signature|signedheaders)$/i;
const DOTS = /^(?:\.|%2e){1,2}$/i;

/** Operations of one service that are forwarded; `streams`: their answers are event streams. */
export function forwardAll<Names extends string>(
  forwarding: Forwarding,
  service: ForwardedService,
  names: readonly Names[],
  { streams = false }: { streams?: boolean } = {},
): Record<Names, ImplementedOperation | UnimplementedOperation> {
  const { forwarder } = forwarding;
  const entries = names.map((name) => {
    if (!forwarder) return [name, unimplemented(NO_UPSTREAM)];
    const handle = (_input: unknown, context: CallContext) =>
      forward({ ...forwarding, forwarder }, service, name, context);
    return [name, implement(handle, { handsBodyOn: true, answersLate: streams, forwarded: true })];
  });
  return Object.fromEntries(entries) as Record<Names, ImplementedOperation>;
}

async function forward(
  { forwarder, encodeStreamError, emit }: Forwarding & { readonly forwarder: Forwarder },
  service: ForwardedService,
  operation: string,
  context: CallContext,
): Promise<RawAnswer> {
  const answer = await forwarder.forward({
    service,
    method: context.method,
    target: targetOf(context.target),
    headers: headersOf(context.headers),
    body: bodyOf(context),
    bodySha256Hex: context.bodySha256Hex,
    region: context.region,
    signal: context.signal,
  });
  const { status, headers, content, error, upstreamRequestId } = answer;
  const { requestId } = context;
  emit({ name: 'upstream.forwarded', service, operation, status, requestId, upstreamRequestId });
  if (error) context.noteError(error);
  const output = (): unknown => outputOf(service, operation, answer);
  if (isBody(content)) return new RawAnswer(headers, content, { status, output });
  const frames = framesOf(content, context, (failure) => encodeStreamError(operation, failure));
  return new RawAnswer(headers, frames, { status, output });
}

function isBody(content: ForwardedAnswer['content']): content is Body {
  return 'sizeBytes' in content;
}

/** Without the signature that a presigned request has there. @throws {ApiError} ValidationException for `.` and `..` as segments */
function targetOf(target: string): string {
  const at = target.indexOf('?');
  const path = at === -1 ? target : target.slice(0, at);
  // Whoever resolves them would take the request for one of another resource than policies were asked about.
  if (path.split('/').some((segment) => DOTS.test(segment))) {
    throw new ApiError('ValidationException', 'The path has a segment of dots alone.', { status: 400 });
  }
  if (at === -1) return path;
  const parameters = target.slice(at + 1).split('&');
  const kept = parameters.filter((each) => !SIGNATURE_PARAMETER.test(each.split('=', 1)[0] ?? ''));
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`;
}

function headersOf(headers: CallContext['headers']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const isKept = HEADERS.has(name) || HEADER_PREFIXES.some((prefix) => name.startsWith(prefix));
    if (value !== undefined && isKept) kept[name] = value;
  }
  // The body has lost this coding on its way in.
  const codings = (headers['content-encoding'] ?? '').split(',').map((each) => each.trim());
  const coding = codings.filter((each) => each !== 'aws-chunked').join(', ');
  return coding ? { ...kept, 'content-encoding': coding } : kept;
}

/** A request without a body goes on without the length of one. */
function bodyOf({ body, headers }: CallContext): Body | undefined {
  return body && (body.sizeBytes > 0 || headers['content-length'] !== undefined) ? body : undefined;
}

/** What the answer's members are, from headers and body; what cannot be read is not told. */
function outputOf(service: ForwardedService, operation: string, { headers, content }: ForwardedAnswer): unknown {
  const shape = loadService(service).operation(operation)?.output;
  if (shape?.kind !== 'structure') return undefined;
  const told: Record<string, unknown> = {};
  for (const [name, { traits }] of shape.members) {
    const value = traits.httpHeader === undefined ? undefined : headers[traits.httpHeader.toLowerCase()];
    if (value !== undefined) told[name] = value;
  }
  if (!isBody(content) || !content.inMemory) return told;
  try {
    return { ...restJsonCodec.readStructure(shape, shape.members, content.inMemory), ...told };
  } catch {
    return told;
  }
}

/** Bytes as they came, those that came together in one piece. A stream that breaks off ends with an exception. */
async function* framesOf(
  frames: AsyncIterable<readonly StreamFrame[]>,
  context: CallContext,
  encodeError: (error: ApiError) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const together of frames) {
      for (const frame of together) if (frame.messageType !== 'event') context.noteError(errorOfFrame(frame));
      yield Buffer.concat(together.map(({ raw }) => raw));
    }
  } catch (error) {
    // Of a caller who has gone, nobody is there to be told.
    if (context.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    context.noteError(error);
    yield encodeError(error);
  }
}
