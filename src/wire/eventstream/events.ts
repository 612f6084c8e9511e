/**
 * Events of modelled streams, written and read by their schemas (Smithy "event streams"):
 * members with `eventHeader` become headers, one with `eventPayload` is the payload as it is (bytes, text, or a
 * structure in the protocol's format); otherwise the remaining members together are the payload.
 * Header order is Bedrock's (`:event-type`, `:content-type`, `:message-type`); clients accept any.
 */
import { bug } from '#base';
import type { BodyCodec } from '../codec.ts';
import { ApiError } from '../errors.ts';
import type { Member, StructureShape, UnitShape } from '../schema.ts';
import { encodeFrame } from './frame.ts';
import type { EventFrame } from './frame.ts';
import { encodeHeaders, malformedFrame, textHeader } from './headers.ts';
import type { HeaderValue } from './headers.ts';
import { headerOf, valueOf } from './header-values.ts';
import { describeFrame } from './message.ts';

type Values = Readonly<Record<string, unknown>>;

/** How one event is laid out, worked out once. */
interface EventPlan {
  readonly headers: readonly Member[];
  readonly payload: Member | undefined;
  readonly shape: StructureShape;
  /** The members that are the payload together. */
  readonly implicit: ReadonlyMap<string, Member> | undefined;
  readonly contentType: string | undefined;
  /** The encoded headers of every such event. */
  readonly block: Buffer;
}

const PLANS = new WeakMap<Member, Map<string, EventPlan>>();

/** The member of an input or output that is an event stream, if it has one. */
export function eventStreamMember(shape: StructureShape | UnitShape): Member | undefined {
  if (shape.kind === 'unit') return undefined;
  for (const member of shape.members.values()) {
    if (member.shape.kind === 'union' && member.traits.streaming === 1) return member;
  }
  return undefined;
}

/** Encodes `{memberName: value}` as one frame; an error structure becomes an exception frame. */
export function encodeEvent(union: StructureShape, event: Values, codec: BodyCodec): Buffer {
  const name = Object.keys(event).find((key) => event[key] !== undefined) ?? bug(`an empty event of ${union.name}`);
  const member = union.members.get(name) ?? bug(`${union.name} has no event ${name}`);
  return encodeMember(member, (event[name] ?? {}) as Values, codec);
}

/**
 * Encodes the error that ends a stream: an exception frame when the union has a member for it, else an `error` frame.
 */
export function encodeStreamError(union: StructureShape, error: ApiError, codec: BodyCodec): Buffer {
  for (const member of union.members.values()) {
    const { shape } = member;
    if (shape.kind !== 'structure' || !shape.isError || shape.name !== error.code) continue;
    const message = shape.members.has('Message') ? 'Message' : 'message';
    return encodeMember(member, { [message]: error.message, ...error.members }, codec);
  }
  return encodeFrame([
    [':error-code', textHeader(error.code)],
    [':error-message', textHeader(clipped(error.message))],
    [':message-type', textHeader('error')],
  ]);
}

/** The first frame of an RPC protocol's stream: the output's members beside the stream. (Pitfall P15.) */
export function encodeInitialResponse(output: StructureShape, values: Values, codec: BodyCodec): Buffer {
  const stream = eventStreamMember(output);
  const rest = byName([...output.members.values()].filter((member) => member !== stream));
  const payload = codec.writeStructure(output, rest, values);
  return encodeFrame(messageBlock('event', 'initial-response', codec.contentType), payload);
}

/**
 * Reads one event. Exception and error frames are thrown as ApiError with their code and members.
 * @throws ApiError `SerializationException` when the frame is no event of this union.
 */
export function decodeEvent(
  union: StructureShape,
  frame: EventFrame,
  codec: BodyCodec,
): { readonly name: string; readonly value: Record<string, unknown> } {
  const { messageType, type } = describeFrame(frame);
  if (messageType === 'error') {
    const text = frame.headers.get(':error-message');
    throw new ApiError(type, text?.type === 'string' ? text.value : '');
  }
  const member = union.members.get(type);
  if (!member) throw malformedFrame(`unknown ${messageType}`);
  const value = decodeMember(member, frame, codec);
  if (messageType === 'event') return { name: type, value };
  const text = value['message'] ?? value['Message'];
  throw new ApiError(member.shape.name, typeof text === 'string' ? text : '', { members: value });
}

