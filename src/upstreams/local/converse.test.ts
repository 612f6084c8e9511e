import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  type ConverseStreamCommandInput,
  CountTokensCommand,
  type Message,
} from '@aws-sdk/client-bedrock-runtime';
import type { DocumentType } from '@smithy/types';
import { randomIds, systemClock } from '#base';
import { sdkClient } from '../testing/sdk-client.ts';
import { createLocalUpstream } from './local-upstream.ts';

const client = sdkClient(createLocalUpstream({ clock: systemClock, ids: randomIds }));
const modelId = 'varve.echo-v1';
const say = (text: string) => [{ role: 'user' as const, content: [{ text }] }];

async function streamed(input: Omit<ConverseStreamCommandInput, 'modelId'>): Promise<ConverseStreamOutput[]> {
  const { stream } = await client.send(new ConverseStreamCommand({ modelId, ...input }));
  const events: ConverseStreamOutput[] = [];
  for await (const event of stream ?? []) events.push(event);
  return events;
}

function textOf(events: readonly ConverseStreamOutput[]): string {
  return events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join('');
}

test('Converse echoes the last user text and counts its tokens', async () => {
  const answer = await client.send(new ConverseCommand({ modelId, messages: say('Say this is a test') }));
  assert.deepEqual(answer.output?.message, { role: 'assistant', content: [{ text: 'Say this is a test' }] });
  assert.equal(answer.stopReason, 'end_turn');
  assert.deepEqual(answer.usage, { inputTokens: 5, outputTokens: 5, totalTokens: 10 });
  assert.ok(Number.isInteger(answer.metrics?.latencyMs));
});

test('ConverseStream gives the same text word by word, in the order of events that AWS sends', async () => {
  const events = await streamed({ messages: say('Say this  is a test') });
  assert.equal(textOf(events), 'Say this  is a test');
  assert.deepEqual(
    events.map((event) => Object.keys(event)[0]),
    ['messageStart', ...Array<string>(5).fill('contentBlockDelta'), 'contentBlockStop', 'messageStop', 'metadata'],
  );
  assert.equal(events.at(-1)?.metadata?.usage?.totalTokens, 10);
});

test('maxTokens cuts the answer and is the reason it stopped', async () => {
  const answer = await client.send(
    new ConverseCommand({ modelId, messages: say('one two three four'), inferenceConfig: { maxTokens: 2 } }),
  );
  assert.equal(answer.output?.message?.content?.[0]?.text, 'one two');
  assert.equal(answer.stopReason, 'max_tokens');
  assert.equal(answer.usage?.outputTokens, 2);
});

test('a stop sequence ends the answer before it', async () => {
  const answer = await client.send(
    new ConverseCommand({ modelId, messages: say('one | two'), inferenceConfig: { stopSequences: ['|'] } }),
  );
  assert.equal(answer.output?.message?.content?.[0]?.text, 'one ');
  assert.equal(answer.stopReason, 'stop_sequence');
});

const toolConfig = {
  tools: [
    {
      toolSpec: {
        name: 'get_weather',
        inputSchema: {
          json: {
            type: 'object',
            properties: { location: { type: 'string' }, days: { type: 'integer' } },
            required: ['location'],
          },
        },
      },
    },
  ],
  toolChoice: { tool: { name: 'get_weather' } },
};

test('a forced tool is called with an input that fits its schema, whole and streamed', async () => {
  const answer = await client.send(new ConverseCommand({ modelId, messages: say('Lisbon'), toolConfig }));
  assert.equal(answer.stopReason, 'tool_use');
  const [block] = answer.output?.message?.content ?? [];
  assert.deepEqual(block?.toolUse?.input, { location: 'Lisbon' });
  assert.match(block?.toolUse?.toolUseId ?? '', /^tooluse_/);
  const events = await streamed({ messages: say('Lisbon'), toolConfig });
  assert.equal(events.find((event) => event.contentBlockStart)?.contentBlockStart?.start?.toolUse?.name, 'get_weather');
  const input = events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.toolUse?.input ?? '').join('');
  assert.deepEqual(JSON.parse(input), { location: 'Lisbon' });
});

