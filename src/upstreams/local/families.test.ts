/** Every family round trip: its request in, its answer whole and streamed, read back by the records room's parsers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvokeModelCommand, InvokeModelWithResponseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { randomIds, systemClock } from '#base';
import { BodyCollector } from '#journal';
import { completionOf, promptOf, type ResponseContent, stopReasonOf, tokenCountsOf } from '#records';
import { FOUNDATION_MODELS } from '../catalogue/index.ts';
import { allFrames, modelCall, streamOf, wholeOf } from '../testing/calls.ts';
import { openTestSpool } from '../testing/test-spool.ts';
import { sdkClient } from '../testing/sdk-client.ts';
import { createLocalUpstream } from './local-upstream.ts';
import { familyOf } from './families/index.ts';

const local = createLocalUpstream({ clock: systemClock, ids: randomIds });
const client = sdkClient(local);
const TEXT = 'Say this is a test';
const user = [{ role: 'user', content: TEXT }];
const blocks = [{ role: 'user', content: [{ text: TEXT }] }];

interface Case {
  readonly model: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** What limits the answer to two tokens, and the reason that is told then. */
  readonly limit: Readonly<Record<string, unknown>>;
  readonly limited: string;
  readonly streams?: false;
}

interface Given {
  readonly images: string[];
  readonly artifacts: { base64: string }[];
}

const CHAT: readonly Case[] = [
  { model: 'varve.echo-v1', body: { prompt: TEXT }, limit: { max_tokens: 2 }, limited: 'max_tokens' },
  {
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    body: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, messages: user },
    limit: { max_tokens: 2 },
    limited: 'max_tokens',
  },
  {
    model: 'anthropic.claude-v2:1',
    body: { prompt: `\n\nHuman: ${TEXT}\n\nAssistant:`, max_tokens_to_sample: 100 },
    limit: { max_tokens_to_sample: 2 },
    limited: 'max_tokens',
  },
  {
    model: 'amazon.titan-text-express-v1',
    body: { inputText: TEXT },
    limit: { textGenerationConfig: { maxTokenCount: 2 } },
    limited: 'LENGTH',
  },
  {
    model: 'amazon.nova-lite-v1:0',
    body: { schemaVersion: 'messages-v1', messages: blocks },
    limit: { inferenceConfig: { max_new_tokens: 2 } },
    limited: 'max_tokens',
  },
  {
    model: 'meta.llama3-1-70b-instruct-v1:0',
    body: {
      prompt: `<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n${TEXT}<|eot_id|><|start_header_id|>assistant<|end_header_id|>`,
    },
    limit: { max_gen_len: 2 },
    limited: 'length',
  },
  {
    model: 'mistral.mistral-7b-instruct-v0:2',
    body: { prompt: `<s>[INST] ${TEXT} [/INST]` },
    limit: { max_tokens: 2 },
    limited: 'length',
  },
  {
    model: 'us.mistral.pixtral-large-2502-v1:0',
    body: { messages: user },
    limit: { max_tokens: 2 },
    limited: 'length',
  },
  { model: 'cohere.command-text-v14', body: { prompt: TEXT }, limit: { max_tokens: 2 }, limited: 'MAX_TOKENS' },
  {
    model: 'cohere.command-light-text-v14',
    body: { prompt: TEXT, stream: true },
    limit: { max_tokens: 2 },
    limited: 'MAX_TOKENS',
  },
  { model: 'cohere.command-r-v1:0', body: { message: TEXT }, limit: { max_tokens: 2 }, limited: 'MAX_TOKENS' },
  { model: 'ai21.jamba-1-5-mini-v1:0', body: { messages: user }, limit: { max_tokens: 2 }, limited: 'length' },
  { model: 'ai21.j2-mid-v1', body: { prompt: TEXT }, limit: { maxTokens: 2 }, limited: 'length', streams: false },
  { model: 'us.deepseek.r1-v1:0', body: { prompt: TEXT }, limit: { max_tokens: 2 }, limited: 'length' },
  { model: 'us.deepseek.r1-v1:0', body: { messages: user }, limit: { max_tokens: 2 }, limited: 'length' },
  { model: 'openai.gpt-oss-120b-1:0', body: { messages: user }, limit: { max_tokens: 2 }, limited: 'length' },
  { model: 'qwen.qwen3-32b-v1:0', body: { messages: user }, limit: { max_completion_tokens: 2 }, limited: 'length' },
];

