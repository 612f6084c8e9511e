/**
 * Smithy's HTTP bindings, the same for restJson1 and restXml: which member of a structure travels in the path, the
 * query, a header, the status or the body. (https://smithy.io/2.0/spec/http-bindings.html)
 */
import type { BodyCodec, DecodeContext, EncodedOutput, WireInput } from './codec.ts';
import { encodeEventStream } from './eventstream/index.ts';
import { readHeader, writeHeader } from './header-values.ts';
import { parseQuery, type QueryParameters } from './query-string.ts';
import type { Member, StructureShape, UnitShape } from './schema.ts';
import { readText, toBuffer } from './text-values.ts';

/** The members of a structure sorted by where they travel; made once a structure. */
export interface BindingPlan {
  readonly labels: readonly Member[];
  readonly query: readonly (readonly [name: string, member: Member])[];
  readonly queryParams: Member | undefined;
  /** Names in the model's own case; `lowerName` for looking them up. */
  readonly headers: readonly { readonly name: string; readonly lowerName: string; readonly member: Member }[];
  readonly prefixHeaders: readonly { readonly prefix: string; readonly member: Member }[];
  readonly responseCode: Member | undefined;
  readonly payload: Member | undefined;
  readonly body: ReadonlyMap<string, Member>;
}

export const EVENT_STREAM_TYPE = 'application/vnd.amazon.eventstream';

const REQUEST_PLANS = new WeakMap<StructureShape, BindingPlan>();
const RESPONSE_PLANS = new WeakMap<StructureShape, BindingPlan>();

/** The plan of an input; labels and query count. */
export function requestPlan(shape: StructureShape): BindingPlan {
  return cached(REQUEST_PLANS, shape, true);
}

/** The plan of an output or error: label and query traits mean nothing there, such members are in the body. */
export function responsePlan(shape: StructureShape): BindingPlan {
  return cached(RESPONSE_PLANS, shape, false);
}

function cached(plans: WeakMap<StructureShape, BindingPlan>, shape: StructureShape, isRequest: boolean): BindingPlan {
  let plan = plans.get(shape);
  if (!plan) {
    plan = makePlan(shape, isRequest);
    plans.set(shape, plan);
  }
  return plan;
}

function makePlan(shape: StructureShape, isRequest: boolean): BindingPlan {
  const labels: Member[] = [];
  const query: [string, Member][] = [];
  const headers: { name: string; lowerName: string; member: Member }[] = [];
  const prefixHeaders: { prefix: string; member: Member }[] = [];
  const body = new Map<string, Member>();
  let queryParams: Member | undefined;
  let responseCode: Member | undefined;
  let payload: Member | undefined;
  for (const member of shape.members.values()) {
    const { traits } = member;
    if (isRequest && traits.httpLabel) labels.push(member);
    else if (isRequest && traits.httpQuery !== undefined) query.push([traits.httpQuery, member]);
    else if (isRequest && traits.httpQueryParams) queryParams = member;
    else if (traits.httpHeader !== undefined)
      headers.push({ name: traits.httpHeader, lowerName: traits.httpHeader.toLowerCase(), member });
    else if (traits.httpPrefixHeaders !== undefined)
      prefixHeaders.push({ prefix: traits.httpPrefixHeaders.toLowerCase(), member });
    else if (!isRequest && traits.httpResponseCode) responseCode = member;
    else if (traits.httpPayload) payload = member;
    else body.set(member.name, member);
  }
  return { labels, query, queryParams, headers, prefixHeaders, responseCode, payload, body };
}

/** Decodes a REST request: labels, query, headers and body, each member from where the model binds it. */
export function bindRequestMembers(context: DecodeContext, codec: BodyCodec): WireInput {
  const { input } = context.route.operation;
  if (input.kind === 'unit') return {};
  const plan = requestPlan(input);
  const values: WireInput =
    plan.payload || plan.body.size === 0 ? {} : codec.readStructure(input, plan.body, context.body);
  if (plan.payload) readPayload(context, plan.payload, codec, values);
  for (const member of plan.labels) {
    const text = context.route.labels[member.name];
    if (text !== undefined) values[member.name] = read(member, text, 'label', codec);
  }
  if (plan.query.length > 0 || plan.queryParams)
    readQuery(plan, context.route.query ?? parseQuery(context.head.target), codec, values);
  readHeaders(plan, context, codec, values);
  return values;
}

/**
 * Streaming payloads are skipped unless the caller asks for `read`; an event stream never comes as a body.
 * An empty body is an absent payload.
 */
function readPayload(context: DecodeContext, member: Member, codec: BodyCodec, values: WireInput): void {
  const { shape } = member;
  if (context.body.length === 0 || context.payload === 'skip') return;
  if (member.traits.streaming && shape.kind !== 'simple') return;
  if (shape.kind === 'simple' && shape.type === 'blob') {
    const streaming = shape.streaming || member.traits.streaming === 1;
    if (!streaming || context.payload === 'read') values[member.name] = context.body;
    return;
  }
  values[member.name] =
    shape.kind === 'simple' && shape.type === 'string'
      ? context.body.toString('utf8')
      : codec.readPayload(member, context.body);
}