test('a conversation after a tool was used answers with the tool result', async () => {
  const answer = await client.send(
    new ConverseCommand({
      modelId,
      messages: [
        ...say('weather?'),
        { role: 'assistant', content: [{ toolUse: { toolUseId: 't', name: 'get_weather', input: {} } }] },
        { role: 'user', content: [{ toolResult: { toolUseId: 't', content: [{ text: 'sunny' }] } }] },
      ],
    }),
  );
  assert.equal(answer.output?.message?.content?.[0]?.text, 'sunny');
});

test('cache counts asked for are told, and are part of the total', async () => {
  const varve = { cacheReadTokens: 100, cacheWriteTokens: 7 };
  const answer = await client.send(
    new ConverseCommand({ modelId, messages: say('hi'), additionalModelRequestFields: { varve } }),
  );
  assert.deepEqual(answer.usage, {
    inputTokens: 1,
    outputTokens: 1,
    totalTokens: 109,
    cacheReadInputTokens: 100,
    cacheWriteInputTokens: 7,
  });
});

test('a guardrail that blocks the input: its message, its trace, and no tokens', async () => {
  const varve = { guardrail: { action: 'INTERVENED', message: 'Blocked.' } };
  const guardrailConfig = { guardrailIdentifier: 'gr1', guardrailVersion: '1', trace: 'enabled' as const };
  const input = { modelId, messages: say('secret'), additionalModelRequestFields: { varve }, guardrailConfig };
  const answer = await client.send(new ConverseCommand(input));
  assert.equal(answer.stopReason, 'guardrail_intervened');
  assert.equal(answer.output?.message?.content?.[0]?.text, 'Blocked.');
  assert.deepEqual(answer.usage, { inputTokens: 0, outputTokens: 0, totalTokens: 0 });
  const topics = answer.trace?.guardrail?.inputAssessment?.['gr1']?.topicPolicy?.topics;
  assert.equal(topics?.[0]?.action, 'BLOCKED');
  const metadata = (await streamed(input)).at(-1)?.metadata;
  assert.ok(metadata?.trace?.guardrail?.inputAssessment?.['gr1']);
});

test('a guardrail that blocks the output shows what the model had said, and tokens are counted', async () => {
  const varve = { guardrail: { action: 'INTERVENED', source: 'output', id: 'gr2' } };
  const answer = await client.send(
    new ConverseCommand({ modelId, messages: say('secret'), additionalModelRequestFields: { varve } }),
  );
  assert.ok(answer.trace?.guardrail?.outputAssessments?.['gr2']?.[0]?.topicPolicy);
  assert.match(answer.trace?.guardrail?.modelOutput?.[0] ?? '', /secret/);
  assert.equal(answer.usage?.inputTokens, 1);
});

test('outputTokens writes that many tokens, outputText what it says', async () => {
  const send = async (varve: Record<string, string | number>) =>
    client.send(new ConverseCommand({ modelId, messages: say('a b'), additionalModelRequestFields: { varve } }));
  const long = await send({ outputTokens: 50 });
  assert.equal(long.usage?.outputTokens, 50);
  assert.equal(long.output?.message?.content?.[0]?.text, ' a b'.repeat(25));
  const said = await send({ outputText: 'other', outputTokens: 9 });
  assert.equal(said.output?.message?.content?.[0]?.text, 'other');
  assert.equal(said.usage?.outputTokens, 9);
});

test('reasoning asked for comes first, whole and streamed, and its tokens count', async () => {
  const varve = { reasoningText: 'let me think' };
  const input = { messages: say('hi'), additionalModelRequestFields: { varve } };
  const answer = await client.send(new ConverseCommand({ modelId, ...input }));
  const [first, second] = answer.output?.message?.content ?? [];
  assert.equal(first?.reasoningContent?.reasoningText?.text, 'let me think');
  assert.equal(second?.text, 'hi');
  assert.equal(answer.usage?.outputTokens, 4);
  const deltas = (await streamed(input)).flatMap(({ contentBlockDelta }) => contentBlockDelta ?? []);
  assert.equal(deltas[0]?.delta?.reasoningContent?.text, 'let me think');
  assert.deepEqual(
    deltas.map(({ contentBlockIndex }) => contentBlockIndex),
    [0, 0, 1],
  );
});

