import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, call, json, TEXT_MODEL } from './fixtures.ts';
import { type InvocationContent, loggedModelId, renderInvocation } from './index.ts';

const PNG = Buffer.from('89504e47', 'hex').toString('base64');
const ANSWER = { output: { message: { role: 'assistant', content: [{ text: 'hello' }] } }, stopReason: 'end_turn' };

interface Line {
  readonly timestamp: string;
  readonly input: Record<string, unknown>;
  readonly output: Record<string, unknown>;
  readonly errorCode?: string;
}
function lineOf(content: InvocationContent): Line {
  return JSON.parse(renderInvocation(content).line.toString()) as Line;
}
function user(...content: unknown[]): { messages: unknown[] } {
  return { messages: [{ role: 'user', content }] };
}

test('bodies stand in the record exactly as they were sent: numbers, escapes, duplicate keys, order, blanks', () => {
  const sent = '{ "b":1.0,"a":12345678901234567890, "a":1e400 ,"c":"\\u00e9\\/ é" }';
  const { line } = renderInvocation(call(begin('InvokeModel'), sent, sent));
  assert.ok(line.includes(`"inputBodyJson":${sent},"inputTokenCount"`));
  assert.ok(line.includes(`"outputBodyJson":${sent},"outputTokenCount"`));
});

test('a body on many lines is put on one line, and nothing inside of its strings changes', () => {
  const sent = '{\r\n  "a" : [ 1.0 ,\n "x  y\\n\\" z" ]\n}\n';
  const { line } = renderInvocation(call(begin('InvokeModel'), sent, '{}'));
  assert.ok(line.includes('"inputBodyJson":{"a":[1.0,"x  y\\n\\" z"]},'));
  assert.ok(!line.includes(10));
});

test('any JSON body comes back equal from the line, on one line, whatever characters it holds', () => {
  let seed = 42;
  const random = (bound: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % bound;
  };
  const text = (): string =>
    Array.from({ length: random(12) }, () =>
      String.fromCodePoint([random(0x80), 0x20 + random(0x2000), 0x1f300 + random(0x200), 0x2028][random(4)] ?? 0x41),
    ).join('');
  const value = (depth: number): unknown => {
    const kind = random(depth > 3 ? 4 : 6);
    if (kind === 4) return Array.from({ length: random(4) }, () => value(depth + 1));
    if (kind === 5) return Object.fromEntries(Array.from({ length: random(4) }, () => [text(), value(depth + 1)]));
    return [text(), random(1e9) / 7, random(2) === 0, null][kind];
  };
  for (let round = 0; round < 300; round += 1) {
    const body = { messages: [{ role: 'user', content: [{ text: text() }] }], extra: value(0) };
    const request = JSON.stringify(body, null, round % 3);
    const operation = round % 2 ? 'Converse' : 'InvokeModel';
    const { line } = renderInvocation(call(begin(operation), request, body));
    assert.ok(!line.includes(10) && !line.includes(13));
    const record = JSON.parse(line.toString()) as Line;
    assert.deepEqual(record.input['inputBodyJson'], JSON.parse(request));
    assert.deepEqual(record.output['outputBodyJson'], JSON.parse(JSON.stringify(body)));
  }
});

test('the timestamp has whole seconds, cut and not rounded', () => {
  assert.equal(lineOf(call(begin('Converse'), user(), ANSWER)).timestamp, '2026-10-07T07:51:59Z');
});

test("a Converse body stands without requestMetadata and modelId; requestMetadata is the record's own member", () => {
  const of = { ...begin('Converse'), requestMetadata: { team: 'a"b' } };
  const request = `{"requestMetadata":{"team":"x"},"modelId":"m","messages":[],"system":[{"text":"s"}]}`;
  const { line } = renderInvocation(call(of, request, ANSWER));
  assert.ok(line.includes('"inputBodyJson":{"messages":[],"system":[{"text":"s"}]},'));
  assert.ok(line.includes('"},"requestMetadata":{"team":"a\\"b"},"schemaType"'));
  const only = renderInvocation(call(of, '{"requestMetadata":{}}', ANSWER));
  assert.ok(only.line.includes('"inputBodyJson":{},'));
});

