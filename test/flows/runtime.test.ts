/** The runtime's operations through AWS's own client, answered by the built-in model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConverseCommand, CountTokensCommand } from '@aws-sdk/client-bedrock-runtime';
import {
  allOf,
  chunksOf,
  converse,
  converseStream,
  ECHO,
  HAIKU,
  invoke,
  invokeStream,
  message,
  parsed,
  refusal,
  textOf,
} from '../calls.ts';
import { ACCOUNT, REGION } from '../harness.ts';
import { shareVarve } from '../shared.ts';

const varve = await shareVarve({});
const { runtime } = varve.clients;

const CLAUDE_BODY = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Three small words' }],
};

/** The headers of the last answer, which the SDK's outputs leave out. */
let lastHeaders: Record<string, string> = {};
runtime.middlewareStack.add(
  (next) => async (args) => {
    const result = await next(args);
    lastHeaders = (result.response as { headers: Record<string, string> }).headers;
    return result;
  },
  { step: 'deserialize', priority: 'low' },
);

async function invokeHeaders(modelId: string, body: unknown): Promise<Record<string, string>> {
  await invoke(runtime, body, modelId);
  return lastHeaders;
}

test('InvokeModel answers in the body format of the model family', async () => {
  const answer = await invoke(runtime, CLAUDE_BODY, HAIKU);
  const body = parsed(answer.body);
  assert.equal(answer.contentType, 'application/json');
  assert.deepEqual(body['content'], [{ type: 'text', text: 'Three small words' }]);
  assert.equal(body['stop_reason'], 'end_turn');
});

test("InvokeModelWithResponseStream gives the family's chunks, the last one with Bedrock's metrics", async () => {
  const { events } = await invokeStream(runtime, CLAUDE_BODY, HAIKU);
  const chunks = await chunksOf(events);
  assert.equal(chunks[0]?.['type'], 'message_start');
  assert.equal(chunks.at(-1)?.['type'], 'message_stop');
  const metrics = chunks.at(-1)?.['amazon-bedrock-invocationMetrics'] as Record<string, number>;
  assert.deepEqual(Object.keys(metrics).toSorted(), [
    'firstByteLatency',
    'inputTokenCount',
    'invocationLatency',
    'outputTokenCount',
  ]);
  assert.ok((metrics['inputTokenCount'] ?? 0) > 0 && (metrics['outputTokenCount'] ?? 0) > 0);
});

test('Converse answers with the message, the stop reason, the usage and the latency', async () => {
  const answer = await converse(runtime, 'Hello there');
  assert.deepEqual(answer.output, { message: { role: 'assistant', content: [{ text: 'Hello there' }] } });
  assert.equal(answer.stopReason, 'end_turn');
  const { inputTokens = 0, outputTokens = 0, totalTokens } = answer.usage ?? {};
  assert.ok(inputTokens > 0 && outputTokens > 0);
  assert.equal(totalTokens, inputTokens + outputTokens);
  assert.equal(typeof answer.metrics?.latencyMs, 'number');
});

test('ConverseStream gives the message word by word and ends with the usage', async () => {
  const { events } = await converseStream(runtime, 'one two three');
  const all = await allOf(events);
  assert.equal(textOf(all), 'one two three');
  assert.ok(all.filter(({ contentBlockDelta }) => contentBlockDelta).length >= 3);
  assert.deepEqual(all[0], { messageStart: { role: 'assistant' } });
  assert.equal(all.find(({ messageStop }) => messageStop)?.messageStop?.stopReason, 'end_turn');
  assert.ok((all.at(-1)?.metadata?.usage?.outputTokens ?? 0) > 0);
});

test('CountTokens counts what Converse and InvokeModel then report as input', async () => {
  const messages = [message('How many tokens are in this sentence?')];
  const counted = await runtime.send(new CountTokensCommand({ modelId: ECHO, input: { converse: { messages } } }));
  const answer = await runtime.send(new ConverseCommand({ modelId: ECHO, messages }));
  assert.equal(counted.inputTokens, answer.usage?.inputTokens);
  const body = Buffer.from(JSON.stringify(CLAUDE_BODY));
  const native = await runtime.send(new CountTokensCommand({ modelId: HAIKU, input: { invokeModel: { body } } }));
  assert.equal(
    native.inputTokens,
    (parsed((await invoke(runtime, CLAUDE_BODY, HAIKU)).body)['usage'] as { input_tokens: number }).input_tokens,
  );
});