test('an error asked for is the error of the call', async () => {
  const varve = { error: { code: 'ThrottlingException', message: 'slow' } };
  const fields = { messages: say('hi'), additionalModelRequestFields: { varve } };
  const thrown = { name: 'ThrottlingException', message: 'slow', $metadata: { httpStatusCode: 429 } };
  const matches = (error: Error & { $metadata?: { httpStatusCode?: number } }) => {
    assert.deepEqual(
      [error.name, error.message, error.$metadata?.httpStatusCode],
      Object.values({ ...thrown, $metadata: 429 }),
    );
    return true;
  };
  await assert.rejects(client.send(new ConverseCommand({ modelId, ...fields })), matches);
  await assert.rejects(streamed(fields), matches);
});

test('an error within a stream comes as its exception, after the events before it', async () => {
  const varve = { error: { code: 'ModelStreamErrorException', message: 'gone', afterChunks: 2 } };
  const { stream } = await client.send(
    new ConverseStreamCommand({ modelId, messages: say('a b c'), additionalModelRequestFields: { varve } }),
  );
  const seen: string[] = [];
  await assert.rejects(
    async () => {
      for await (const event of stream ?? []) seen.push(...Object.keys(event));
    },
    { name: 'ModelStreamErrorException', message: 'gone' },
  );
  assert.deepEqual(seen, ['messageStart', 'contentBlockDelta']);
});

const REFUSED: readonly [Message[], RegExp][] = [
  [[], /must start with a user message/],
  [[{ role: 'assistant', content: [{ text: 'a' }] }], /conversation must start with a user message/],
  [[...say('a'), ...say('b')], /must alternate between user and assistant/],
  [[{ role: 'user', content: [] }], /content field in the Message object at messages\.0 is empty/],
  [say(' '), /text field in the ContentBlock object at messages\.0\.content\.0 is blank/],
];

for (const [messages, message] of REFUSED) {
  test(`a conversation is refused: ${message.source}`, async () => {
    await assert.rejects(client.send(new ConverseCommand({ modelId, messages })), {
      name: 'ValidationException',
      message,
    });
  });
}

test('a knob that is wrong is refused by name', async () => {
  const wrong: Record<string, DocumentType>[] = [
    { latencyMs: -1 },
    { colour: 1 },
    { error: { code: 'x y' } },
    { guardrail: { action: 'MAYBE' } },
  ];
  for (const varve of wrong) {
    await assert.rejects(
      client.send(new ConverseCommand({ modelId, messages: say('hi'), additionalModelRequestFields: { varve } })),
      { name: 'ValidationException', message: new RegExp(`varve\\.${Object.keys(varve)[0]}`) },
    );
  }
});

test('a model that nobody knows is an invalid identifier; an image model does not converse', async () => {
  await assert.rejects(client.send(new ConverseCommand({ modelId: 'does-not-exist', messages: say('hi') })), {
    name: 'ValidationException',
    message: 'The provided model identifier is invalid.',
  });
  await assert.rejects(client.send(new ConverseCommand({ modelId: 'amazon.nova-canvas-v1:0', messages: say('hi') })), {
    name: 'ValidationException',
    message: /doesn't support the model/,
  });
});

test('CountTokens counts a conversation and a native body as the call itself would', async () => {
  const messages = say('Say this is a test');
  const converse = await client.send(new CountTokensCommand({ modelId, input: { converse: { messages } } }));
  assert.equal(converse.inputTokens, 5);
  const body = Buffer.from(JSON.stringify({ inputText: 'Say this is a test' }));
  const native = await client.send(
    new CountTokensCommand({ modelId: 'amazon.titan-text-lite-v1', input: { invokeModel: { body } } }),
  );
  assert.equal(native.inputTokens, 5);
});

test('every chat model of the catalogue converses, through its profiles too', async () => {
  for (const id of [
    'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    'meta.llama3-1-8b-instruct-v1:0',
    'openai.gpt-oss-20b-1:0',
  ]) {
    const answer = await client.send(new ConverseCommand({ modelId: id, messages: say('hello there') }));
    assert.equal(answer.output?.message?.content?.[0]?.text, 'hello there');
  }
});