function encodeMember(member: Member, value: Values, codec: BodyCodec): Buffer {
  const plan = planOf(member, codec.contentType);
  const extra: [string, HeaderValue][] = [];
  for (const header of plan.headers) {
    const given = value[header.name];
    if (given !== undefined && given !== null) extra.push([header.name, headerOf(header, given)]);
  }
  const block = extra.length === 0 ? plan.block : Buffer.concat([plan.block, encodeHeaders(extra)]);
  return encodeFrame(block, encodePayload(plan, value, codec));
}

function encodePayload(plan: EventPlan, value: Values, codec: BodyCodec): Uint8Array | string {
  if (plan.implicit) return codec.writeStructure(plan.shape, plan.implicit, value);
  if (!plan.payload) return '';
  const given = value[plan.payload.name];
  if (given === undefined || given === null) return '';
  const { shape } = plan.payload;
  if (shape.kind === 'structure' || shape.kind === 'union') return codec.writePayload(plan.payload, given);
  return given as Uint8Array | string;
}

function decodeMember(member: Member, frame: EventFrame, codec: BodyCodec): Record<string, unknown> {
  const plan = planOf(member, codec.contentType);
  const value: Record<string, unknown> = plan.implicit
    ? codec.readStructure(plan.shape, plan.implicit, frame.payload)
    : {};
  for (const header of plan.headers) {
    const given = frame.headers.get(header.name);
    if (given) value[header.name] = valueOf(header, given);
  }
  if (plan.payload) value[plan.payload.name] = decodePayload(plan.payload, frame.payload, codec);
  return value;
}

function decodePayload(member: Member, payload: Buffer, codec: BodyCodec): unknown {
  const { shape } = member;
  if (shape.kind === 'structure' || shape.kind === 'union') return codec.readPayload(member, payload);
  return shape.kind === 'simple' && shape.type === 'blob' ? payload : payload.toString('utf8');
}

function planOf(member: Member, structureType: string): EventPlan {
  let plans = PLANS.get(member);
  if (!plans) PLANS.set(member, (plans = new Map<string, EventPlan>()));
  let plan = plans.get(structureType);
  if (!plan) plans.set(structureType, (plan = makePlan(member, structureType)));
  return plan;
}

function makePlan(member: Member, structureType: string): EventPlan {
  const { shape } = member;
  if (shape.kind !== 'structure') return bug(`the event ${member.name} is a ${shape.kind}`);
  const members = [...shape.members.values()];
  const headers = members.filter((each) => each.traits.eventHeader === 1);
  const payload = members.find((each) => each.traits.eventPayload === 1);
  const rest = members.filter((each) => each.traits.eventHeader !== 1);
  const implicit = payload || rest.length === 0 ? undefined : byName(rest);
  const contentType = payload ? payloadType(payload, structureType) : implicit && structureType;
  const block = messageBlock(shape.isError ? 'exception' : 'event', member.name, contentType);
  return { headers, payload, shape, implicit, contentType, block };
}

function payloadType(member: Member, structureType: string): string {
  const { shape } = member;
  if (shape.kind !== 'simple') return structureType;
  return shape.type === 'blob' ? 'application/octet-stream' : 'text/plain';
}

function messageBlock(messageType: 'event' | 'exception', type: string, contentType: string | undefined): Buffer {
  return encodeHeaders([
    [`:${messageType}-type`, textHeader(type)],
    ...(contentType === undefined ? [] : [[':content-type', textHeader(contentType)] as const]),
    [':message-type', textHeader(messageType)],
  ]);
}

function byName(members: readonly Member[]): ReadonlyMap<string, Member> {
  return new Map(members.map((member) => [member.name, member]));
}

/** Texts in headers are bounded by the format; an error's text is cut rather than refused. */
function clipped(text: string): string {
  const TEXT_MAX = 8_000;
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}
