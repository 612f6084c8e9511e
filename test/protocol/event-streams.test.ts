/** Smithy's official event-stream cases (restJson1): what clients send is read, what is written says the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceSchema, type StructureShape } from '#wire';
import {
  decodeEvent,
  decodeFrame,
  encodeEvent,
  eventStreamMember,
  type HeaderValue,
  textHeader,
} from '../../src/wire/eventstream/index.ts';
import { decodeRequest } from '../../src/wire/dispatch.ts';
import { decodeRestJson, encodeRestJson, restJsonCodec } from '../../src/wire/json.ts';
import { readVectorFile, skipWithoutVectors, valueOfParams } from './vector-files.ts';

type VectorHeader = Readonly<Record<string, string | number | boolean>>;

interface EventCase {
  readonly type: 'request' | 'response';
  readonly params?: Record<string, unknown>;
  readonly headers: Readonly<Record<string, VectorHeader>>;
  readonly body?: string;
  readonly bytes: string;
}

interface StreamCase {
  readonly op: string;
  readonly id: string;
  readonly events?: readonly EventCase[];
  readonly expectation?: { readonly failure?: { readonly errorId?: { readonly $id: string } } };
  readonly initialRequest?: { readonly method: string; readonly uri: string; readonly headers: Record<string, string> };
  readonly initialResponse?: { readonly code: number; readonly headers: Record<string, string> };
}

function load(): { service: ServiceSchema; cases: readonly StreamCase[] } {
  const file = readVectorFile<{ readonly events: readonly StreamCase[] }>('restJson1-RestJson.json');
  return { service: new ServiceSchema(file), cases: file.events };
}

function operationOf(service: ServiceSchema, name: string) {
  return service.operation(name) ?? assert.fail(`no operation ${name}`);
}

function unionOf(service: ServiceSchema, { op }: StreamCase, direction: 'request' | 'response'): StructureShape {
  const operation = operationOf(service, op);
  const member = eventStreamMember(direction === 'request' ? operation.input : operation.output);
  return member?.shape.kind === 'union' ? member.shape : assert.fail(`${op} has no stream`);
}

function headerOf(vector: VectorHeader): HeaderValue {
  const [type, value] = Object.entries(vector)[0] ?? assert.fail('an empty header');
  if (type === 'long') return { type, value: BigInt(value) };
  if (type === 'blob') return { type, value: Buffer.from(String(value), 'base64') };
  if (type === 'timestamp') return { type, value: new Date(String(value)) };
  return type === 'string' ? textHeader(String(value)) : ({ type, value } as HeaderValue);
}

function byName(headers: Iterable<readonly [string, HeaderValue]>): [string, HeaderValue][] {
  return [...headers].map(([name, value]): [string, HeaderValue] => [name, value]).sort(([a], [b]) => (a < b ? -1 : 1));
}

function expectedHeaders(event: EventCase): [string, HeaderValue][] {
  return byName(Object.entries(event.headers).map(([name, header]) => [name, headerOf(header)] as const));
}

/** The one event of a params object, by the union's member. */
function eventOf(union: StructureShape, params: Record<string, unknown>): Record<string, Record<string, unknown>> {
  return valueOfParams(union, params) as Record<string, Record<string, unknown>>;
}

function* eventCases(direction: 'request' | 'response') {
  const { service, cases } = load();
  for (const each of cases) {
    for (const event of each.events ?? []) {
      if (event.type === direction) yield { each, event, union: unionOf(service, each, direction) };
    }
  }
}

/** Refused for another reason than the frame: the initial request lacks a member. The last test here. */
const ABOUT_THE_REQUEST = new Set(['MissingRequiredInitialRequestInput', 'DuplexMissingRequiredInitialRequestInput']);

test('every event of the official cases is read', { skip: skipWithoutVectors }, () => {
  let read = 0;
  for (const { each, event, union } of eventCases('request')) {
    if (each.expectation?.failure && !ABOUT_THE_REQUEST.has(each.id)) continue;
    const frame = decodeFrame(Buffer.from(event.bytes, 'base64'));
    assert.deepEqual(byName(frame.headers), expectedHeaders(event), each.id);
    const { name, value } = decodeEvent(union, frame, restJsonCodec);
    assert.deepEqual({ [name]: value }, eventOf(union, event.params ?? {}), each.id);
    read += 1;
  }
  assert.equal(read, 32);
});

test('exceptions and malformed events of the official cases are refused', { skip: skipWithoutVectors }, () => {
  let refused = 0;
  for (const { each, event, union } of eventCases('request')) {
    const failure = each.expectation?.failure;
    if (!failure || ABOUT_THE_REQUEST.has(each.id)) continue;
    const modelled = failure.errorId?.$id.split('#')[1];
    const unmodelled = event.headers[':error-code']?.['string'];
    assert.throws(
      () => decodeEvent(union, decodeFrame(Buffer.from(event.bytes, 'base64')), restJsonCodec),
      { name: 'ApiError', code: modelled ?? unmodelled ?? 'SerializationException' },
      each.id,
    );
    refused += 1;
  }
  assert.equal(refused, 12);
});

test('every event of the official cases is written as its frame', { skip: skipWithoutVectors }, () => {
  let written = 0;
  for (const { each, event, union } of eventCases('response')) {
    const frame = decodeFrame(encodeEvent(union, eventOf(union, event.params ?? {}), restJsonCodec));
    assert.deepEqual(byName(frame.headers), expectedHeaders(event), each.id);
    assert.equal(frame.payload.toString(), event.body ?? '', each.id);
    written += 1;
  }
  assert.equal(written, 32);
});

test('members beside the stream travel in the head of request and response', { skip: skipWithoutVectors }, () => {
  const { service, cases } = load();
  let checked = 0;
  for (const { op, id, initialRequest, initialResponse } of cases) {
    const operation = operationOf(service, op);
    const route = {
      service,
      serviceName: 'bedrock-runtime',
      operation,
      protocol: 'restJson1',
      labels: {},
      queryMode: false,
    } as const;
    if (initialRequest) {
      const head = { method: initialRequest.method, target: initialRequest.uri, headers: initialRequest.headers };
      const input = decodeRestJson({ route, head, body: Buffer.alloc(0) });
      assert.equal(input['initialRequestMember'], 'foo', id);
      checked += 1;
    }
    if (initialResponse) {
      const { headers } = encodeRestJson(route, { initialResponseMember: 'foo' });
      assert.equal(headers['initial-response-member'], 'foo', id);
      checked += 1;
    }
  }
  assert.equal(checked, 4);
});

test('an initial request without a required member is refused before any event', { skip: skipWithoutVectors }, () => {
  const { service, cases } = load();
  const about = cases.filter(({ id }) => ABOUT_THE_REQUEST.has(id));
  assert.equal(about.length, 2);
  for (const { op } of about) {
    const operation = operationOf(service, op);
    const [, target = '/'] = operation.traits.http ?? [];
    const route = {
      service,
      serviceName: 'bedrock-runtime',
      operation,
      protocol: 'restJson1',
      labels: {},
      queryMode: false,
    } as const;
    const head = { method: 'POST', target, headers: {} };
    assert.throws(() => decodeRequest(route, head, Buffer.alloc(0)), { code: 'ValidationException' }, op);
  }
});