async function whole(
  model: string,
  body: unknown,
): Promise<{ response: ResponseContent; headers: Record<string, string> }> {
  const answer = await wholeOf(local.answer(modelCall('InvokeModel', model, body)));
  const { contentType } = answer;
  return {
    response: { kind: 'whole', contentType, bytes: await answer.body.bytes() },
    headers: { ...answer.bedrockHeaders },
  };
}

async function chunksOf(model: string, body: unknown): Promise<Buffer[]> {
  const answer = await streamOf(local.answer(modelCall('InvokeModelWithResponseStream', model, body)));
  const chunks: Buffer[] = [];
  for (const { payload } of await allFrames(answer.frames)) {
    const { bytes, p } = JSON.parse(payload.toString()) as { bytes: string; p: string };
    assert.match(p, /^abc?/);
    chunks.push(Buffer.from(bytes, 'base64'));
  }
  return chunks;
}

for (const { model, body, limit, limited, streams } of CHAT) {
  const kind = Object.keys(body).join(', ');
  test(`${model} with ${kind} answers in its own format, whole`, async () => {
    const request = { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
    const { response, headers } = await whole(model, body);
    assert.equal(completionOf('InvokeModel', model, response).trim(), TEXT);
    assert.match(promptOf('InvokeModel', model, request), new RegExp(TEXT));
    const { input, output } = tokenCountsOf('InvokeModel', response, headers);
    assert.ok(input !== undefined && input >= 5, `input ${input}`);
    assert.equal(output, 5);
    assert.match(headers['x-amzn-bedrock-invocation-latency'] ?? '', /^\d+$/);
  });

  test(`${model} with ${kind} stops at the limit and says so in its own word: ${limited}`, async () => {
    const { response, headers } = await whole(model, { ...body, ...limit });
    assert.equal(completionOf('InvokeModel', model, response).trim(), 'Say this');
    assert.equal(stopReasonOf('InvokeModel', model, response), limited);
    assert.equal(tokenCountsOf('InvokeModel', response, headers).output, 2);
  });

  if (streams === false) {
    test(`${model} does not stream, and says so`, async () => {
      await assert.rejects(chunksOf(model, body), {
        code: 'ValidationException',
        message: /unsupported for streaming/,
      });
    });
    continue;
  }

  test(`${model} with ${kind} streams the same text, its metrics in the last chunk`, async () => {
    const chunks = await chunksOf(model, { ...body, ...limit });
    const response = { kind: 'invoke-stream', contentType: 'application/json', chunks } as const;
    assert.equal(completionOf('InvokeModelWithResponseStream', model, response).trim(), 'Say this');
    assert.equal(stopReasonOf('InvokeModelWithResponseStream', model, response), limited);
    assert.equal(tokenCountsOf('InvokeModelWithResponseStream', response).output, 2);
    const withMetrics = chunks.filter((chunk) => chunk.includes('amazon-bedrock-invocationMetrics'));
    assert.deepEqual(withMetrics, chunks.slice(-1));
  });
}

test("AWS's client reads a whole answer and a stream", async () => {
  const input = { modelId: 'meta.llama3-8b-instruct-v1:0', body: JSON.stringify({ prompt: TEXT }) };
  const answer = await client.send(new InvokeModelCommand(input));
  assert.equal((JSON.parse(answer.body.transformToString()) as { generation: string }).generation, TEXT);
  const { body, contentType } = await client.send(new InvokeModelWithResponseStreamCommand(input));
  assert.equal(contentType, 'application/json');
  let text = '';
  for await (const { chunk } of body ?? []) {
    text += (JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()) as { generation: string }).generation;
  }
  assert.equal(text, TEXT);
});

test('a tool that a native request demands is called: Anthropic, Nova, OpenAI', async () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const anthropic = await whole('anthropic.claude-3-haiku-20240307-v1:0', {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 100,
    messages: user,
    tools: [{ name: 'weather', input_schema: schema }],
    tool_choice: { type: 'tool', name: 'weather' },
  });
  const nova = await whole('amazon.nova-pro-v1:0', {
    messages: blocks,
    toolConfig: { tools: [{ toolSpec: { name: 'weather', inputSchema: { json: schema } } }], toolChoice: { any: {} } },
  });
  const openai = await whole('openai.gpt-oss-20b-1:0', {
    messages: user,
    tools: [{ type: 'function', function: { name: 'weather', parameters: schema } }],
    tool_choice: 'required',
  });
  const bodies = [anthropic, nova, openai].map(({ response }) =>
    'bytes' in response ? response.bytes.toString() : '',
  );
  for (const body of bodies) assert.match(body, new RegExp(`"city\\\\?":\\\\?"${TEXT}`));
  assert.match(bodies[0] ?? '', /"stop_reason":"tool_use"/);
  assert.match(bodies[1] ?? '', /"stopReason":"tool_use"/);
  assert.match(bodies[2] ?? '', /"finish_reason":"tool_calls"/);
});

