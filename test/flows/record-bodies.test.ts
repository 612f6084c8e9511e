/** Bodies over 100 KB and binaries: objects under `data/` that the record points at. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type ContentBlock, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import {
  allOf,
  chunksOf,
  converse,
  converseStream,
  ECHO,
  EMBED,
  HAIKU,
  invoke,
  invokeStream,
  parsed,
  textOf,
} from '../calls.ts';
import { ACCOUNT, REGION } from '../harness.ts';
import { BUCKET, GROUP, logToBoth, makeBucket, makeGroup, makeRole, putLogging } from '../logging.ts';
import {
  bodyOf,
  eventually,
  getByPath,
  getObject,
  type InvocationRecord,
  listKeys,
  recordInBucket,
  recordInGroup,
} from '../records.ts';
import { shareVarve } from '../shared.ts';

const varve = await shareVarve({ delivery: { interval: '50ms' } });
const { clients } = varve;
const { runtime } = clients;
await logToBoth(clients);

const KIB = 1024;
const recordOf = (requestId: string | undefined): Promise<InvocationRecord> =>
  recordInBucket(clients, BUCKET, requestId);
const words = (bytes: number): string => 'sediment '.repeat(Math.ceil(bytes / 9)).slice(0, bytes);
const SHORT = { outputText: 'short' };

/** The bodies of this client's requests, as they left. */
const sent: Buffer[] = [];
runtime.middlewareStack.add(
  (next) => (args) => {
    const { body } = args.request as { body: Uint8Array | string };
    sent.push(typeof body === 'string' ? Buffer.from(body) : Buffer.concat([body]));
    return next(args);
  },
  { step: 'finalizeRequest', name: 'noteBodies' },
);

function image(bytes: Buffer): ContentBlock {
  return { image: { format: 'png', source: { bytes } } };
}

async function gunzipped(path: unknown): Promise<Buffer> {
  return gunzipSync(await getByPath(clients, String(path)));
}

const PATH = new RegExp(
  `^s3://${BUCKET}/prod/AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs/${REGION}/\\d{4}/\\d\\d/\\d\\d/\\d\\d/data/([-0-9a-f]{36})_(input|output)\\.json\\.gz$`,
);

test('bodies over 100 KB are objects under data/ that gunzip to the exact bodies, and the record points at them', async () => {
  const body = `{"prompt": "${words(150 * KIB)}",  "n": 1.0}`;
  const answer = await runtime.send(new InvokeModelCommand({ modelId: ECHO, body }));
  const { input, output, requestId } = await recordOf(answer.$metadata.requestId);
  assert.deepEqual(PATH.exec(String(input?.inputBodyS3Path))?.slice(1), [requestId, 'input']);
  assert.deepEqual(PATH.exec(String(output?.outputBodyS3Path))?.slice(1), [requestId, 'output']);
  assert.deepEqual([input?.inputBodyJson, output?.outputBodyJson], [undefined, undefined]);
  assert.equal((await gunzipped(input?.inputBodyS3Path)).toString(), body);
  assert.deepEqual(await gunzipped(output?.outputBodyS3Path), Buffer.from(answer.body));
  assert.ok((input?.inputTokenCount ?? 0) > 0 && (output?.outputTokenCount ?? 0) > 0);
  const Key = String(input?.inputBodyS3Path).split(`${BUCKET}/`)[1] ?? '';
  const head = await clients.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
  assert.equal(head.ContentType, 'application/json');
});

test('input and output are judged each for itself', async () => {
  const { $metadata } = await invoke(runtime, { prompt: words(150 * KIB), varve: SHORT });
  const { input, output } = await recordOf($metadata.requestId);
  assert.ok(input?.inputBodyS3Path && !input.inputBodyJson);
  assert.ok(output?.outputBodyJson && !output.outputBodyS3Path);
});

