/** The five data switches: each drops exactly its kind of data, and all records go on. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { LoggingConfig } from '@aws-sdk/client-bedrock';
import type { BedrockRuntimeClient, ContentBlock } from '@aws-sdk/client-bedrock-runtime';
import { allOf, converse, converseStream, EMBED, invoke, invokeStream } from '../calls.ts';
import type { Clients } from '../harness.ts';
import { makeBucket, putLogging } from '../logging.ts';
import { bodyOf, type InvocationRecord, listKeys, recordInBucket } from '../records.ts';
import { shareVarve } from '../shared.ts';

const varve = await shareVarve({ delivery: { interval: '50ms' } });

type Switch = 'text' | 'image' | 'embedding' | 'video' | 'audio';

const MEDIA: ContentBlock[] = [
  { image: { format: 'png', source: { bytes: randomBytes(20) } } },
  { video: { format: 'mp4', source: { bytes: randomBytes(20) } } },
  { audio: { format: 'mp3', source: { bytes: randomBytes(20) } } },
];
const CONTENT: ContentBlock[] = [{ text: 'a question' }, ...MEDIA];
const SHORT = { outputText: 'an answer' };

/** One call of each kind, and its record. */
async function recordsWith(region: string, off: readonly Switch[]) {
  const clients = varve.elsewhere(region);
  const bucket = `switches-${region}`;
  await makeBucket(clients, bucket);
  const switches = Object.fromEntries(
    off.map((name) => [`${name}DataDeliveryEnabled`, false]),
  ) as Partial<LoggingConfig>;
  await putLogging(clients, { s3Config: { bucketName: bucket }, ...switches });
  const ids = await calls(clients.runtime);
  const record = (id: string | undefined): Promise<InvocationRecord> => recordInBucket(clients, bucket, id);
  return {
    clients,
    bucket,
    converse: await record(ids.converse),
    stream: await record(ids.stream),
    native: await record(ids.native),
    nativeStream: await record(ids.nativeStream),
    embedding: await record(ids.embedding),
    picture: await record(ids.picture),
  };
}

async function calls(runtime: BedrockRuntimeClient) {
  const stream = await converseStream(runtime, CONTENT, SHORT);
  await allOf(stream.events);
  const nativeStream = await invokeStream(runtime, { prompt: 'a question', varve: SHORT });
  await allOf(nativeStream.events);
  const picture = { taskType: 'TEXT_IMAGE', textToImageParams: { text: 'a lake' } };
  return {
    converse: (await converse(runtime, CONTENT, SHORT)).$metadata.requestId,
    stream: stream.requestId,
    native: (await invoke(runtime, { prompt: 'a question', varve: SHORT })).$metadata.requestId,
    nativeStream: nativeStream.requestId,
    embedding: (await invoke(runtime, { inputText: 'a question' }, EMBED)).$metadata.requestId,
    picture: (await invoke(runtime, picture, 'amazon.nova-canvas-v1:0')).$metadata.requestId,
  };
}

/** The kinds of content that a Converse record holds. */
function kindsIn({ input }: InvocationRecord): string[] {
  const body = input?.inputBodyJson as { messages: { content: object[] }[] } | undefined;
  return (body?.messages ?? []).flatMap(({ content }) => content.flatMap((block) => Object.keys(block)));
}

function hasInput({ input }: InvocationRecord): boolean {
  return input?.inputBodyJson !== undefined || input?.inputBodyS3Path !== undefined;
}

function hasOutput({ output }: InvocationRecord): boolean {
  return output?.outputBodyJson !== undefined || output?.outputBodyS3Path !== undefined;
}

async function mediaObjects(clients: Clients, bucket: string): Promise<string[]> {
  const keys = (await listKeys(clients, bucket)).filter((key) => key.includes('_media_'));
  return [...new Set(keys.map((key) => key.split('.').at(-1) ?? ''))].toSorted();
}

test('with all switches on everything is there', async () => {
  const all = await recordsWith('us-east-1', []);
  assert.deepEqual(kindsIn(all.converse), ['text', 'image', 'video', 'audio']);
  assert.deepEqual(kindsIn(all.stream), ['text', 'image', 'video', 'audio']);
  for (const record of [all.native, all.nativeStream, all.embedding, all.picture]) {
    assert.ok(hasInput(record) && hasOutput(record), record.modelId);
  }
  assert.deepEqual(await mediaObjects(all.clients, all.bucket), ['mp3', 'mp4', 'png']);
});