test('reasoning asked for stands where each format has it', async () => {
  const varve = { reasoningText: 'because' };
  const claude = { anthropic_version: 'bedrock-2023-05-31', max_tokens: 100, messages: user, varve };
  const bodyOf = async (model: string, body: unknown): Promise<string> => {
    const { response } = await whole(model, body);
    return 'bytes' in response ? response.bytes.toString() : '';
  };
  assert.match(await bodyOf('anthropic.claude-opus-5', claude), /"type":"thinking","thinking":"because","signature":"/);
  const chunks = (await chunksOf('anthropic.claude-opus-5', claude)).map(String);
  assert.ok(chunks.some((chunk) => chunk.includes('"type":"thinking_delta","thinking":"because"')));
  assert.match(await bodyOf('us.deepseek.r1-v1:0', { messages: user, varve }), /"reasoning_content":"because"/);
  assert.match(
    await bodyOf('openai.gpt-oss-20b-1:0', { messages: user, varve }),
    /"content":"<reasoning>because<\/reasoning>Say/,
  );
});

test('a guardrail that intervened stands in the body, and in the last chunk of a stream', async () => {
  const body = { inputText: TEXT, varve: { guardrail: { action: 'INTERVENED', source: 'output', id: 'gr' } } };
  const { response } = await whole('amazon.titan-text-express-v1', body);
  const [chunk] = await chunksOf('amazon.titan-text-express-v1', body);
  for (const bytes of ['bytes' in response ? response.bytes : undefined, chunk]) {
    const told = JSON.parse(String(bytes)) as Record<string, { guardrail: { outputs: unknown[] } }>;
    assert.equal(told['amazon-bedrock-guardrailAction'], 'INTERVENED');
    assert.equal(told['amazon-bedrock-trace']?.guardrail.outputs.length, 1);
  }
});

test('a native call that names a guardrail, which the built-in model has not, is told that it did nothing', async () => {
  const bedrockHeaders = { 'x-amzn-bedrock-guardrailidentifier': 'gr' };
  const call = modelCall('InvokeModel', 'amazon.titan-text-express-v1', { inputText: TEXT }, { bedrockHeaders });
  const { body } = await wholeOf(local.answer(call));
  assert.match((await body.bytes()).toString(), /"amazon-bedrock-guardrailAction":"NONE"/);
});

for (const [model, body, dimensions] of [
  ['varve.embed-v1', { inputText: TEXT, dimensions: 512 }, 512],
  ['amazon.titan-embed-text-v1', { inputText: TEXT }, 1536],
  ['amazon.titan-embed-text-v2:0', { inputText: TEXT, dimensions: 256 }, 256],
  ['amazon.titan-embed-image-v1', { inputText: TEXT, embeddingConfig: { outputEmbeddingLength: 384 } }, 384],
] as const) {
  test(`${model} gives a vector of length 1 in ${dimensions} dimensions, and counts its input alone`, async () => {
    const { response, headers } = await whole(model, body);
    const { embedding } = JSON.parse('bytes' in response ? response.bytes.toString() : '') as { embedding: number[] };
    assert.equal(embedding.length, dimensions);
    assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-3);
    assert.equal(headers['x-amzn-bedrock-input-token-count'], '5');
    assert.equal(headers['x-amzn-bedrock-output-token-count'], undefined);
  });
}

test('cohere.embed gives one vector a text, and each type that is asked for', async () => {
  const request = { texts: ['a b', 'c'], input_type: 'search_document' };
  const plain = await whole('cohere.embed-english-v3', request);
  const floats = JSON.parse('bytes' in plain.response ? plain.response.bytes.toString() : '') as {
    embeddings: number[][];
    response_type: string;
  };
  assert.deepEqual(
    [floats.embeddings.length, floats.embeddings[0]?.length, floats.response_type],
    [2, 1024, 'embeddings_floats'],
  );
  const typed = await whole('cohere.embed-multilingual-v3', { ...request, embedding_types: ['int8', 'ubinary'] });
  const byType = JSON.parse('bytes' in typed.response ? typed.response.bytes.toString() : '') as {
    embeddings: Record<string, number[][]>;
  };
  assert.deepEqual([byType.embeddings['int8']?.[0]?.length, byType.embeddings['ubinary']?.[0]?.length], [1024, 128]);
});