test('a body of exactly 100 KB stays inside of the record, one byte more does not', async () => {
  const knob = JSON.stringify(SHORT);
  const frameBytes = `{"prompt":"","varve":${knob}}`.length;
  for (const [bytes, isInside] of [
    [100 * KIB, true],
    [100 * KIB + 1, false],
  ] as const) {
    const body = `{"prompt":"${'x'.repeat(bytes - frameBytes)}","varve":${knob}}`;
    const { $metadata } = await runtime.send(new InvokeModelCommand({ modelId: ECHO, body }));
    const { input } = await recordOf($metadata.requestId);
    assert.deepEqual([input?.inputBodyJson !== undefined, input?.inputBodyS3Path === undefined], [isInside, isInside]);
  }
});

test('a body that the server kept on disk (2 MB) is recorded byte for byte, its answer too', async () => {
  const body = JSON.stringify({ prompt: words(2 * KIB * KIB) });
  const answer = await runtime.send(new InvokeModelCommand({ modelId: ECHO, body }));
  const { input, output } = await recordOf(answer.$metadata.requestId);
  assert.ok((await gunzipped(input?.inputBodyS3Path)).equals(Buffer.from(body)));
  assert.ok((await gunzipped(output?.outputBodyS3Path)).equals(Buffer.from(answer.body)));
});

test('a Converse body of 300 KB without media is recorded byte for byte', async () => {
  const { $metadata } = await converse(runtime, words(300 * KIB), SHORT);
  const body = sent.at(-1);
  const { input } = await recordOf($metadata.requestId);
  assert.ok(body && (await gunzipped(input?.inputBodyS3Path)).equals(body));
});

test('an image of Converse, however small, is an object of its own, and its place in the body tells where', async () => {
  const bytes = randomBytes(99);
  const { $metadata } = await converse(runtime, [{ text: 'look' }, image(bytes)], SHORT);
  const { input, requestId } = await recordOf($metadata.requestId);
  const [message] = bodyOf<{ messages: [{ content: { image?: { format: string; source: { s3Uri: string } } }[] }] }>(
    input?.inputBodyJson,
  ).messages;
  assert.deepEqual(message.content[0], { text: 'look' });
  const shown = message.content[1]?.image;
  assert.equal(shown?.format, 'png');
  assert.ok(shown.source.s3Uri.endsWith(`/data/${requestId}_input_media_01.png`), shown.source.s3Uri);
  assert.deepEqual(Object.keys(shown.source), ['s3Uri']);
  assert.deepEqual(await getByPath(clients, shown.source.s3Uri), bytes);
});

test('a Converse of 5 MB with images keeps its texts inside of the record and every image byte for byte', async () => {
  const images = [randomBytes(2 * KIB * KIB), randomBytes(KIB * KIB + 1)];
  const content = [{ text: 'first' }, ...images.map(image), { text: 'last' }];
  const { events, requestId } = await converseStream(runtime, content, SHORT);
  await allOf(events);
  const { input } = await recordOf(requestId);
  const [message] = bodyOf<{ messages: [{ content: { text?: string; image?: { source: { s3Uri: string } } }[] }] }>(
    input?.inputBodyJson,
  ).messages;
  assert.deepEqual(
    message.content.map(({ text }) => text),
    ['first', undefined, undefined, 'last'],
  );
  for (const [index, bytes] of images.entries()) {
    const uri = message.content[index + 1]?.image?.source.s3Uri ?? '';
    assert.ok((await getByPath(clients, uri)).equals(bytes), uri);
  }
});

test('a Converse of long texts with escapes and an image is an object: every text as it was sent, the image beside it', async () => {
  const text = 'quote " back\\slash \n tab \t 層 😀 '.repeat(12_000);
  const bytes = randomBytes(400 * KIB);
  const { $metadata } = await converse(runtime, [{ text }, image(bytes), { text: `${text}!` }], SHORT);
  const { input } = await recordOf($metadata.requestId);
  const object = JSON.parse((await gunzipped(input?.inputBodyS3Path)).toString()) as {
    messages: [{ content: { text?: string; image?: { source: { s3Uri: string } } }[] }];
  };
  const [first, second, third] = object.messages[0].content;
  assert.ok(first?.text === text && third?.text === `${text}!`);
  assert.ok((await getByPath(clients, second?.image?.source.s3Uri ?? '')).equals(bytes));
});

