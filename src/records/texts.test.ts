import assert from 'node:assert/strict';
import { test } from 'node:test';
import { json } from './fixtures.ts';
import {
  aggregateConverse,
  chunkText,
  completionOf,
  completionOfRecord,
  promptOf,
  type ResponseContent,
  stopReasonOf,
  TEXT_BYTES_MAX,
  tokenCountsOf,
} from './index.ts';

function whole(value: unknown): ResponseContent {
  return { kind: 'whole', contentType: 'application/json', bytes: json(value) };
}
function stream(...chunks: unknown[]): ResponseContent {
  return { kind: 'invoke-stream', contentType: 'application/json', chunks: chunks.map(json) };
}
const MESSAGES = {
  messages: [
    { role: 'user', content: 'old' },
    { role: 'assistant', content: 'x' },
    { role: 'user', content: [{ text: 'hi' }] },
    { role: 'user', content: [{ toolResult: {} }] },
  ],
};

/** Model id, request, answer with stop reason, chunks: each must give prompt `hi`, completion `ho` and the stop reason. */
const FAMILIES: readonly [string, unknown, unknown, string, unknown[]][] = [
  [
    'us.anthropic.claude-3',
    MESSAGES,
    { content: [{ type: 'text', text: 'ho' }], stop_reason: 'end_turn' },
    'end_turn',
    [
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'h' } },
      { type: 'content_block_delta', delta: { text: 'o' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { type: 'message_stop' },
    ],
  ],
  [
    'anthropic.claude-v2',
    { prompt: '\n\nHuman: old\n\nAssistant: x\n\nHuman: hi\n\nAssistant:' },
    { completion: 'ho', stop_reason: 'stop_sequence' },
    'stop_sequence',
    [{ completion: 'h' }, { completion: 'o', stop_reason: 'stop_sequence' }],
  ],
  [
    'amazon.nova-lite-v1:0',
    MESSAGES,
    { output: { message: { content: [{ text: 'ho' }] } }, stopReason: 'end_turn' },
    'end_turn',
    [{ contentBlockDelta: { delta: { text: 'ho' } } }, { messageStop: { stopReason: 'end_turn' } }],
  ],
  [
    'amazon.titan-text-express-v1',
    { inputText: 'hi' },
    { results: [{ outputText: 'ho', completionReason: 'FINISH' }] },
    'FINISH',
    [{ outputText: 'ho', completionReason: 'FINISH' }],
  ],
  [
    'meta.llama3',
    { prompt: '<|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|><|start_header_id|>assistant' },
    { generation: 'ho', stop_reason: 'stop' },
    'stop',
    [
      { generation: 'h', stop_reason: null },
      { generation: 'o', stop_reason: 'stop' },
    ],
  ],
  [
    'mistral.mistral-7b',
    { prompt: '<s>[INST] hi [/INST]' },
    { outputs: [{ text: 'ho', stop_reason: 'stop' }] },
    'stop',
    [{ outputs: [{ text: 'ho', stop_reason: 'stop' }] }],
  ],
  [
    'mistral.pixtral-large',
    MESSAGES,
    { choices: [{ message: { content: 'ho' }, finish_reason: 'stop' }] },
    'stop',
    [
      { choices: [{ message: { content: 'ho' }, stop_reason: null }] },
      { choices: [{ message: { content: '' }, stop_reason: 'stop' }] },
    ],
  ],
  [
    'cohere.command-r',
    { message: 'hi' },
    { text: 'ho', finish_reason: 'COMPLETE' },
    'COMPLETE',
    [
      { event_type: 'text-generation', text: 'ho' },
      { event_type: 'stream-end', finish_reason: 'COMPLETE', response: { text: 'ho' } },
    ],
  ],
  [
    'ai21.j2-mid',
    { prompt: 'hi' },
    { completions: [{ data: { text: 'ho' }, finishReason: { reason: 'endoftext' } }] },
    'endoftext',
    [{ choices: [{ delta: { content: 'ho' } }] }, { choices: [{ delta: {}, finish_reason: 'endoftext' }] }],
  ],
  [
    'deepseek.r1-v1:0',
    { prompt: 'hi' },
    { choices: [{ text: 'ho', stop_reason: 'length' }] },
    'length',
    [{ choices: [{ text: 'ho', stop_reason: 'length' }] }],
  ],
  [
    'openai.gpt-oss-120b-1:0',
    MESSAGES,
    { choices: [{ message: { content: 'ho' }, finish_reason: 'stop' }] },
    'stop',
    [
      { choices: [{ delta: { content: 'ho' }, finish_reason: null }] },
      { choices: [{ delta: {}, finish_reason: 'stop' }] },
      { choices: [] },
    ],
  ],
  [
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/x',
    MESSAGES,
    { content: [{ text: 'ho' }], stop_reason: 'end_turn' },
    'end_turn',
    [{ delta: { text: 'ho' } }, { delta: { stop_reason: 'end_turn' } }],
  ],
];

for (const [modelId, request, answer, reason, chunks] of FAMILIES) {
  test(`${modelId}: prompt, completion and stop reason are found in bodies and in chunks`, () => {
    assert.equal(promptOf('InvokeModel', modelId, { contentType: 'application/json', bytes: json(request) }), 'hi');
    assert.equal(completionOf('InvokeModel', modelId, whole(answer)), 'ho');
    assert.equal(stopReasonOf('InvokeModel', modelId, whole(answer)), reason);
    const streamed = stream(...chunks);
    assert.equal(completionOf('InvokeModelWithResponseStream', modelId, streamed), 'ho');
    assert.equal(stopReasonOf('InvokeModelWithResponseStream', modelId, streamed), reason);
  });
}

