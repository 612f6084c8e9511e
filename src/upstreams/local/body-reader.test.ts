/** Bodies of more than 4 MiB are read in part; what is said of them is what a whole reading would say, or honest about it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Body, randomIds, systemClock } from '#base';
import { BodyCollector } from '#journal';
import { allFrames, modelCall, streamOf, wholeOf } from '../testing/calls.ts';
import { openTestSpool, type TestSpool } from '../testing/test-spool.ts';
import type { ModelCall, Upstream } from '../types.ts';
import { createLocalUpstream } from './local-upstream.ts';

const ECHO = 'varve.echo-v1';
const READ_BYTES = 64 * 1024;
/** Ten bytes and two tokens. */
const WORDS = 'one three ';
const GIANT = WORDS.repeat(500_000);

let spool: TestSpool;
let local: Upstream;
before(async () => {
  spool = await openTestSpool();
  local = createLocalUpstream({ clock: systemClock, ids: randomIds, spool });
});
after(() => spool.remove());

async function spilled(text: string | Buffer): Promise<Body> {
  const collector = new BodyCollector(spool, 0);
  await collector.add(Buffer.from(text));
  return collector.finish();
}

interface Told {
  readonly completion?: string;
  readonly stop_reason?: string;
  readonly inputTokens?: number;
  readonly embedding?: number[];
  readonly usage?: Readonly<Record<string, number>>;
  readonly stopReason?: string;
  readonly output?: { readonly message: { readonly content: { readonly text: string }[] } };
}

async function ask(operation: ModelCall['operation'], value: unknown, modelId = ECHO): Promise<Told> {
  const body = await spilled(typeof value === 'string' ? value : JSON.stringify(value));
  const answer = await wholeOf(local.answer(modelCall(operation, modelId, {}, { body })));
  return JSON.parse((await answer.body.bytes()).toString()) as Told;
}

function near(actual: number | undefined, expected: number, share: number): void {
  assert.ok(Math.abs((actual ?? 0) - expected) <= expected * share, `${actual} instead of ${expected}`);
}

test('the echo of a giant prompt is its beginning, ended by max_tokens; its tokens are counted in proportion', async () => {
  const { completion = '', stop_reason, usage } = await ask('InvokeModel', { prompt: GIANT });
  assert.equal(completion, GIANT.slice(0, READ_BYTES));
  assert.equal(stop_reason, 'max_tokens');
  near(usage?.['input_tokens'], 1_000_000, 0.001);
  near(usage?.['output_tokens'], completion.length / 5, 0.001);
});

test('a body up to 4 MiB is read, echoed and counted whole', async () => {
  const prompt = WORDS.repeat(200_000);
  const { completion, stop_reason } = await ask('InvokeModel', { prompt });
  assert.ok(completion === prompt);
  assert.equal(stop_reason, 'end_turn');
});

test('media of a giant body count by the piece, and a short text beside them is whole', async () => {
  const image = { image: { format: 'png', source: { bytes: 'QUJD'.repeat(1_000_000) } } };
  const question = 'What is this? '.repeat(10_000);
  const asked = (content: unknown[]): Promise<Told> => ask('Converse', { messages: [{ role: 'user', content }] });
  const alone = await asked([{ text: question }]);
  const beside = await asked([image, { text: question }, image]);
  assert.equal(beside.output?.message.content[0]?.text, question);
  assert.equal(beside.stopReason, 'end_turn');
  assert.equal(beside.usage?.['inputTokens'], (alone.usage?.['inputTokens'] ?? 0) + 2 * 256);
});

test('each text is counted by its own beginning, and an echo of many has its bound', async () => {
  const digits = '123'.repeat(500_000);
  const pieces = Array.from({ length: 60 }, () => ({ text: '123'.repeat(60_000) }));
  const content = [...Array.from({ length: 5 }, () => ({ text: digits })), { text: GIANT }, ...pieces];
  const { usage, output } = await ask('Converse', { messages: [{ role: 'user', content }] });
  near(usage?.['inputTokens'], 5 * 500_000 + 1_000_000 + 60 * 60_000, 0.001);
  assert.equal(output?.message.content[0]?.text.length, 4 * 1024 * 1024);
});