test('texts that share words are nearer than texts that do not', async () => {
  const vectorOf = async (inputText: string): Promise<number[]> => {
    const { response } = await whole('varve.embed-v1', { inputText });
    return (JSON.parse('bytes' in response ? response.bytes.toString() : '') as { embedding: number[] }).embedding;
  };
  const [cat, cats, tax] = await Promise.all(['the cat sat down', 'a cat sat here', 'income tax return'].map(vectorOf));
  const near = (a: number[] = [], b: number[] = []): number =>
    a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  assert.ok(near(cat, cats) > near(cat, tax) + 0.2);
});

for (const [model, body, imageOf] of [
  [
    'amazon.titan-image-generator-v2:0',
    { taskType: 'TEXT_IMAGE', textToImageParams: { text: 'a' }, imageGenerationConfig: { numberOfImages: 2 } },
    (given: Given) => given.images[1],
  ],
  [
    'amazon.nova-canvas-v1:0',
    { taskType: 'TEXT_IMAGE', textToImageParams: { text: 'a' } },
    (given: Given) => given.images[0],
  ],
  [
    'stability.stable-diffusion-xl-v1',
    { text_prompts: [{ text: 'a', weight: 1 }] },
    (given: Given) => given.artifacts[0]?.base64,
  ],
  ['stability.sd3-5-large-v1:0', { prompt: 'a' }, (given: Given) => given.images[0]],
] as const) {
  test(`${model} gives a PNG, as large as asked for`, async () => {
    const { response, headers } = await whole(model, { ...body, varve: { imageBytes: 150_000 } });
    const given = JSON.parse('bytes' in response ? response.bytes.toString() : '') as Given;
    const image = Buffer.from(imageOf(given) ?? '', 'base64');
    assert.equal(image.toString('latin1', 1, 4), 'PNG');
    assert.equal(image.length, 150_000);
    assert.deepEqual(Object.keys(headers), ['x-amzn-bedrock-invocation-latency']);
  });
}

for (const [model, body, text] of [
  ['amazon.titan-text-express-v1', '{ Malformed', 'Malformed input request, please reformat your input and try again.'],
  [
    'amazon.titan-text-express-v1',
    '[]',
    'Malformed input request: #: expected type: JSONObject, found: JSONArray, please reformat your input and try again.',
  ],
  [
    'amazon.titan-text-express-v1',
    '{}',
    'Malformed input request: #: required key [inputText] not found, please reformat your input and try again.',
  ],
  [
    'anthropic.claude-3-haiku-20240307-v1:0',
    '{"messages":[]}',
    'Malformed input request: 2 schema violations found, please reformat your input and try again.',
  ],
  [
    'meta.llama3-8b-instruct-v1:0',
    '{"prompt":1}',
    'Malformed input request: #/prompt: expected type: String, found: Integer, please reformat your input and try again.',
  ],
  [
    'amazon.titan-embed-text-v2:0',
    '{"inputText":"a","dimensions":7}',
    'Malformed input request: #/dimensions: 7 is not a valid enum value, please reformat your input and try again.',
  ],
] as const) {
  test(`${model} refuses ${body} in AWS's words`, async () => {
    await assert.rejects(local.answer(modelCall('InvokeModel', model, Buffer.from(body))), {
      code: 'ValidationException',
      status: 400,
      message: text,
    });
  });
}

test('names that JavaScript objects inherit mean nothing', async () => {
  const canvas = { taskType: 'constructor', textToImageParams: { text: 'a' } };
  await assert.rejects(
    local.answer(modelCall('InvokeModel', 'amazon.nova-canvas-v1:0', canvas)),
    /not a valid enum value/,
  );
  const told = { inputText: TEXT, varve: { stopReason: 'constructor' } };
  const { response } = await whole('amazon.titan-text-express-v1', told);
  assert.equal(stopReasonOf('InvokeModel', 'amazon.titan-text-express-v1', response), 'constructor');
});