test('even a tiny image of a Converse call becomes an object, named by the position of its block', () => {
  const request = user({ text: 'a' }, { image: { format: 'png', source: { bytes: PNG } } }, { text: 'b' });
  const { line, dataObjects } = renderInvocation(call(begin('Converse'), request, ANSWER));
  assert.deepEqual(dataObjects, [
    {
      key: 'logs/data/r1_input_media_01.png',
      contentType: 'image/png',
      gzip: false,
      bytes: Buffer.from(PNG, 'base64'),
    },
  ]);
  assert.ok(line.includes('{"image":{"format":"png","source":{"s3Uri":"s3://b/logs/data/r1_input_media_01.png"}}}'));
});

test('media in tool results, guarded content and later messages become objects with names of their own', () => {
  const image = { format: 'jpeg', source: { bytes: PNG } };
  const messages = [
    { role: 'user', content: [{ image }, { guardContent: { image } }] },
    { role: 'assistant', content: [{ text: 'x' }] },
    {
      role: 'user',
      content: [
        { toolResult: { toolUseId: 't', content: [{ image }, { json: {} }] } },
        { video: { format: 'mp4', source: { bytes: PNG } } },
      ],
    },
  ];
  const { dataObjects } = renderInvocation(call(begin('Converse'), { messages }, ANSWER));
  assert.deepEqual(
    dataObjects.map(({ key }) => key.split('_').slice(2).join('_')),
    ['media_00.jpeg', 'media_01.jpeg', 'media_04.jpeg', 'media_06.mp4'].map((name) => name),
  );
});

test('media keys written with escapes and base64 with escaped slashes are found too', () => {
  const request = `{"messages":[{"role":"user","content":[{"im\\u0061ge":{"format":"png","source":{"b\\u0079tes":"\\/\\/\\/\\/"}}}]}]}`;
  const { dataObjects, line } = renderInvocation(call(begin('Converse'), request, ANSWER));
  assert.deepEqual(dataObjects[0]?.bytes, Buffer.from('////', 'base64'));
  assert.ok(!line.includes('\\/'));
});

test('small text documents stay inside; large ones and PDFs become objects', () => {
  const document = (format: string, size: number): unknown => ({
    document: { format, name: 'd', source: { bytes: Buffer.alloc(size, 'a').toString('base64') } },
  });
  const { line, dataObjects } = renderInvocation(
    call(begin('Converse'), user(document('txt', 9), document('csv', 200_000), document('pdf', 9)), ANSWER),
  );
  assert.deepEqual(
    dataObjects.map(({ key }) => key),
    ['logs/data/r1_input_media_01.csv', 'logs/data/r1_input_media_02.pdf'],
  );
  assert.ok(line.includes('"source":{"bytes":"YWFhYWFhYWFh"}'));
});

test('images of InvokeModel stay inline', () => {
  const request = user({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } });
  const { line, dataObjects } = renderInvocation(call(begin('InvokeModel'), request, {}));
  assert.ok(line.includes(PNG));
  assert.equal(dataObjects.length, 0);
});

test('a body over 100 KB becomes an object, each side for itself; one of exactly 102,400 bytes stays', () => {
  const fits = JSON.stringify({ a: 'x'.repeat(102_400 - 8) });
  const large = JSON.stringify({ a: 'x'.repeat(102_400 - 7) });
  const { line, dataObjects } = renderInvocation(call(begin('InvokeModel'), large, fits));
  const record = JSON.parse(line.toString()) as Line;
  assert.equal(record.input['inputBodyS3Path'], 's3://b/logs/data/r1_input.json.gz');
  assert.equal('inputBodyJson' in record.input, false);
  assert.ok('outputBodyJson' in record.output);
  assert.deepEqual(dataObjects, [
    { key: 'logs/data/r1_input.json.gz', contentType: 'application/json', gzip: true, bytes: Buffer.from(large) },
  ]);
});

test('with CloudWatch only and no bucket for large data, large bodies and media are left out without a path', () => {
  const large = JSON.stringify({ a: 'x'.repeat(110_000) });
  const record = lineOf(call(begin('InvokeModel', {}, false), large, large));
  assert.deepEqual(Object.keys(record.input), ['inputContentType', 'inputTokenCount']);
  assert.deepEqual(Object.keys(record.output), ['outputContentType', 'outputTokenCount']);
  const media = renderInvocation(
    call(begin('Converse', {}, false), user({ image: { format: 'png', source: { bytes: PNG } } }), ANSWER),
  );
  assert.ok(media.line.includes('{"image":{"format":"png","source":{}}}'));
  assert.equal(media.dataObjects.length, 0);
});