test('an image of InvokeModel stays inside of its body while the body is small', async () => {
  const source = { type: 'base64', media_type: 'image/png', data: randomBytes(600).toString('base64') };
  const body = {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 9,
    messages: [
      {
        role: 'user',
        content: [
          { type: 'image', source },
          { type: 'text', text: 'look' },
        ],
      },
    ],
  };
  const { $metadata } = await invoke(runtime, body, HAIKU);
  const { input } = await recordOf($metadata.requestId);
  assert.deepEqual(input?.inputBodyJson, body);
});

test('a PDF becomes an object, a small text document stays inside', async () => {
  const pdf = randomBytes(50);
  const text = Buffer.from('a,b\n1,2\n');
  const content: ContentBlock[] = [
    { text: 'read' },
    { document: { format: 'pdf', name: 'report', source: { bytes: pdf } } },
    { document: { format: 'csv', name: 'table', source: { bytes: text } } },
  ];
  const { $metadata } = await converse(runtime, content, SHORT);
  const { input } = await recordOf($metadata.requestId);
  const [message] = bodyOf<{ messages: [{ content: { document?: { source: Record<string, string> } }[] }] }>(
    input?.inputBodyJson,
  ).messages;
  assert.deepEqual(await getByPath(clients, message.content[1]?.document?.source['s3Uri'] ?? ''), pdf);
  assert.deepEqual(message.content[2]?.document?.source, { bytes: text.toString('base64') });
});

test('a large stream is one object: Invoke the array of chunks, Converse the whole response', async () => {
  const knobs = { outputTokens: 6_000 };
  const native = await invokeStream(runtime, { prompt: 'one two three', varve: knobs });
  const chunks = await chunksOf(native.events);
  const { output } = await recordOf(native.requestId);
  assert.deepEqual(JSON.parse((await gunzipped(output?.outputBodyS3Path)).toString()), chunks);
  const text = words(200 * KIB);
  const streamed = await converseStream(runtime, text);
  assert.equal(textOf(await allOf(streamed.events)), text);
  const record = await recordOf(streamed.requestId);
  const body = JSON.parse((await gunzipped(record.output?.outputBodyS3Path)).toString()) as {
    output: { message: { content: [{ text: string }] } };
  };
  assert.equal(body.output.message.content[0].text, text);
});

test("a made image and an embedding's vector are objects", async () => {
  const input = { taskType: 'TEXT_IMAGE', textToImageParams: { text: 'a lake' }, varve: { imageBytes: 200 * KIB } };
  const made = await invoke(runtime, input, 'amazon.nova-canvas-v1:0');
  const record = await recordOf(made.$metadata.requestId);
  assert.deepEqual(await gunzipped(record.output?.outputBodyS3Path), Buffer.from(made.body));
  const vector = await invoke(runtime, { inputText: 'a varve' }, EMBED);
  const embedded = await recordOf(vector.$metadata.requestId);
  assert.deepEqual(JSON.parse((await gunzipped(embedded.output?.outputBodyS3Path)).toString()), parsed(vector.body));
  assert.equal(embedded.output?.outputTokenCount, undefined);
});

async function toLogGroupOnly(region: string, largeDataBucket?: string) {
  const there = varve.elsewhere(region);
  await makeGroup(there);
  await makeRole(there, GROUP, `role-${region}`, region);
  if (largeDataBucket !== undefined) await makeBucket(there, largeDataBucket);
  await putLogging(there, {
    cloudWatchConfig: {
      logGroupName: GROUP,
      roleArn: `arn:aws:iam::${ACCOUNT}:role/role-${region}`,
      ...(largeDataBucket === undefined
        ? {}
        : { largeDataDeliveryS3Config: { bucketName: largeDataBucket, keyPrefix: 'big' } }),
    },
  });
  return there;
}

