/** The record of each operation, as consumers read it from the bucket. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConverseCommand, ConverseStreamCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import {
  allOf,
  chunksOf,
  converse,
  converseInput,
  converseStream,
  ECHO,
  EMBED,
  HAIKU,
  invoke,
  invokeStream,
  message,
  parsed,
  refusal,
} from '../calls.ts';
import { ACCOUNT, REGION } from '../harness.ts';
import { BUCKET, GROUP, logToBoth } from '../logging.ts';
import { bodyOf, eventually, type InvocationRecord, linesInBucket, linesInGroup, recordInBucket } from '../records.ts';
import { shareVarve } from '../shared.ts';

const varve = await shareVarve({ delivery: { interval: '50ms' } });
const { clients } = varve;
const { runtime } = clients;
await logToBoth(clients);

const recordOf = (requestId: string | undefined): Promise<InvocationRecord> =>
  recordInBucket(clients, BUCKET, requestId);
const CLAUDE = {
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 64,
  messages: [{ role: 'user', content: 'one two' }],
};
const PROFILE = 'us.anthropic.claude-3-haiku-20240307-v1:0';
const HEAD = ['timestamp', 'accountId', 'region', 'requestId', 'operation', 'modelId'];
const TAIL = ['schemaType', 'schemaVersion'];

test('a record has the keys of 2026, in their order, and no others', async () => {
  const { $metadata } = await invoke(runtime, CLAUDE, HAIKU);
  const record = await recordOf($metadata.requestId);
  assert.deepEqual(Object.keys(record), [...HEAD, 'input', 'output', 'identity', ...TAIL]);
  assert.deepEqual(Object.keys(record.input ?? {}), ['inputContentType', 'inputBodyJson', 'inputTokenCount']);
  assert.deepEqual(Object.keys(record.output ?? {}), ['outputContentType', 'outputBodyJson', 'outputTokenCount']);
  assert.match(record.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const { accountId, region, identity, schemaType, schemaVersion } = record;
  assert.deepEqual(
    { accountId, region, identity, schemaType, schemaVersion },
    {
      accountId: ACCOUNT,
      region: REGION,
      identity: { arn: `arn:aws:iam::${ACCOUNT}:root` },
      schemaType: 'ModelInvocationLog',
      schemaVersion: '1.0',
    },
  );
});

test('InvokeModel: both bodies stand raw, byte for byte as they were sent, with the counts of the headers', async () => {
  const body = `{"anthropic_version":"bedrock-2023-05-31","max_tokens":64, "temperature":1.0,"messages":[{"role":"user","content":"\\u00e4 ä 層"}]}`;
  const answer = await runtime.send(new InvokeModelCommand({ modelId: HAIKU, body }));
  const { requestId } = answer.$metadata;
  const record = await recordOf(requestId);
  assert.equal(record.operation, 'InvokeModel');
  const line = (await linesInBucket(clients, BUCKET)).find((each) => each.includes(requestId ?? '')) ?? '';
  assert.ok(line.includes(`"inputBodyJson":${body},"inputTokenCount"`), line);
  assert.ok(line.includes(`"outputBodyJson":${Buffer.from(answer.body).toString()},"outputTokenCount"`), line);
  const usage = parsed(answer.body)['usage'] as { input_tokens: number; output_tokens: number };
  assert.deepEqual(
    [record.input?.inputTokenCount, record.output?.outputTokenCount],
    [usage.input_tokens, usage.output_tokens],
  );
});

test('InvokeModelWithResponseStream: the output is the array of chunks, in order, without padding', async () => {
  const { events, requestId } = await invokeStream(runtime, CLAUDE, HAIKU);
  const chunks = await chunksOf(events);
  const record = await recordOf(requestId);
  assert.equal(record.operation, 'InvokeModelWithResponseStream');
  assert.deepEqual(record.output?.outputBodyJson, chunks);
  const metrics = chunks.at(-1)?.['amazon-bedrock-invocationMetrics'] as Record<string, number>;
  assert.equal(record.input?.inputTokenCount, metrics['inputTokenCount']);
  assert.equal(record.output?.outputTokenCount, metrics['outputTokenCount']);
  assert.deepEqual([record.input?.['cacheReadInputTokenCount'], record.input?.['cacheWriteInputTokenCount']], [0, 0]);
});

test('Converse: the input is the request without its modelId, the output the whole response', async () => {
  const input = {
    ...converseInput('one two'),
    system: [{ text: 'be brief' }],
    inferenceConfig: { maxTokens: 50, stopSequences: [] },
    additionalModelRequestFields: { top_k: 5 },
  };
  const answer = await runtime.send(new ConverseCommand(input));
  const record = await recordOf(answer.$metadata.requestId);
  const { modelId: _, ...body } = input;
  assert.deepEqual(record.input?.inputBodyJson, body);
  const { $metadata: __, ...response } = answer;
  assert.deepEqual(record.output?.outputBodyJson, JSON.parse(JSON.stringify(response)));
  assert.equal(record.input?.['cacheReadInputTokenCount'], undefined);
});

test('ConverseStream: the output is one ConverseResponse, put together from the events', async () => {
  const whole = await converse(runtime, 'one two three');
  const { events, requestId } = await converseStream(runtime, 'one two three');
  await allOf(events);
  const record = await recordOf(requestId);
  assert.equal(record.operation, 'ConverseStream');
  const body = record.output?.outputBodyJson as Record<string, unknown>;
  assert.deepEqual(body['output'], whole.output);
  assert.deepEqual([body['stopReason'], body['usage']], [whole.stopReason, JSON.parse(JSON.stringify(whole.usage))]);
  assert.equal(typeof (body['metrics'] as { latencyMs: unknown }).latencyMs, 'number');
});

test('an Invoke stream of every family is an array whose last chunk has the metrics', async () => {
  const families: [string, unknown][] = [
    ['meta.llama3-8b-instruct-v1:0', { prompt: 'one two' }],
    ['mistral.mistral-7b-instruct-v0:2', { prompt: '<s>[INST] one two [/INST]' }],
    ['amazon.titan-text-express-v1', { inputText: 'one two' }],
    ['amazon.nova-lite-v1:0', { messages: [{ role: 'user', content: [{ text: 'one two' }] }] }],
    ['cohere.command-r-v1:0', { message: 'one two' }],
  ];
  for (const [modelId, body] of families) {
    const { events, requestId } = await invokeStream(runtime, body, modelId);
    const chunks = await chunksOf(events);
    const record = await recordOf(requestId);
    assert.deepEqual(record.output?.outputBodyJson, chunks, modelId);
    assert.ok((record.input?.inputTokenCount ?? 0) > 0 && (record.output?.outputTokenCount ?? 0) > 0, modelId);
  }
});

test('a refused call of each operation has its errorCode and neither input nor output', async () => {
  const error = { code: 'AccessDeniedException', message: 'no' };
  const native = { ...CLAUDE, varve: { error } };
  const calls = {
    Converse: () => converse(runtime, 'x', { error }, PROFILE),
    ConverseStream: () => converseStream(runtime, 'x', { error }, PROFILE),
    InvokeModel: () => invoke(runtime, native, PROFILE),
    InvokeModelWithResponseStream: () => invokeStream(runtime, native, PROFILE),
  };
  for (const [operation, call] of Object.entries(calls)) {
    const record = await recordOf((await refusal(call())).requestId);
    assert.deepEqual(Object.keys(record), [...HEAD, 'identity', 'errorCode', 'inferenceRegion', ...TAIL], operation);
    assert.deepEqual([record.operation, record.errorCode], [operation, 'AccessDeniedException']);
  }
});

test('a call for a model that nobody knows is recorded with ValidationException', async () => {
  const { requestId } = await refusal(converse(runtime, 'x', undefined, 'no.such-model-v1:0'));
  const record = await recordOf(requestId);
  assert.deepEqual([record.errorCode, record.modelId], ['ValidationException', 'no.such-model-v1:0']);
});

test("a body that the model cannot read is refused in AWS's words and recorded with ValidationException", async () => {
  for (const body of ['', 'no json', '[1]', Buffer.from([0xff, 0xfe])]) {
    const {
      name,
      message: text,
      status,
      requestId,
    } = await refusal(runtime.send(new InvokeModelCommand({ modelId: HAIKU, body })));
    assert.deepEqual([name, status], ['ValidationException', 400]);
    assert.match(text, /^Malformed input request.*, please reformat your input and try again\.$/);
    assert.equal((await recordOf(requestId)).errorCode, 'ValidationException');
  }
});

test('an error within a stream stands in the record beside what was delivered', async () => {
  const knobs = { error: { code: 'ModelStreamErrorException', message: 'broke', afterChunks: 3 } };
  const { events, requestId } = await invokeStream(runtime, { prompt: 'one two three four five', varve: knobs });
  await refusal(allOf(events));
  const record = await recordOf(requestId);
  assert.equal(record.errorCode, 'ModelStreamErrorException');
  assert.equal(bodyOf<unknown[]>(record.output?.outputBodyJson).length, 3);
});

test("a profile's id is recorded as its ARN for InvokeModel and as it was given for Converse", async () => {
  const arn = `arn:aws:bedrock:${REGION}:${ACCOUNT}:inference-profile/${PROFILE}`;
  const native = await recordOf((await invoke(runtime, CLAUDE, PROFILE)).$metadata.requestId);
  const stream = await invokeStream(runtime, CLAUDE, PROFILE);
  await allOf(stream.events);
  const whole = await recordOf((await converse(runtime, 'x', undefined, PROFILE)).$metadata.requestId);
  const byArn = await recordOf((await converse(runtime, 'x', undefined, arn)).$metadata.requestId);
  assert.deepEqual(
    [native.modelId, (await recordOf(stream.requestId)).modelId, whole.modelId, byArn.modelId],
    [arn, arn, PROFILE, arn],
  );
});

test('inferenceRegion stands in the records of profile calls, and in no others', async () => {
  const profile = await recordOf((await converse(runtime, 'x', undefined, PROFILE)).$metadata.requestId);
  assert.match(String(profile['inferenceRegion']), /^us-(?:east|west)-\d$/);
  assert.deepEqual(Object.keys(profile).slice(-4), ['identity', 'inferenceRegion', ...TAIL]);
  const plain = await recordOf((await converse(runtime, 'x', undefined, HAIKU)).$metadata.requestId);
  assert.ok(!('inferenceRegion' in plain));
});

test('requestMetadata stands after the identity', async () => {
  const input = { ...converseInput('x'), requestMetadata: { b: '2', a: '1' } };
  const record = await recordOf((await runtime.send(new ConverseCommand(input))).$metadata.requestId);
  assert.deepEqual(Object.keys(record).slice(-4), ['identity', 'requestMetadata', ...TAIL]);
  assert.deepEqual(Object.keys(record.requestMetadata ?? {}), ['b', 'a']);
});

test("cache counts stand beside the input's count, which does not include them", async () => {
  const knobs = { inputTokens: 6, cacheReadTokens: 200, cacheWriteTokens: 13 };
  const counts = ({ input }: InvocationRecord) => [
    input?.inputTokenCount,
    input?.['cacheReadInputTokenCount'],
    input?.['cacheWriteInputTokenCount'],
  ];
  const stream = await converseStream(runtime, 'x', knobs);
  await allOf(stream.events);
  const chunks = await invokeStream(runtime, { ...CLAUDE, varve: knobs }, HAIKU);
  await allOf(chunks.events);
  const ids = [
    (await converse(runtime, 'x', knobs)).$metadata.requestId,
    stream.requestId,
    (await invoke(runtime, { ...CLAUDE, varve: knobs }, HAIKU)).$metadata.requestId,
    chunks.requestId,
  ];
  for (const id of ids) assert.deepEqual(counts(await recordOf(id)), [6, 200, 13]);
});

test('a guardrail that intervened stands in the record with its trace, of Converse and its stream', async () => {
  const knobs = { guardrail: { action: 'INTERVENED', source: 'input', message: 'I cannot say.' } };
  const answer = await converse(runtime, 'forbidden', knobs);
  assert.equal(answer.stopReason, 'guardrail_intervened');
  const { events, requestId } = await converseStream(runtime, 'forbidden', knobs);
  await allOf(events);
  for (const id of [answer.$metadata.requestId, requestId]) {
    const { input, output } = await recordOf(id);
    const body = output?.outputBodyJson as { stopReason: string; trace: { guardrail: { inputAssessment: unknown } } };
    assert.equal(body.stopReason, 'guardrail_intervened');
    assert.ok(body.trace.guardrail.inputAssessment);
    assert.deepEqual([input?.inputTokenCount, output?.outputTokenCount], [0, 0]);
  }
});

test('a guardrail that intervened stands in the bodies of InvokeModel and its stream', async () => {
  const body = { ...CLAUDE, varve: { guardrail: { action: 'INTERVENED', source: 'output' } } };
  const whole = await recordOf((await invoke(runtime, body, HAIKU)).$metadata.requestId);
  assert.equal(bodyOf(whole.output?.outputBodyJson)['amazon-bedrock-guardrailAction'], 'INTERVENED');
  const { events, requestId } = await invokeStream(runtime, body, HAIKU);
  await allOf(events);
  const chunks = (await recordOf(requestId)).output?.outputBodyJson as Record<string, unknown>[];
  const last = chunks.at(-1) ?? {};
  assert.equal(last['amazon-bedrock-guardrailAction'], 'INTERVENED');
  assert.ok(last['amazon-bedrock-trace']);
});

test('tool use, of Converse and its stream, stands in the record as the caller got it', async () => {
  const toolConfig = {
    tools: [
      {
        toolSpec: {
          name: 'weather',
          inputSchema: { json: { type: 'object', properties: { city: { type: 'string' } } } },
        },
      },
    ],
    toolChoice: { any: {} },
  };
  const answer = await runtime.send(new ConverseCommand({ ...converseInput('Berlin'), toolConfig }));
  assert.equal(answer.stopReason, 'tool_use');
  const { $metadata, stream } = await runtime.send(
    new ConverseStreamCommand({ ...converseInput('Berlin'), toolConfig }),
  );
  await allOf(stream);
  for (const id of [answer.$metadata.requestId, $metadata.requestId]) {
    const { input, output } = await recordOf(id);
    const { output: inner } = bodyOf<{
      output: { message: { content: { toolUse?: { name: string; input: unknown } }[] } };
    }>(output?.outputBodyJson);
    const use = inner.message.content.find(({ toolUse }) => toolUse)?.toolUse;
    assert.equal(use?.name, 'weather');
    assert.deepEqual(use.input, answer.output?.message?.content?.find(({ toolUse }) => toolUse)?.toolUse?.input);
    assert.deepEqual(bodyOf(input?.inputBodyJson)['toolConfig'], toolConfig);
  }
});

test('CountTokens leaves no record, and neither does a call whose caller nobody knows', async () => {
  const { CountTokensCommand, BedrockRuntimeClient } = await import('@aws-sdk/client-bedrock-runtime');
  const counted = await runtime.send(
    new CountTokensCommand({ modelId: ECHO, input: { converse: { messages: [message('x')] } } }),
  );
  const stranger = new BedrockRuntimeClient({
    endpoint: varve.endpoint,
    region: REGION,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIANOBODY0000000001', secretAccessKey: 'nothing' },
  });
  const { status, requestId } = await refusal(converse(stranger, 'x'));
  stranger.destroy();
  assert.equal(status, 403);
  await varve.varve.flush();
  const text = (await linesInBucket(clients, BUCKET)).join('\n');
  assert.ok(!text.includes(requestId) && !text.includes(counted.$metadata.requestId ?? ''));
});

test('every record stands in the log group too, byte for byte the same', async () => {
  await converse(runtime, 'the last one');
  await varve.varve.flush();
  const inBucket = (await linesInBucket(clients, BUCKET)).toSorted();
  assert.ok(inBucket.length > 25);
  await eventually('as many events', async () =>
    (await linesInGroup(clients, GROUP)).length >= inBucket.length ? true : undefined,
  );
  assert.deepEqual((await linesInGroup(clients, GROUP)).toSorted(), inBucket);
});

test("an embedding's record counts its input; the vector is no part of the line", async () => {
  const { $metadata } = await invoke(runtime, { inputText: 'a varve', dimensions: 256 }, EMBED);
  const { input, output } = await recordOf($metadata.requestId);
  assert.ok((input?.inputTokenCount ?? 0) > 0);
  assert.equal(output?.outputTokenCount, undefined);
  assert.equal(output?.outputBodyJson, undefined);
});