test('the longest line there can be fits into one log event of 256 KB', () => {
  const body = JSON.stringify({ a: '\u0001'.repeat(17_065) });
  const requestMetadata = Object.fromEntries(
    Array.from({ length: 16 }, (_, index) => [String(index).padEnd(256, 'k'), 'v'.repeat(256)]),
  );
  const of = { ...begin('InvokeModel'), requestMetadata, modelId: 'm'.repeat(2048), identityArn: 'a'.repeat(2048) };
  const { line, dataObjects } = renderInvocation(call(of, body, body));
  assert.ok(body.length > 102_000 && dataObjects.length === 0);
  assert.ok(line.length <= 262_144 - 26, String(line.length));
});

test('a spilled body is named as it is, and left out where it may hold data that is switched off', () => {
  const spilled = { contentType: 'application/json', attachment: 'spill-1', sizeBytes: 9e6 };
  const content = { ...call(begin('InvokeModel'), {}, {}), request: spilled };
  assert.deepEqual(renderInvocation(content).dataObjects, [
    { key: 'logs/data/r1_input.json.gz', contentType: 'application/json', gzip: true, attachment: 'spill-1' },
  ]);
  const imageOff = { ...call(begin('Converse', { image: false }), {}, ANSWER), request: spilled };
  assert.deepEqual(renderInvocation(imageOff).dataObjects, []);
});

test('a body that is no JSON never breaks the line: it becomes an object', () => {
  for (const bytes of [Buffer.from('{"a":'), Buffer.from([0x22, 0xff, 0x22]), Buffer.from('"a\nb"')]) {
    const content = { ...call(begin('InvokeModel'), {}, {}), request: { contentType: 'application/json', bytes } };
    const { line, dataObjects } = renderInvocation(content);
    assert.equal((JSON.parse(line.toString()) as Line).input['inputBodyS3Path'], 's3://b/logs/data/r1_input.bin.gz');
    assert.deepEqual(dataObjects[0]?.bytes, bytes);
    const converse = { ...content, facts: { ...content.facts, begin: begin('Converse') } };
    assert.doesNotThrow(() => JSON.parse(renderInvocation(converse).line.toString()) as unknown);
  }
});

test("an image model's answer in image/png becomes a media object", () => {
  const response = { kind: 'whole' as const, contentType: 'image/png', bytes: Buffer.from(PNG, 'base64') };
  const { dataObjects } = renderInvocation({ ...call(begin('InvokeModel'), {}, {}), response });
  assert.deepEqual(
    dataObjects.map(({ key, gzip }) => [key, gzip]),
    [['logs/data/r1_output_media_00.png', false]],
  );
});

test('image switched off: blocks of images go, in Converse and in native bodies; the rest stays', () => {
  const image = { image: { format: 'png', source: { bytes: PNG } } };
  const converse = renderInvocation(call(begin('Converse', { image: false }), user({ text: 'a' }, image), ANSWER));
  assert.ok(converse.line.includes('"content":[{"text":"a"}]'));
  assert.equal(converse.dataObjects.length, 0);
  for (const block of [
    image,
    { type: 'image', source: { data: PNG } },
    { type: 'image_url', image_url: { url: PNG } },
  ]) {
    const native = renderInvocation(call(begin('InvokeModel', { image: false }), user(block, { text: 'a' }), {}));
    assert.ok(native.line.includes('"content":[{"text":"a"}]'), JSON.stringify(block));
  }
  const nested = user({ type: 'tool_result', content: [{ type: 'image', source: { data: PNG } }] });
  assert.ok(!renderInvocation(call(begin('InvokeModel', { image: false }), nested, {})).line.includes(PNG));
  const llama = renderInvocation(call(begin('InvokeModel', { image: false }), { prompt: 'p', images: [PNG] }, {}));
  assert.ok(llama.line.includes('"inputBodyJson":{"prompt":"p"}'));
});