test('of a record the completion is found as of the call, and whole; other texts have none', () => {
  const record = (operation: string, modelId: string, outputBodyJson: unknown): object => ({
    schemaType: 'ModelInvocationLog',
    operation,
    modelId,
    output: { outputBodyJson },
  });
  for (const [modelId, , answer, , chunks] of FAMILIES) {
    assert.equal(completionOfRecord(record('InvokeModel', modelId, answer)), 'ho', modelId);
    assert.equal(completionOfRecord(record('InvokeModelWithResponseStream', modelId, [...chunks, '[DONE]'])), 'ho');
  }
  const converse = { output: { message: { role: 'assistant', content: [{ text: 'ho' }] } } };
  assert.equal(completionOfRecord(record('ConverseStream', 'x', converse)), 'ho');
  const long = 'é'.repeat(TEXT_BYTES_MAX);
  assert.equal(completionOfRecord(record('InvokeModel', 'meta.llama3', { generation: long })), long);
  for (const other of [
    {},
    { schemaType: 'ModelInvocationLog' },
    { ...record('InvokeModel', 'meta.llama3', { generation: 'ho' }), schemaType: 'Other' },
    record('InvokeModel', 'meta.llama3', undefined),
    record('Converse', 'x', []),
  ]) {
    assert.equal(completionOfRecord(other), '', JSON.stringify(other));
  }
});

test('long texts are cut to 64 KiB between characters', () => {
  const text = completionOf('InvokeModel', 'meta.llama3', whole({ generation: 'é€🙂'.repeat(20_000) }));
  const bytes = Buffer.byteLength(text);
  assert.ok(bytes <= TEXT_BYTES_MAX && bytes > TEXT_BYTES_MAX - 4);
  assert.ok(!text.includes('\ufffd'));
});

test('tokens are counted from headers for InvokeModel, even where the body says more', () => {
  const headers = { 'x-amzn-bedrock-input-token-count': '8', 'x-amzn-bedrock-output-token-count': '12' };
  assert.deepEqual(
    tokenCountsOf('InvokeModel', whole({ usage: { inputTokens: 1, cacheReadInputTokenCount: 0 } }), headers),
    { input: 8, output: 12 },
  );
});

test("a Nova stream is counted from its metadata when Bedrock's metrics are 0, a blocked one stays 0", () => {
  const metrics = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 0, outputTokenCount: 0 } };
  const usage = { inputTokens: 7, outputTokens: 9, cacheReadInputTokenCount: 1 };
  const operation = 'InvokeModelWithResponseStream';
  assert.deepEqual(tokenCountsOf(operation, stream({ metadata: { usage }, ...metrics })), {
    input: 7,
    output: 9,
    cacheRead: 1,
  });
  assert.deepEqual(tokenCountsOf(operation, stream(metrics)), { input: 0, output: 0 });
});

test('a cancelled Claude stream still tells its input, and never the provisional output count', () => {
  const start = {
    type: 'message_start',
    message: {
      usage: { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 2, cache_creation_input_tokens: 0 },
    },
  };
  assert.deepEqual(tokenCountsOf('InvokeModelWithResponseStream', stream(start)), {
    input: 5,
    cacheRead: 2,
    cacheWrite: 0,
  });
});

test('a ConverseStream is put together to one answer: texts, tool input as sent, reasoning, citations, trace', () => {
  const events = [
    ['messageStart', { role: 'assistant', p: 'abc' }],
    ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { text: 'let ' } } }],
    ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { text: 'me' } } }],
    ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { signature: 's1' } } }],
    ['contentBlockStop', { contentBlockIndex: 0 }],
    ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'he' } }],
    ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'y' } }],
    ['contentBlockStart', { contentBlockIndex: 2, start: { toolUse: { toolUseId: 't', name: 'n' } } }],
    ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '{"a": 1.' } } }],
    ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '0}' } } }],
    ['contentBlockDelta', { contentBlockIndex: 3, delta: { text: 'cited' } }],
    ['contentBlockDelta', { contentBlockIndex: 3, delta: { citation: { title: 'T' } } }],
    ['contentBlockStart', { contentBlockIndex: 4, start: { toolUse: { toolUseId: 'u', name: 'm' } } }],
    ['messageStop', { stopReason: 'tool_use', additionalModelResponseFields: { x: 1 } }],
    [
      'metadata',
      {
        usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3 },
        metrics: { latencyMs: 4 },
        trace: { guardrail: {} },
      },
    ],
  ].map(([type, payload]) => ({ type: type as string, payload: json(payload) }));
  assert.equal(
    aggregateConverse(events).toString(),
    '{"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"let me","signature":"s1"}}},' +
      '{"text":"hey"},{"toolUse":{"toolUseId":"t","name":"n","input":{"a": 1.0}}},' +
      '{"citationsContent":{"content":[{"text":"cited"}],"citations":[{"title":"T"}]}},' +
      '{"toolUse":{"toolUseId":"u","name":"m","input":{}}}]}},"stopReason":"tool_use","metrics":{"latencyMs":4},' +
      '"usage":{"inputTokens":1,"outputTokens":2,"totalTokens":3},"trace":{"guardrail":{}},"additionalModelResponseFields":{"x":1}}',
  );
  const cancelled = aggregateConverse(events.slice(0, 9)).toString();
  assert.ok(cancelled.endsWith('"input":"{\\"a\\": 1."}}]}}}'), cancelled);
});

test('a chunk is unwrapped from its payload, with or without padding', () => {
  const bytes = Buffer.from('{"a":"é"}');
  assert.deepEqual(chunkText(json({ bytes: bytes.toString('base64'), p: 'abcd' })), bytes);
  assert.deepEqual(chunkText(json({ p: 'abcd', bytes: bytes.toString('base64') })), bytes);
  assert.equal(chunkText(Buffer.from('{}')), undefined);
});