test('JSON that is nested beyond all measure does no harm', async () => {
  const deep = '{"a":'.repeat(200_000) + '1' + '}'.repeat(200_000);
  const schema = `{"toolSpec":{"name":"t","inputSchema":{"json":${deep}}}}`;
  const toolConfig = `{"tools":[${schema}],"toolChoice":{"any":{}}}`;
  const body = `{"messages":[{"role":"user","content":[{"text":"a"}]}],"toolConfig":${toolConfig}}`;
  const answer = await wholeOf(local.answer(modelCall('Converse', 'varve.echo-v1', Buffer.from(body))));
  assert.match((await answer.body.bytes()).toString(), /"stopReason":"tool_use"/);
});

test('bytes that are not UTF-8 are a malformed request', async () => {
  const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
  await assert.rejects(local.answer(modelCall('InvokeModel', 'amazon.titan-text-express-v1', body)), {
    code: 'ValidationException',
  });
});

test('a connection that breaks after some chunks fails the stream there', async () => {
  const body = { prompt: 'a b c d', varve: { breakAfterChunks: 2 } };
  const answer = await streamOf(local.answer(modelCall('InvokeModelWithResponseStream', 'varve.echo-v1', body)));
  const seen: string[] = [];
  await assert.rejects(
    async () => {
      for await (const frames of answer.frames) seen.push(...frames.map(({ type }) => type));
    },
    { code: 'ModelStreamErrorException' },
  );
  assert.equal(seen.length, 2);
});

test('a stream that is cancelled while it waits ends at once', async () => {
  const controller = new AbortController();
  const body = { prompt: 'a b', varve: { chunkDelayMs: 60_000 } };
  const call = modelCall('InvokeModelWithResponseStream', 'varve.echo-v1', body, { signal: controller.signal });
  const { frames } = await streamOf(local.answer(call));
  const seen: string[] = [];
  for await (const together of frames) {
    seen.push(...together.map(({ type }) => type));
    controller.abort();
  }
  assert.deepEqual(seen, ['chunk']);
});

test('spilled requests wait for each other, and all are answered', async () => {
  const spool = await openTestSpool();
  const spilling = createLocalUpstream({ clock: systemClock, ids: randomIds, spool });
  const prompt = 'x'.repeat(12 * 1024 * 1024);
  const answers = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => {
      const collector = new BodyCollector(spool, 0);
      await collector.add(Buffer.from(JSON.stringify({ prompt, max_tokens: index + 1 })));
      const operation = index % 2 === 0 ? 'InvokeModel' : 'InvokeModelWithResponseStream';
      const answer = await spilling.answer(modelCall(operation, 'varve.echo-v1', {}, { body: collector.finish() }));
      if (answer.kind === 'whole') return (await answer.body.bytes()).includes('"stop_reason":"max_tokens"');
      for (const { payload } of await allFrames(answer.frames)) assert.ok(payload.length > 0);
      return true;
    }),
  );
  assert.deepEqual(answers, Array<boolean>(6).fill(true));
  await spool.remove();
});

test('a large answer is spilled', async () => {
  const spool = await openTestSpool();
  const spilling = createLocalUpstream({ clock: systemClock, ids: randomIds, spool });
  const prompt = 'x'.repeat(2 * 1024 * 1024);
  const answer = await wholeOf(spilling.answer(modelCall('InvokeModel', 'varve.echo-v1', { prompt })));
  assert.equal(answer.body.inMemory, undefined);
  assert.equal((JSON.parse((await answer.body.bytes()).toString()) as { completion: string }).completion, prompt);
  await spool.remove();
});

test('an echo of a million characters streams in bounded time and pieces', async () => {
  const prompt = 'word '.repeat(200_000).trim();
  const chunks = await chunksOf('varve.echo-v1', { prompt });
  assert.ok(chunks.length <= 10_001, `${chunks.length} chunks`);
  const text = chunks.map((chunk) => (JSON.parse(chunk.toString()) as { completion: string }).completion).join('');
  assert.equal(text, prompt);
});

test('every model of the catalogue that gives text, images or embeddings of text has a family', () => {
  const without = FOUNDATION_MODELS.filter(({ modelId }) => !familyOf(modelId)).map(({ modelId }) => modelId);
  assert.deepEqual(without, [
    'amazon.nova-reel-v1:0',
    'amazon.nova-sonic-v1:0',
    'twelvelabs.marengo-embed-2-7-v1:0',
    'twelvelabs.pegasus-1-2-v1:0',
  ]);
});