test('text switched off: no text is left, in the record or in the store; images of Converse still are', () => {
  const request = user({ text: 'secret' }, { image: { format: 'png', source: { bytes: PNG } } });
  const { line, dataObjects, prompt, completion } = renderInvocation(
    call(begin('Converse', { text: false }), request, ANSWER),
  );
  const record = JSON.parse(line.toString()) as Line;
  assert.deepEqual(
    record.input['inputBodyJson'],
    user({ image: { format: 'png', source: { s3Uri: 's3://b/logs/data/r1_input_media_01.png' } } }),
  );
  assert.equal('outputBodyJson' in record.output, false);
  assert.equal(dataObjects.length, 1);
  assert.equal(prompt + completion, '');
  const native = lineOf(call(begin('InvokeModel', { text: false }), user({ text: 'secret' }), { completion: 'x' }));
  assert.deepEqual(Object.keys(native.input), ['inputContentType', 'inputTokenCount']);
});

test('an embedding is an object and never inline, has no output count, and goes with its switch; its input is text', () => {
  const modalities = { input: ['TEXT'], output: ['EMBEDDING'] };
  const embed = (switches: object): InvocationContent => ({
    ...call(begin('InvokeModel', switches), { inputText: 'hi' }, { embedding: [1, 2] }),
    modalities,
  });
  assert.deepEqual(lineOf(embed({})).output, {
    outputContentType: 'application/json',
    outputBodyS3Path: 's3://b/logs/data/r1_output.json.gz',
  });
  const off = lineOf(embed({ embedding: false }));
  assert.deepEqual(off.output, { outputContentType: 'application/json' });
  assert.deepEqual(off.input['inputBodyJson'], { inputText: 'hi' });
});

test("an image model's answer goes with the image switch, and its request with it when it takes images", () => {
  const painter = { input: ['TEXT', 'IMAGE'], output: ['IMAGE'] };
  const off = lineOf({
    ...call(begin('InvokeModel', { image: false }), { prompt: 'p' }, { images: ['x'] }),
    modalities: painter,
  });
  assert.equal('inputBodyJson' in off.input || 'outputBodyJson' in off.output, false);
});

test('an error record has neither input nor output; a stream that failed later keeps what was delivered', () => {
  const content = call(begin('InvokeModelWithResponseStream'), { prompt: 'p' }, {});
  const facts = { ...content.facts, outcome: 'error' as const, errorCode: 'ThrottlingException', tokens: {} };
  const refused = renderInvocation({ ...content, facts, response: { kind: 'none' } });
  assert.deepEqual(Object.keys(JSON.parse(refused.line.toString()) as object), [
    'timestamp',
    'accountId',
    'region',
    'requestId',
    'operation',
    'modelId',
    'identity',
    'errorCode',
    'schemaType',
    'schemaVersion',
  ]);
  const chunks = [json({ completion: 'par' }), Buffer.from('[DONE]')];
  const broken = lineOf({
    ...content,
    facts,
    response: { kind: 'invoke-stream', contentType: 'application/json', chunks },
  });
  assert.deepEqual(broken.output['outputBodyJson'], [{ completion: 'par' }, '[DONE]']);
  assert.equal(broken.errorCode, 'ThrottlingException');
  assert.equal('inputTokenCount' in broken.input, false);
});

test('a call made while logging was off has no line, no objects and no texts', () => {
  const { logging: _off, ...of } = begin('Converse');
  assert.deepEqual(renderInvocation(call(of, user({ text: 'a' }), ANSWER)), {
    line: Buffer.alloc(0),
    dataObjects: [],
    prompt: '',
    completion: '',
  });
});

test('a profile id is logged as an ARN for InvokeModel and as it is for Converse', () => {
  const where = { region: 'us-east-2', accountId: '123456789012' };
  const id = 'us.amazon.nova-lite-v1:0';
  assert.equal(
    loggedModelId('InvokeModel', id, where),
    `arn:aws:bedrock:us-east-2:123456789012:inference-profile/${id}`,
  );
  assert.equal(loggedModelId('ConverseStream', id, where), id);
  assert.equal(loggedModelId('InvokeModel', 'amazon.nova-lite-v1:0', where), 'amazon.nova-lite-v1:0');
});

test('bodies nested as deep as a body can be neither crash nor hang', () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const blocks = `${'{"toolResult":{"content":['.repeat(2_000)}${']}}'.repeat(2_000)}`;
  const request = `{"messages":[{"role":"user","content":[${blocks}]}],"x":${deep}}`;
  const { line } = renderInvocation({ ...call(begin('Converse'), request, ANSWER), modalities: TEXT_MODEL });
  assert.ok(line.includes(request));
});