test('with CloudWatch Logs alone a body over 100 KB is left out: neither body nor path, the counts stay', async () => {
  const there = await toLogGroupOnly('eu-west-1');
  for (const bytes of [150 * KIB, 600 * KIB]) {
    const { $metadata } = await invoke(there.runtime, { prompt: words(bytes), varve: SHORT });
    const { input, output } = await recordInGroup(there, GROUP, $metadata.requestId);
    assert.deepEqual(Object.keys(input ?? {}), ['inputContentType', 'inputTokenCount']);
    assert.ok(output?.outputBodyJson);
  }
});

test('with CloudWatch Logs alone an image is left out, and the text beside it stays, however large the image', async () => {
  const there = await toLogGroupOnly('eu-west-2');
  for (const bytes of [10, 500 * KIB]) {
    const { $metadata } = await converse(there.runtime, [{ text: 'what is this?' }, image(randomBytes(bytes))], SHORT);
    const { input } = await recordInGroup(there, GROUP, $metadata.requestId);
    const [message] = bodyOf<{ messages: [{ content: unknown[] }] }>(input?.inputBodyJson).messages;
    assert.deepEqual(message.content, [{ text: 'what is this?' }, { image: { format: 'png', source: {} } }]);
  }
});

test("with a large-data bucket the log event points at the object there, under that bucket's own prefix", async () => {
  const there = await toLogGroupOnly('eu-west-3', 'large-data-paris');
  const body = { prompt: words(150 * KIB), varve: SHORT };
  const { $metadata } = await invoke(there.runtime, body);
  const { input, requestId } = await recordInGroup(there, GROUP, $metadata.requestId);
  const path = String(input?.inputBodyS3Path);
  assert.ok(
    path.startsWith(`s3://large-data-paris/big/AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs/eu-west-3/`),
    path,
  );
  assert.ok(path.endsWith(`/data/${requestId}_input.json.gz`), path);
  const key = path.split('large-data-paris/')[1] ?? '';
  const object = await eventually('the object', async () =>
    (await listKeys(there, 'large-data-paris')).includes(key) ? getObject(there, 'large-data-paris', key) : undefined,
  );
  assert.deepEqual(JSON.parse(gunzipSync(object).toString()), body);
  const others = (await listKeys(there, 'large-data-paris')).filter((each) => !each.includes('/data/'));
  assert.deepEqual(
    others.map((each) => each.split('/').at(-1)),
    ['amazon-bedrock-logs-permission-check'],
  );
});

test('S3 and CloudWatch Logs can be configured in either order', async () => {
  for (const [region, first] of [
    ['us-west-1', 's3'],
    ['us-west-2', 'logs'],
  ] as const) {
    const there = varve.elsewhere(region);
    const bucketName = `either-order-${region}`;
    await makeBucket(there, bucketName);
    await makeGroup(there);
    await makeRole(there, GROUP, `role-${region}`, region);
    const s3 = { s3Config: { bucketName } };
    const logs = { cloudWatchConfig: { logGroupName: GROUP, roleArn: `arn:aws:iam::${ACCOUNT}:role/role-${region}` } };
    await putLogging(there, first === 's3' ? s3 : logs);
    const before = await converse(there.runtime, 'with the first');
    await putLogging(there, { ...s3, ...logs });
    const after = await converse(there.runtime, 'with both');
    await recordInBucket(there, bucketName, after.$metadata.requestId);
    await recordInGroup(there, GROUP, after.$metadata.requestId);
    if (first === 's3') await recordInBucket(there, bucketName, before.$metadata.requestId);
    else await recordInGroup(there, GROUP, before.$metadata.requestId);
  }
});