for (const [kind, region, format] of [
  ['image', 'us-east-2', 'png'],
  ['video', 'us-west-1', 'mp4'],
  ['audio', 'us-west-2', 'mp3'],
] as const) {
  test(`the ${kind} switch drops ${kind} blocks and their objects, and nothing of the other kinds`, async () => {
    const off = await recordsWith(region, [kind]);
    const left = ['text', 'image', 'video', 'audio'].filter((name) => name !== kind);
    assert.deepEqual(kindsIn(off.converse), left);
    assert.deepEqual(kindsIn(off.stream), left);
    const formats = ['mp3', 'mp4', 'png'].filter((name) => name !== format);
    assert.deepEqual(await mediaObjects(off.clients, off.bucket), formats);
    for (const record of [off.converse, off.native, off.nativeStream, off.embedding]) assert.ok(hasOutput(record));
    assert.equal(hasOutput(off.picture), kind !== 'image', 'the answer of an image model is an image');
  });
}

test('the embedding switch drops vectors, and nothing else', async () => {
  const off = await recordsWith('eu-west-1', ['embedding']);
  assert.ok(hasInput(off.embedding) && !hasOutput(off.embedding));
  assert.ok((off.embedding.input?.inputTokenCount ?? 0) > 0);
  assert.deepEqual(kindsIn(off.converse), ['text', 'image', 'video', 'audio']);
  for (const record of [off.converse, off.native, off.nativeStream, off.picture]) assert.ok(hasOutput(record));
});

test('the text switch drops prompts and answers; media and vectors stay', async () => {
  const off = await recordsWith('eu-west-2', ['text']);
  assert.deepEqual(kindsIn(off.converse), ['image', 'video', 'audio']);
  for (const record of [off.converse, off.stream, off.native, off.nativeStream]) assert.ok(!hasOutput(record));
  for (const record of [off.native, off.nativeStream, off.embedding]) assert.ok(!hasInput(record));
  assert.ok(hasOutput(off.embedding) && hasOutput(off.picture));
  const { clients: _, bucket: __, ...records } = off;
  assert.doesNotMatch(JSON.stringify(records), /a question|an answer/);
});

test('the switches hold for bodies that the server kept on disk, too', async () => {
  const clients = varve.elsewhere('eu-central-1');
  await makeBucket(clients, 'switches-eu-central-1');
  const put = (switches: Partial<LoggingConfig>): Promise<void> =>
    putLogging(clients, { s3Config: { bucketName: 'switches-eu-central-1' }, ...switches });
  const bytes = randomBytes(500_000);
  const content: ContentBlock[] = [
    { text: 'a question '.repeat(40_000) },
    { image: { format: 'png', source: { bytes } } },
  ];
  const keysOf = async (id: string | undefined): Promise<string[]> => {
    const record = await recordInBucket(clients, 'switches-eu-central-1', id);
    assert.doesNotMatch(JSON.stringify(record), /a question/);
    const keys = await listKeys(clients, 'switches-eu-central-1');
    return keys.filter((key) => key.includes(`${id}_`)).map((key) => key.split(`${id}_`)[1] ?? '');
  };
  await put({ textDataDeliveryEnabled: false });
  assert.deepEqual(await keysOf((await converse(clients.runtime, content, SHORT)).$metadata.requestId), [
    'input_media_01.png',
  ]);
  await put({ imageDataDeliveryEnabled: false });
  assert.deepEqual(await keysOf((await converse(clients.runtime, content, SHORT)).$metadata.requestId), [
    'input.json.gz',
  ]);
  await put({ textDataDeliveryEnabled: false, imageDataDeliveryEnabled: false });
  assert.deepEqual(await keysOf((await converse(clients.runtime, content, SHORT)).$metadata.requestId), []);
  const native = { prompt: 'a question '.repeat(60_000), varve: SHORT };
  assert.deepEqual(await keysOf((await invoke(clients.runtime, native)).$metadata.requestId), []);
});

test('with all switches off a record has its metadata and its token counts alone', async () => {
  const off = await recordsWith('eu-west-3', ['text', 'image', 'embedding', 'video', 'audio']);
  for (const record of [off.converse, off.native]) {
    assert.deepEqual(Object.keys(bodyOf(record.input)), ['inputContentType', 'inputTokenCount']);
    assert.deepEqual(Object.keys(bodyOf(record.output)), ['outputContentType', 'outputTokenCount']);
    assert.ok((record.input?.inputTokenCount ?? 0) > 0 && (record.output?.outputTokenCount ?? 0) > 0);
  }
  for (const record of [off.stream, off.nativeStream, off.embedding, off.picture]) {
    assert.ok(!hasInput(record) && !hasOutput(record), record.modelId);
  }
  const data = (await listKeys(off.clients, off.bucket)).filter((key) => key.includes('/data/'));
  assert.deepEqual(data, []);
});