test('max_tokens, stop sequences and knobs mean in a giant body what they mean in a small one', async () => {
  const cut = await ask('InvokeModel', { prompt: GIANT, max_tokens: 3 });
  assert.deepEqual([cut.completion, cut.stop_reason], ['one three one', 'max_tokens']);
  const stopped = await ask('InvokeModel', { prompt: GIANT, stop_sequences: ['three'] });
  assert.deepEqual([stopped.completion, stopped.stop_reason], ['one ', 'stop_sequence']);
  const told = await ask('InvokeModel', { prompt: GIANT, varve: { outputText: 'short', inputTokens: 7 } });
  assert.deepEqual([told.completion, told.stop_reason, told.usage?.['input_tokens']], ['short', 'end_turn', 7]);
  const repeated = await ask('InvokeModel', { prompt: GIANT, varve: { outputTokens: 4 } });
  assert.deepEqual([repeated.completion, repeated.stop_reason], [' one three one three', 'end_turn']);
});

test('a knob that would be read in part is refused by name', async () => {
  await assert.rejects(ask('InvokeModel', { prompt: 'a', varve: { outputText: GIANT } }), {
    code: 'ValidationException',
    message: /varve\.outputText: its text is too long/,
  });
});

test('the beginning ends neither within an escape nor within a character', async () => {
  for (const piece of ['\\u00e5', '\\ud83d\\ude00', '\\"', '\\\\', 'å', '😀']) {
    const whole = JSON.parse(`"${piece}"`) as string;
    for (let shift = 0; shift < 12; shift += 1) {
      const raw = 'x'.repeat(shift) + ' ' + piece.repeat(Math.ceil(4_300_000 / Buffer.byteLength(piece)));
      const { completion = '' } = await ask('InvokeModel', `{"prompt":"${raw}"}`);
      const rest = completion.slice(shift + 1);
      assert.equal(rest, whole.repeat(rest.length / whole.length), `${piece} ${shift}`);
      assert.ok(READ_BYTES - rest.length * (Buffer.byteLength(piece) / whole.length) < 32, `${piece} ${shift}`);
    }
  }
});

test('an embedding of a giant text is that of its beginning', async () => {
  const giant = await ask('InvokeModel', { inputText: GIANT }, 'varve.embed-v1');
  const short = await ask('InvokeModel', { inputText: GIANT.slice(0, 60_000) }, 'varve.embed-v1');
  assert.deepEqual(giant.embedding, short.embedding);
});

test('CountTokens counts giant conversations and giant native bodies, and leaves no file of its own', async () => {
  const messages = [{ role: 'user', content: [{ text: GIANT }] }];
  near((await ask('CountTokens', { input: { converse: { messages } } })).inputTokens, 1_000_000, 0.001);
  const native = Buffer.from(JSON.stringify({ prompt: GIANT })).toString('base64');
  const before = spool.writers.length;
  const calls = Array.from({ length: 12 }, () => ask('CountTokens', { input: { invokeModel: { body: native } } }));
  for (const { inputTokens } of await Promise.all(calls)) near(inputTokens, 1_000_000, 0.001);
  const { existsSync } = await import('node:fs');
  const left = spool.writers.slice(before).filter(({ path }) => existsSync(path));
  // The twelve requests themselves, which belong to the gateway.
  assert.equal(left.length, 12);
});

test('a string that may or may not be base64 is read whole', async () => {
  const { completion, stop_reason } = await ask('InvokeModel', `{"prompt":"${'\\u00e5'.repeat(800_000)}"}`);
  assert.equal(completion, 'å'.repeat(800_000));
  assert.equal(stop_reason, 'end_turn');
});

test('giant bodies that are no JSON, no UTF-8 or have too many values are malformed requests', async () => {
  const texts = [
    `{"prompt":"${GIANT}"`,
    `{"prompt":"${GIANT}",}`,
    Buffer.concat([Buffer.from(`{"prompt":"${GIANT}`), Buffer.from([0xff]), Buffer.from('"}')]),
    `{"prompt":"a","x":[${'0,'.repeat(2_400_000)}0]}`,
  ];
  for (const text of texts) {
    const body = await spilled(text);
    await assert.rejects(local.answer(modelCall('InvokeModel', ECHO, {}, { body })), {
      code: 'ValidationException',
      message: /^Malformed input request/,
    });
  }
  // None of them kept its memory.
  assert.equal((await ask('InvokeModel', { prompt: GIANT, max_tokens: 1 })).completion, 'one');
});

test('a stream of a giant body gives its memory back at its end, and when its caller goes', async () => {
  const knobs = { prompt: GIANT, max_tokens: 2 };
  for (let round = 0; round < 8; round += 1) {
    const controller = new AbortController();
    const body = await spilled(JSON.stringify(knobs));
    const call = modelCall('InvokeModelWithResponseStream', ECHO, {}, { body, signal: controller.signal });
    const { frames } = await streamOf(local.answer(call));
    if (round % 2 === 0) assert.equal((await allFrames(frames)).length, 3);
    else controller.abort();
  }
});