function readQuery(plan: BindingPlan, parameters: QueryParameters, codec: BodyCodec, values: WireInput): void {
  for (const [name, member] of plan.query) {
    const texts = parameters.get(name);
    const [first] = texts ?? [];
    if (texts === undefined || first === undefined) continue;
    const { shape } = member;
    values[member.name] =
      shape.kind === 'list'
        ? texts.map((text) => read(shape.member, text, 'query', codec))
        : read(member, first, 'query', codec);
  }
  const all = plan.queryParams;
  if (all?.shape.kind !== 'map' || parameters.size === 0) return;
  const isOfLists = all.shape.value.shape.kind === 'list';
  values[all.name] = Object.fromEntries(
    [...parameters].map(([name, texts]) => [name, isOfLists ? [...texts] : (texts[0] ?? '')]),
  );
}

function readHeaders(plan: BindingPlan, { head }: DecodeContext, codec: BodyCodec, values: WireInput): void {
  for (const { lowerName, member } of plan.headers) {
    const text = head.headers[lowerName];
    if (text === undefined) continue;
    const value = readHeader(member, text);
    if (value === undefined) throw codec.refuse(`The header ${lowerName} cannot be read`);
    values[member.name] = value;
  }
  for (const { prefix, member } of plan.prefixHeaders) {
    const found: [string, string][] = [];
    for (const [name, text] of Object.entries(head.headers)) {
      if (text !== undefined && name.startsWith(prefix)) found.push([name.slice(prefix.length), text]);
    }
    if (found.length > 0) values[member.name] = Object.fromEntries(found);
  }
}

/** Labels and query values: strict, and times in UTC only. (RestJsonPath… and RestJsonQuery… of the official cases.) */
function read(member: Member, text: string, place: 'label' | 'query', codec: BodyCodec): unknown {
  const value = isLoose(member, text) ? undefined : readText(member, text, 'date-time');
  if (value === undefined) throw codec.refuse(`The ${place} ${member.name} cannot be read`);
  return value;
}

function isLoose({ shape }: Member, text: string): boolean {
  if (shape.kind !== 'simple' || shape.type === 'string') return false;
  if (shape.type === 'boolean') return text !== 'true' && text !== 'false';
  if (shape.type === 'timestamp') return /[+-]\d\d:\d\d$/.test(text);
  return text !== text.trim();
}

/** Encodes an output structure or an error's structure: header members, response code, and the rest as the body. */
export function bindResponseMembers(
  shape: StructureShape | UnitShape,
  output: Readonly<Record<string, unknown>>,
  codec: BodyCodec,
): EncodedOutput {
  if (shape.kind === 'unit') return { headers: {}, body: undefined };
  const plan = responsePlan(shape);
  const headers: Record<string, string> = {};
  const body = plan.payload
    ? writePayload(plan.payload, output[plan.payload.name], codec, headers)
    : writeBody(shape, plan, output, codec, headers);
  writeHeaders(plan, output, headers);
  const status = plan.responseCode && output[plan.responseCode.name];
  return typeof status === 'number' ? { status, headers, body } : { headers, body };
}

function writeBody(
  shape: StructureShape,
  plan: BindingPlan,
  output: Readonly<Record<string, unknown>>,
  codec: BodyCodec,
  headers: Record<string, string>,
): string | Uint8Array | undefined {
  if (plan.body.size === 0 && shape.members.size > 0) return undefined;
  headers['content-type'] = codec.contentType;
  return codec.writeStructure(shape, plan.body, output);
}

function writePayload(
  member: Member,
  value: unknown,
  codec: BodyCodec,
  headers: Record<string, string>,
): EncodedOutput['body'] {
  if (value === undefined || value === null) return undefined;
  const { shape, traits } = member;
  if (shape.kind === 'union' && traits.streaming === 1) {
    headers['content-type'] = EVENT_STREAM_TYPE;
    return encodeEventStream(shape, value as AsyncIterable<Uint8Array | Record<string, unknown>>, codec);
  }
  if (shape.kind === 'simple' && (shape.type === 'blob' || shape.type === 'string')) {
    headers['content-type'] = traits.mediaType ?? (shape.type === 'blob' ? 'application/octet-stream' : 'text/plain');
    if (shape.type === 'string') return value as string;
    return isStream(value) ? value : toBuffer(value as Uint8Array | string);
  }
  headers['content-type'] = codec.contentType;
  return codec.writePayload(member, value);
}

function isStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function writeHeaders(
  plan: BindingPlan,
  output: Readonly<Record<string, unknown>>,
  headers: Record<string, string>,
): void {
  for (const { prefix, member } of plan.prefixHeaders) {
    for (const [name, value] of Object.entries((output[member.name] ?? {}) as Record<string, unknown>)) {
      headers[prefix + name.toLowerCase()] = String(value);
    }
  }
  for (const { lowerName, member } of plan.headers) {
    const value = output[member.name];
    if (value !== undefined && value !== null) headers[lowerName] = writeHeader(member, value);
  }
}