test('InvokeModel tells token counts and latency in response headers, Converse does not', async () => {
  const headers = await invokeHeaders(HAIKU, CLAUDE_BODY);
  assert.match(headers['x-amzn-bedrock-input-token-count'] ?? '', /^[1-9]\d*$/);
  assert.match(headers['x-amzn-bedrock-output-token-count'] ?? '', /^[1-9]\d*$/);
  assert.match(headers['x-amzn-bedrock-invocation-latency'] ?? '', /^\d+$/);
  assert.match(
    headers['x-amzn-requestid'] ?? '',
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  await converse(runtime, 'hi', undefined, HAIKU);
  assert.equal(lastHeaders['x-amzn-bedrock-input-token-count'], undefined);
});

test('InvokeModel tells cache counts in response headers', async () => {
  const headers = await invokeHeaders(HAIKU, { ...CLAUDE_BODY, varve: { cacheReadTokens: 7, cacheWriteTokens: 5 } });
  assert.equal(headers['x-amzn-bedrock-cache-read-input-token-count'], '7');
  assert.equal(headers['x-amzn-bedrock-cache-write-input-token-count'], '5');
});

test('an embedding has no output token header', async () => {
  const headers = await invokeHeaders('amazon.titan-embed-text-v2:0', { inputText: 'a varve' });
  assert.match(headers['x-amzn-bedrock-input-token-count'] ?? '', /^[1-9]\d*$/);
  assert.equal(headers['x-amzn-bedrock-output-token-count'], undefined);
});

test("a well-known model that is answered locally says so in x-varve-upstream; Varve's own models need not", async () => {
  const known = await invokeHeaders(HAIKU, CLAUDE_BODY);
  assert.equal(known['x-varve-upstream'], 'local');
  const own = await invokeHeaders(ECHO, { prompt: 'x' });
  assert.equal(own['x-varve-upstream'], undefined);
});

test("a model is called by its id, by an inference profile's id, and by the ARN of either", async () => {
  const profile = 'us.anthropic.claude-3-haiku-20240307-v1:0';
  const ids = [
    HAIKU,
    profile,
    `arn:aws:bedrock:${REGION}::foundation-model/${HAIKU}`,
    `arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/${profile}`,
  ];
  for (const modelId of ids) {
    assert.deepEqual(
      parsed((await invoke(runtime, CLAUDE_BODY, modelId)).body)['content'],
      [{ type: 'text', text: 'Three small words' }],
      modelId,
    );
    assert.equal(
      (await converse(runtime, 'hi', undefined, modelId)).output?.message?.content?.[0]?.text,
      'hi',
      modelId,
    );
  }
});

test("a model that nobody knows is refused in AWS's words, by every operation", async () => {
  const unknown = 'no.such-model-v1:0';
  const calls: (() => Promise<unknown>)[] = [
    () => invoke(runtime, {}, unknown),
    () => invokeStream(runtime, {}, unknown),
    () => converse(runtime, 'x', undefined, unknown),
    () => converseStream(runtime, 'x', undefined, unknown),
    () => runtime.send(new CountTokensCommand({ modelId: unknown, input: { converse: { messages: [message('x')] } } })),
  ];
  for (const call of calls) {
    const { name, message: text, status } = await refusal(call());
    assert.deepEqual([name, text, status], ['ValidationException', 'The provided model identifier is invalid.', 400]);
  }
});

test("throttling, time-outs and failures of a model reach the caller as AWS's exceptions", async () => {
  const expected = {
    ThrottlingException: 429,
    ModelTimeoutException: 408,
    ModelErrorException: 424,
    AccessDeniedException: 403,
    ResourceNotFoundException: 404,
    InternalServerException: 500,
    ServiceUnavailableException: 503,
    ModelNotReadyException: 429,
  };
  for (const [code, status] of Object.entries(expected)) {
    const told = await refusal(converse(runtime, 'x', { error: { code, message: `it is ${code}` } }));
    assert.deepEqual([told.name, told.message, told.status], [code, `it is ${code}`, status]);
  }
});

test("an error within a stream reaches the caller as the SDK's exception, after what came before it", async () => {
  const knobs = { error: { code: 'ThrottlingException', message: 'slow down', afterChunks: 3 } };
  const { events } = await converseStream(runtime, 'one two three four five', knobs);
  const seen: unknown[] = [];
  const failed = await refusal(
    (async () => {
      for await (const event of events) seen.push(event);
    })(),
  );
  assert.deepEqual([failed.name, failed.message], ['ThrottlingException', 'slow down']);
  assert.equal(seen.length, 3);
});

test('an Invoke stream that breaks off ends with ModelStreamErrorException', async () => {
  const { events } = await invokeStream(runtime, { ...CLAUDE_BODY, varve: { breakAfterChunks: 2 } }, HAIKU);
  const seen: unknown[] = [];
  const failed = await refusal(
    (async () => {
      for await (const event of events) seen.push(event);
    })(),
  );
  assert.equal(failed.name, 'ModelStreamErrorException');
  assert.equal(seen.length, 2);
});
