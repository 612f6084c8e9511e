import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Body, MemoryBody } from '#base';
import type { ForwardedAnswer, ForwardedCall } from '#upstreams';
import { ApiError } from '#wire';
import { forwardAll } from './forwarding.ts';
import type { RawAnswer } from './raw-answer.ts';
import type { CallContext } from './service.ts';

const ANSWER: ForwardedAnswer = { status: 200, headers: {}, content: new MemoryBody(Buffer.from('{}')) };

/** What is handed on of a request, and what comes back of an answer. */
async function forwarded(
  request: Partial<CallContext>,
  answer = ANSWER,
  operation: 'Retrieve' | 'InvokeAgent' = 'Retrieve',
) {
  const calls: ForwardedCall[] = [];
  const noted: ApiError[] = [];
  const forward = (call: ForwardedCall): Promise<ForwardedAnswer> => {
    calls.push(call);
    return Promise.resolve(answer);
  };
  const forwarding = {
    forwarder: { forward },
    encodeStreamError: (name: string, { code }: ApiError) => Buffer.from(`${name} ${code}`),
    emit: () => undefined,
  };
  const table = forwardAll(forwarding, 'bedrock-agent-runtime', [operation]);
  const entry = table[operation];
  assert.ok(entry.kind === 'implemented');
  const context = {
    method: 'POST',
    target: '/',
    headers: {},
    region: 'us-east-1',
    signal: new AbortController().signal,
    noteError: (error: ApiError) => noted.push(error),
    ...request,
  } as CallContext;
  const raw = (await entry.handle({}, context)) as RawAnswer;
  const [call] = calls;
  assert.ok(call);
  return { call, raw, noted };
}

test('a signature in the query stays behind, whatever stands between', async () => {
  const signature =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121%2Fus-east-1%2Fbedrock%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Security-Token=t&X-Amz-Signature=00';
  const targetOf = async (target: string): Promise<string> => (await forwarded({ target })).call.target;
  assert.equal(await targetOf(`/tags/a%2Fb?${signature}`), '/tags/a%2Fb');
  assert.equal(await targetOf(`/tags/a%2Fb?b=%20&${signature}&a=+&c`), '/tags/a%2Fb?b=%20&a=+&c');
  assert.equal(await targetOf('/tags/a?x-amz-signatures=1&=2'), '/tags/a?x-amz-signatures=1&=2');
});

test('a path that another server might take for a shorter one is refused', async () => {
  for (const target of ['/agents/..', '/agents/%2e%2E/x', '/agents/./x?a', '/agents/.%2e']) {
    await assert.rejects(forwarded({ target }), { code: 'ValidationException', status: 400 });
  }
  assert.equal((await forwarded({ target: '/agents/...' })).call.target, '/agents/...');
});

test('of the headers those go on that the operation knows; the length of a body only where there is one', async () => {
  const headers = {
    accept: 'application/json',
    authorization: 'AWS4-HMAC-SHA256 …',
    'content-encoding': 'aws-chunked',
    'content-type': 'application/json',
    cookie: 'secret',
    host: 'localhost',
    'user-agent': 'aws-cli',
    'x-amz-date': '20261121T000000Z',
    'x-amz-security-token': 'secret',
    'x-amz-source-arn': 'arn:aws:bedrock:us-east-1:123456789012:agent/A',
    'x-amzn-bedrock-trace': 'ENABLED',
    'x-forwarded-for': '10.0.0.1',
  };
  const empty = new MemoryBody(Buffer.alloc(0));
  const { call } = await forwarded({ headers, body: empty });
  assert.deepEqual(call.headers, {
    accept: 'application/json',
    'content-type': 'application/json',
    'x-amz-source-arn': 'arn:aws:bedrock:us-east-1:123456789012:agent/A',
    'x-amzn-bedrock-trace': 'ENABLED',
  });
  assert.equal(call.body, undefined);
  const told = await forwarded({
    headers: { 'content-length': '0', 'content-encoding': 'gzip, aws-chunked' },
    body: empty,
  });
  assert.deepEqual([told.call.body, told.call.headers['content-encoding']], [empty, 'gzip']);
});

test('a refusal is an answer, and noted; members of an answer are there for its event', async () => {
  const error = new ApiError('ThrottlingException', 'slowly', { status: 429 });
  const content: Body = new MemoryBody(Buffer.from('{"message":"slowly"}'));
  const { raw, noted } = await forwarded({}, { ...ANSWER, status: 429, content, error });
  assert.deepEqual([raw.status, raw.body, noted], [429, content, [error]]);
  const guarded = new MemoryBody(Buffer.from('{"guardrailAction":"NONE","unknown":1}'));
  assert.deepEqual((await forwarded({}, { ...ANSWER, content: guarded })).raw.output(), { guardrailAction: 'NONE' });
  const broken = new MemoryBody(Buffer.from('{"guardrail'));
  assert.deepEqual((await forwarded({}, { ...ANSWER, content: broken })).raw.output(), {});
});

test('a stream that breaks off ends with an exception, unless its caller has gone', async () => {
  async function* breaking(): AsyncGenerator<never> {
    throw new ApiError('BadGatewayException', '');
  }
  const abort = new AbortController();
  const read = async (): Promise<string> => {
    const answer = { ...ANSWER, content: breaking() };
    const { raw, noted } = await forwarded({ signal: abort.signal }, answer, 'InvokeAgent');
    const chunks = await Array.fromAsync(raw.body as AsyncIterable<Uint8Array>);
    return [Buffer.concat(chunks).toString(), ...noted.map(({ code }) => code)].join(', ');
  };
  assert.equal(await read(), 'InvokeAgent BadGatewayException, BadGatewayException');
  abort.abort();
  assert.equal(await read(), '');
});
