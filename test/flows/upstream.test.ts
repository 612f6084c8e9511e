/** Calls forwarded to a Bedrock endpoint that the test plays. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, beforeEach, test } from 'node:test';
import type { ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime';
import { CountTokensCommand } from '@aws-sdk/client-bedrock-runtime';
import {
  allOf,
  chunksOf,
  converse,
  converseStream,
  HAIKU,
  invoke,
  invokeStream,
  message,
  parsed,
  refusal,
  textOf,
} from '../calls.ts';
import { withVarve } from '../harness.ts';
import { BUCKET, logToBoth } from '../logging.ts';
import { recordInBucket } from '../records.ts';
import { shareVarve } from '../shared.ts';
import { chunkFrame, EVENT_STREAM, forwardedTo, frame, startMockUpstream, textDelta } from '../upstream.ts';

const mock = await startMockUpstream(() => undefined);
const varve = await shareVarve(forwardedTo(mock.url));
after(() => mock.close());
beforeEach(() => {
  mock.seen.length = 0;
});
const { clients } = varve;
const { runtime } = clients;
await logToBoth(clients);

const recordOf = (requestId: string | undefined) => recordInBucket(clients, BUCKET, requestId);
const USAGE = { inputTokens: 3, outputTokens: 5, totalTokens: 8 };
const START = frame('messageStart', { role: 'assistant' });
const STOP = frame('messageStop', { stopReason: 'end_turn' });
const METADATA = frame('metadata', { usage: USAGE, metrics: { latencyMs: 42 } });

function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': 'theirs', ...headers });
  response.end(JSON.stringify(value));
}

function stream(response: ServerResponse, ...frames: Buffer[]): void {
  response.writeHead(200, { 'content-type': EVENT_STREAM, 'x-amzn-bedrock-content-type': 'application/json' });
  for (const each of frames) response.write(each);
}

test("a call is forwarded with its body untouched and signed with the server's own key", async () => {
  const body = '{ "messages":[],  "max_tokens" : 1.50, "ä": "\\u00e4" }';
  mock.answer = (_, response) => json(response, 200, { content: [] });
  const { InvokeModelCommand } = await import('@aws-sdk/client-bedrock-runtime');
  await runtime.send(
    new InvokeModelCommand({ modelId: HAIKU, body, guardrailIdentifier: 'g1', guardrailVersion: '1' }),
  );
  const [seen] = mock.seen;
  assert.equal(seen?.body.toString(), body);
  assert.match(seen?.headers.authorization ?? '', /Credential=AKIAUPSTREAM00000000\//);
  assert.equal(seen?.headers['x-amzn-bedrock-guardrailidentifier'], 'g1');
});

test('the answer reaches caller and record byte for byte, with its token headers', async () => {
  const answer = {
    id: 'msg_1',
    content: [{ type: 'text', text: 'Tiefe' }],
    usage: { input_tokens: 9, output_tokens: 4 },
  };
  mock.answer = (_, response) =>
    json(response, 200, answer, { 'x-amzn-bedrock-input-token-count': '9', 'x-amzn-bedrock-output-token-count': '4' });
  const got = await invoke(runtime, { prompt: 'x' }, HAIKU);
  assert.deepEqual(parsed(got.body), answer);
  const { input, output } = await recordOf(got.$metadata.requestId);
  assert.deepEqual([input?.inputTokenCount, output?.outputTokenCount, output?.outputBodyJson], [9, 4, answer]);
});

test('CountTokens is forwarded', async () => {
  mock.answer = (_, response) => json(response, 200, { inputTokens: 77 });
  const command = new CountTokensCommand({ modelId: HAIKU, input: { converse: { messages: [message('x')] } } });
  assert.equal((await runtime.send(command)).inputTokens, 77);
  assert.match(mock.seen[0]?.target ?? '', /\/count-tokens$/);
});

test('a frame reaches the caller before the upstream sends the next one', async () => {
  const sent = Promise.withResolvers<ServerResponse>();
  mock.answer = (_, response) => {
    stream(response, START);
    sent.resolve(response);
  };
  const { events, requestId } = await converseStream(runtime, 'x', undefined, HAIKU);
  const iterator = events[Symbol.asyncIterator]();
  const response = await sent.promise;
  // Each one is sent only when the caller has the one before: were any frame held back, this would never end.
  const steps: [Buffer | undefined, keyof ConverseStreamOutput][] = [
    [undefined, 'messageStart'],
    [textDelta('one '), 'contentBlockDelta'],
    [textDelta('two'), 'contentBlockDelta'],
    [STOP, 'messageStop'],
  ];
  for (const [bytes, name] of steps) {
    if (bytes) response.write(bytes);
    const { value } = (await iterator.next()) as { value: ConverseStreamOutput };
    assert.deepEqual(Object.keys(value), [name]);
  }
  response.end(METADATA);
  assert.deepEqual(Object.keys((await iterator.next()).value as object), ['metadata']);
  assert.equal((await iterator.next()).done, true);
  const record = await recordOf(requestId);
  assert.deepEqual(record.output?.outputBodyJson, {
    output: { message: { role: 'assistant', content: [{ text: 'one two' }] } },
    stopReason: 'end_turn',
    usage: USAGE,
    metrics: { latencyMs: 42 },
  });
  assert.deepEqual([record.input?.inputTokenCount, record.output?.outputTokenCount], [3, 5]);
});

test("the upstream's throttling comes back as ThrottlingException 429, and stands in the record", async () => {
  const headers = { 'x-amzn-errortype': 'ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/' };
  mock.answer = (_, response) => json(response, 429, { message: 'Too many tokens, please wait.' }, headers);
  const calls = [
    () => converse(runtime, 'x', undefined, HAIKU),
    () => invoke(runtime, {}, HAIKU),
    () => converseStream(runtime, 'x', undefined, HAIKU),
    () => invokeStream(runtime, {}, HAIKU),
  ];
  for (const call of calls) {
    const { name, message: text, status, requestId } = await refusal(call());
    assert.deepEqual([name, text, status], ['ThrottlingException', 'Too many tokens, please wait.', 429]);
    const record = await recordOf(requestId);
    assert.equal(record.errorCode, 'ThrottlingException');
    assert.deepEqual([record.input, record.output], [undefined, undefined]);
  }
});

test("an exception frame within a stream is the caller's exception, and the record keeps the error and what came before", async () => {
  const failure = frame('throttlingException', { message: 'no more' }, 'exception');
  mock.answer = (_, response) => {
    stream(response, START, textDelta('so far'), failure);
    response.end();
  };
  const { events, requestId } = await converseStream(runtime, 'x', undefined, HAIKU);
  const seen: ConverseStreamOutput[] = [];
  const failed = await refusal(
    (async () => {
      for await (const event of events) seen.push(event);
    })(),
  );
  assert.deepEqual([failed.name, failed.message, textOf(seen)], ['ThrottlingException', 'no more', 'so far']);
  const record = await recordOf(requestId);
  assert.equal(record.errorCode, 'ThrottlingException');
  const body = record.output?.outputBodyJson as { output: { message: { content: unknown } } };
  assert.deepEqual(body.output.message.content, [{ text: 'so far' }]);
});

test('an upstream that breaks off within a stream is ModelStreamErrorException to the caller and in the record', async () => {
  mock.answer = (_, response) => {
    stream(response, chunkFrame({ completion: 'so' }), chunkFrame({ completion: ' far' }));
    setImmediate(() => response.destroy());
  };
  const { events, requestId } = await invokeStream(runtime, { prompt: 'x' }, HAIKU);
  assert.equal((await refusal(chunksOf(events))).name, 'ModelStreamErrorException');
  const record = await recordOf(requestId);
  assert.equal(record.errorCode, 'ModelStreamErrorException');
  assert.deepEqual(record.output?.outputBodyJson, [{ completion: 'so' }, { completion: ' far' }]);
});

test('an upstream that does not begin its answer in time is ModelTimeoutException 408', () =>
  withVarve(forwardedTo(mock.url, { firstByteTimeout: '300ms' }), async ({ clients: others }) => {
    await logToBoth(others);
    mock.answer = () => undefined;
    const { name, status, requestId } = await refusal(converse(others.runtime, 'x', undefined, HAIKU));
    assert.deepEqual([name, status], ['ModelTimeoutException', 408]);
    assert.equal((await recordInBucket(others, BUCKET, requestId)).errorCode, 'ModelTimeoutException');
  }));

test('an upstream that falls silent within a stream ends it with an error', () =>
  withVarve(forwardedTo(mock.url, { idleTimeout: '300ms' }), async ({ clients: others }) => {
    await logToBoth(others);
    const errorOf = async (requestId: string | undefined) =>
      (await recordInBucket(others, BUCKET, requestId)).errorCode;
    mock.answer = (_, response) => stream(response, START, textDelta('so far'));
    const whole = await converseStream(others.runtime, 'x', undefined, HAIKU);
    assert.equal((await refusal(allOf(whole.events))).name, 'ModelStreamErrorException');
    assert.equal(await errorOf(whole.requestId), 'ModelStreamErrorException');
    mock.answer = (_, response) => stream(response, chunkFrame({ completion: 'so far' }));
    const native = await invokeStream(others.runtime, { prompt: 'x' }, HAIKU);
    assert.equal((await refusal(allOf(native.events))).name, 'ModelTimeoutException');
    assert.equal(await errorOf(native.requestId), 'ModelTimeoutException');
  }));

test('a call as a whole may be bounded in time', () =>
  withVarve(forwardedTo(mock.url, { totalTimeout: '300ms' }), async ({ clients: others }) => {
    mock.answer = (_, response) => {
      stream(response, START);
      const timer = setInterval(() => response.write(textDelta('x')), 20);
      response.once('close', () => clearInterval(timer));
    };
    const { events } = await converseStream(others.runtime, 'x', undefined, HAIKU);
    assert.equal((await refusal(allOf(events))).name, 'ModelStreamErrorException');
  }));

test('an upstream that is not there is ServiceUnavailableException 503, and recorded', () =>
  withVarve(forwardedTo('http://127.0.0.1:9', { connectTimeout: '500ms' }), async ({ clients: others }) => {
    await logToBoth(others);
    const { name, status, requestId } = await refusal(converse(others.runtime, 'x', undefined, HAIKU));
    assert.deepEqual([name, status], ['ServiceUnavailableException', 503]);
    const record = await recordInBucket(others, BUCKET, requestId);
    assert.equal(record.errorCode, 'ServiceUnavailableException');
  }));

test("a caller without permission upstream is told so in the upstream's words", async () => {
  const headers = { 'x-amzn-errortype': 'AccessDeniedException' };
  mock.answer = (_, response) => json(response, 403, { message: "You don't have access to the model." }, headers);
  const { name, message: text, status } = await refusal(invoke(runtime, {}, HAIKU));
  assert.deepEqual([name, text, status], ['AccessDeniedException', "You don't have access to the model.", 403]);
});

test('what Varve answers itself needs no upstream', async () => {
  mock.answer = (_, response) => json(response, 500, {});
  assert.equal((await converse(runtime, 'own')).stopReason, 'end_turn');
  assert.equal(mock.seen.length, 0);
});
