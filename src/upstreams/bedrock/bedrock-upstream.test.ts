import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { type Body, OperationalError, systemClock } from '#base';
import { BodyCollector } from '#journal';
import { ApiError, encodeFrame, parseAuthorization, textHeader, verifySignature } from '#wire';
import { allFrames, modelCall, streamOf, wholeOf } from '../testing/calls.ts';
import { type MockUpstream, startMockUpstream } from '../testing/mock-upstream.ts';
import { openTestSpool, type TestSpool } from '../testing/test-spool.ts';
import type { Upstream } from '../types.ts';
import { type BedrockUpstreamOptions, createBedrockUpstream } from './bedrock-upstream.ts';

const CREDENTIALS = {
  accessKeyId: 'AKIAUPSTREAM00000000',
  secretAccessKey: 'not-a-real-secret',
  sessionToken: 'token',
};
const CALM = { connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 240_000 };
/** Of the machine, also while a test has the clock in its hands. */
const realSetTimeout = setTimeout;
const EVENT_STREAM = 'application/vnd.amazon.eventstream';
const MIB = 1024 * 1024;

let spool: TestSpool;
let mock: MockUpstream;
const opened: Upstream[] = [];

before(async () => {
  spool = await openTestSpool();
  mock = await startMockUpstream(() => undefined);
});
beforeEach(() => {
  mock.seen.length = 0;
});
after(async () => {
  await Promise.all(opened.map((upstream) => upstream.close()));
  await mock.close();
  await spool.remove();
});

function upstream(options: Partial<BedrockUpstreamOptions> = {}): Upstream {
  const made = createBedrockUpstream({
    endpoint: mock.url,
    credentials: CREDENTIALS,
    timeouts: CALM,
    maxConnections: 8,
    spool,
    clock: systemClock,
    ...options,
  });
  opened.push(made);
  return made;
}

function frame(type: string, payload: unknown, messageType: 'event' | 'exception' = 'event'): Buffer {
  return encodeFrame(
    [
      [`:${messageType}-type`, textHeader(type)],
      [':content-type', textHeader('application/json')],
      [':message-type', textHeader(messageType)],
    ],
    JSON.stringify(payload),
  );
}

async function rejection(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApiError, String(error));
  return error;
}

async function spilled(bytes: Buffer): Promise<Body> {
  const collector = new BodyCollector(spool, 0);
  await collector.add(bytes);
  return collector.finish();
}

test('a call goes out with its body untouched, its model id as one path segment, and a valid signature', async () => {
  mock.answer = (_, response) => void response.setHeader('x-amzn-requestid', 'theirs').end('{}');
  const body = Buffer.from('{"messages" : [ ],\n "ä":1.50}');
  const modelId = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0';
  const bedrockHeaders = { 'x-amzn-bedrock-trace': 'ENABLED', 'x-amzn-bedrock-performanceconfig-latency': 'optimized' };
  const answer = await wholeOf(upstream().answer(modelCall('Converse', modelId, body, { bedrockHeaders })));
  const [seen] = mock.seen;
  assert.ok(seen);
  assert.equal(seen.target, `/model/${modelId.replaceAll(':', '%3A').replaceAll('/', '%2F')}/converse`);
  assert.deepEqual(seen.body, body);
  assert.equal(seen.headers['x-amzn-bedrock-trace'], 'ENABLED');
  assert.equal(seen.headers['x-amzn-bedrock-performanceconfig-latency'], 'optimized');
  assert.equal(seen.headers['x-amz-security-token'], 'token');
  assert.equal(answer.upstreamRequestId, 'theirs');
  const head = { method: seen.method, target: seen.target, headers: seen.headers as Record<string, string> };
  const parsed = parseAuthorization(head);
  assert.ok(parsed.kind === 'header');
  const verified = verifySignature(parsed, head, {
    secret: CREDENTIALS.secretAccessKey,
    bodySha256Hex: hash('sha256', body, 'hex'),
    nowMs: Date.now(),
    rule: 'standard',
    signingNames: ['bedrock'],
  });
  assert.deepEqual([verified.accessKeyId, verified.region], [CREDENTIALS.accessKeyId, 'us-east-1']);
});

test('an answer comes back byte for byte, with its type and its Bedrock headers', async () => {
  const bytes = Buffer.from('{ "output" : "as sent \\u00e4" }\n');
  mock.answer = (_, response) => {
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'X-Amzn-Bedrock-Input-Token-Count': '12',
      'X-Amzn-Bedrock-Invocation-Latency': '345',
      'x-other': 'dropped',
    });
    response.end(bytes);
  };
  const answer = await wholeOf(upstream().answer(modelCall('InvokeModel', 'meta.llama3-8b-instruct-v1:0', {})));
  assert.deepEqual(await answer.body.bytes(), bytes);
  assert.equal(answer.contentType, 'application/json; charset=utf-8');
  assert.deepEqual(answer.bedrockHeaders, {
    'x-amzn-bedrock-input-token-count': '12',
    'x-amzn-bedrock-invocation-latency': '345',
  });
});

test('a 25 MB answer is spilled to disk while it comes, and a spilled request is sent from its file', async () => {
  const large = randomBytes(25 * MIB);
  mock.answer = ({ body }, response) => void response.end(body);
  const request = await spilled(large);
  const before = spool.writers.length;
  const answer = await wholeOf(
    upstream().answer(modelCall('InvokeModel', 'amazon.nova-canvas-v1:0', {}, { body: request })),
  );
  assert.equal(answer.body.inMemory, undefined);
  assert.equal(answer.body.sizeBytes, large.length);
  assert.equal(spool.writers.length, before + 1);
  assert.ok(large.equals(await answer.body.bytes()));
  assert.ok(large.equals(mock.seen[0]?.body ?? Buffer.alloc(0)));
});

test('frames are handed on one by one, before the next exists, and byte for byte', async () => {
  const sent = [
    frame('chunk', { bytes: 'e30=', p: 'ab' }),
    frame('chunk', { bytes: 'e30=' }),
    frame('chunk', { bytes: 'WzFd' }),
  ];
  const gates = sent.map(() => Promise.withResolvers<void>());
  mock.answer = async (_, response) => {
    response.writeHead(200, { 'content-type': EVENT_STREAM, 'x-amzn-bedrock-content-type': 'application/x-own' });
    for (const [index, bytes] of sent.entries()) {
      // Cut within the frame, so that it arrives in two pieces.
      response.write(bytes.subarray(0, 7));
      response.write(bytes.subarray(7));
      await gates[index]?.promise;
    }
    response.end();
  };
  const answer = await streamOf(
    upstream().answer(modelCall('InvokeModelWithResponseStream', 'anthropic.claude-v2', {})),
  );
  assert.equal(answer.contentType, 'application/x-own');
  assert.deepEqual(answer.bedrockHeaders, {});
  let index = 0;
  for await (const [frame, ...others] of answer.frames) {
    assert.deepEqual(others, []);
    assert.deepEqual(frame?.raw, sent[index]);
    assert.deepEqual([frame?.messageType, frame?.type], ['event', 'chunk']);
    gates[index++]?.resolve();
  }
  assert.equal(index, sent.length);
});

test('an exception frame of the upstream is handed on as it came', async () => {
  const exception = frame('throttlingException', { message: 'slow down' }, 'exception');
  mock.answer = (_, response) => void response.writeHead(200, { 'content-type': EVENT_STREAM }).end(exception);
  const answer = await streamOf(upstream().answer(modelCall('ConverseStream', 'amazon.nova-lite-v1:0', {})));
  const frames = await allFrames(answer.frames);
  assert.deepEqual(
    frames.map(({ messageType, type }) => [messageType, type]),
    [['exception', 'throttlingException']],
  );
  assert.deepEqual(Buffer.from(frames[0]?.raw ?? []), exception);
});

for (const [status, header, body, expected] of [
  [
    429,
    'ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/',
    '{"message":"Too many tokens"}',
    ['ThrottlingException', 'Too many tokens', 429],
  ],
  [
    400,
    undefined,
    '{"__type":"com.amazon.bedrock#ValidationException","Message":"bad"}',
    ['ValidationException', 'bad', 400],
  ],
  [
    424,
    'ModelErrorException',
    '{"message":"m","originalStatusCode":500,"resourceName":"r"}',
    ['ModelErrorException', 'm', 424],
  ],
  [429, undefined, '<html>busy</html>', ['ThrottlingException', undefined, 429]],
  [502, undefined, '', ['ServiceUnavailableException', undefined, 503]],
  [500, undefined, 'oops', ['InternalServerException', undefined, 500]],
  [418, undefined, '[]', ['ValidationException', undefined, 400]],
  [301, undefined, '', ['InternalServerException', undefined, 500]],
] as const) {
  test(`an upstream's ${status} ${header ?? body} reaches the caller as ${expected[0]} ${expected[2]}`, async () => {
    mock.answer = (_, response) => {
      if (header) response.setHeader('x-amzn-errortype', header);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    };
    const error = await rejection(upstream().answer(modelCall('Converse', 'amazon.nova-lite-v1:0', {})));
    assert.deepEqual([error.code, error.status], [expected[0], expected[2]]);
    if (expected[1] !== undefined) assert.equal(error.message, expected[1]);
    if (status === 424) assert.deepEqual(error.members, { originalStatusCode: 500, resourceName: 'r' });
  });
}

test('a refused connection is ServiceUnavailableException, and tells the operator where', async () => {
  const endpoint = 'http://127.0.0.1:9';
  const error = await rejection(upstream({ endpoint }).answer(modelCall('Converse', 'amazon.nova-lite-v1:0', {})));
  assert.deepEqual([error.code, error.status], ['ServiceUnavailableException', 503]);
  assert.doesNotMatch(error.message, /127\.0\.0\.1/);
  assert.match(String(error.cause), /ECONNREFUSED/);
});

test('an upstream that does not begin to answer in time is ModelTimeoutException', async () => {
  mock.answer = () => undefined;
  const hurried = upstream({ timeouts: { ...CALM, firstByteMs: 30 } });
  const error = await rejection(hurried.answer(modelCall('InvokeModel', 'amazon.nova-lite-v1:0', {})));
  assert.deepEqual([error.code, error.status], ['ModelTimeoutException', 408]);
});

test('when every connection is taken for too long, a call is refused as ServiceUnavailableException', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const arrived = Promise.withResolvers<void>();
  mock.answer = () => arrived.resolve();
  const narrow = upstream({ maxConnections: 1, timeouts: { ...CALM, connectMs: 300 } });
  const controller = new AbortController();
  const first = rejection(narrow.answer(modelCall('ConverseStream', 'a', {}, { signal: controller.signal })));
  await arrived.promise;
  const second = rejection(narrow.answer(modelCall('Converse', 'b', {})));
  await new Promise(setImmediate);
  context.mock.timers.tick(300);
  const error = await second;
  assert.deepEqual([error.code, error.status], ['ServiceUnavailableException', 503]);
  controller.abort();
  await first;
});

for (const [operation, code] of [
  ['InvokeModelWithResponseStream', 'ModelTimeoutException'],
  ['ConverseStream', 'ModelStreamErrorException'],
] as const) {
  test(`a ${operation} that falls silent ends in ${code}, after what came`, async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    mock.answer = (_, response) => {
      response.writeHead(200, { 'content-type': EVENT_STREAM });
      response.write(frame('chunk', {}));
    };
    const hurried = upstream({ timeouts: { ...CALM, idleMs: 250 } });
    const answer = await streamOf(hurried.answer(modelCall(operation, 'amazon.nova-lite-v1:0', {})));
    const frames = answer.frames[Symbol.asyncIterator]();
    assert.equal((await frames.next()).done, false);
    const next = rejection(frames.next());
    context.mock.timers.tick(250);
    assert.equal((await next).code, code);
  });
}

test('a stream that breaks off within a frame gives its whole frames and then ModelStreamErrorException', async () => {
  mock.answer = (_, response) => {
    response.writeHead(200, { 'content-type': EVENT_STREAM });
    response.write(
      Buffer.concat([frame('messageStart', { role: 'assistant' }), frame('metadata', {}).subarray(0, 20)]),
      () => response.destroy(),
    );
  };
  const answer = await streamOf(upstream().answer(modelCall('ConverseStream', 'amazon.nova-lite-v1:0', {})));
  const frames = answer.frames[Symbol.asyncIterator]();
  const first = await frames.next();
  assert.deepEqual(first.done ? [] : first.value.map(({ type }) => type), ['messageStart']);
  assert.equal((await rejection(frames.next())).code, 'ModelStreamErrorException');
});

test('a body whose hash is known is signed with it, not read once more', async () => {
  mock.answer = (_, response) => void response.end('{}');
  const bodySha256Hex = 'ab'.repeat(32);
  await upstream().answer(modelCall('Converse', 'amazon.nova-lite-v1:0', {}, { bodySha256Hex }));
  assert.equal(mock.seen[0]?.headers['x-amz-content-sha256'], bodySha256Hex);
});

test('frames that come together are given together, those before a damaged one too', async () => {
  const [first, second, damaged] = [0, 1, 2].map((index) => frame('chunk', { index }));
  if (damaged) damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 1;
  const bytes = Buffer.concat([first, second, damaged].map((each) => each ?? Buffer.alloc(0)));
  mock.answer = (_, response) => void response.writeHead(200, { 'content-type': EVENT_STREAM }).end(bytes);
  const call = modelCall('InvokeModelWithResponseStream', 'anthropic.claude-v2', {});
  const frames = (await streamOf(upstream().answer(call))).frames[Symbol.asyncIterator]();
  const together = await frames.next();
  assert.deepEqual(together.done ? [] : together.value.map(({ raw }) => raw), [first, second]);
  assert.equal((await rejection(frames.next())).code, 'ModelStreamErrorException');
});

test('a damaged frame is never handed on', async () => {
  const damaged = frame('messageStart', { role: 'assistant' });
  damaged[damaged.length - 6] = (damaged[damaged.length - 6] ?? 0) ^ 1;
  mock.answer = (_, response) => void response.writeHead(200, { 'content-type': EVENT_STREAM }).end(damaged);
  const answer = await streamOf(upstream().answer(modelCall('ConverseStream', 'amazon.nova-lite-v1:0', {})));
  assert.equal((await rejection(allFrames(answer.frames))).code, 'ModelStreamErrorException');
});

test('an answer to a streaming call that is no event stream is an internal error', async () => {
  mock.answer = (_, response) => void response.end('{}');
  const error = await rejection(upstream().answer(modelCall('ConverseStream', 'amazon.nova-lite-v1:0', {})));
  assert.deepEqual([error.code, error.status], ['InternalServerException', 500]);
});

test('a caller who does not read holds the upstream back, and is not taken for its silence', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const bytes = frame('chunk', { bytes: 'A'.repeat(60_000) });
  const COUNT = 2_000;
  let written = 0;
  const blocked = Promise.withResolvers<void>();
  mock.answer = async (_, response) => {
    response.writeHead(200, { 'content-type': EVENT_STREAM });
    for (; written < COUNT; written++) {
      if (response.write(bytes)) continue;
      const drained = once(response, 'drain');
      const timer = realSetTimeout(blocked.resolve, 900);
      await drained;
      timer.close();
    }
    response.end();
  };
  const hurried = upstream({ timeouts: { ...CALM, idleMs: 600 } });
  const answer = await streamOf(hurried.answer(modelCall('InvokeModelWithResponseStream', 'anthropic.claude-v2', {})));
  const frames = answer.frames[Symbol.asyncIterator]();
  let count = (await frames.next()).value?.length ?? 0;
  await blocked.promise;
  assert.ok(written < COUNT / 2, `the upstream had sent ${written} of ${COUNT} frames`);
  context.mock.timers.tick(600);
  for (let next = await frames.next(); !next.done; next = await frames.next()) count += next.value.length;
  assert.equal(count, COUNT);
});

test('a caller who goes away ends the call at the upstream', async () => {
  const closed = Promise.withResolvers<void>();
  mock.answer = (_, response) => {
    response.once('close', closed.resolve);
    response.writeHead(200, { 'content-type': EVENT_STREAM });
    response.write(frame('chunk', {}));
  };
  const controller = new AbortController();
  const call = modelCall('InvokeModelWithResponseStream', 'anthropic.claude-v2', {}, { signal: controller.signal });
  const answer = await streamOf(upstream().answer(call));
  const frames = answer.frames[Symbol.asyncIterator]();
  await frames.next();
  const next = rejection(frames.next());
  controller.abort();
  await Promise.all([closed.promise, next]);
});

test('a kept connection that the upstream has closed costs one retry, not an error', async (context) => {
  // However slow the machine is, the connection fails at once.
  context.mock.method(performance, 'now', () => 0);
  const sockets: Socket[] = [];
  const remember = (socket: Socket): void => void sockets.push(socket);
  mock.server.on('connection', remember);
  const kept = upstream();
  mock.answer = (_, response) => void response.end('{}');
  await kept.answer(modelCall('Converse', 'amazon.nova-lite-v1:0', {}));
  // The next request arrives at a server that resets its connection, as one does whose idle time has just run out.
  let resets = 0;
  mock.answer = (_, response) => {
    if (resets++ > 0) return void response.end('{"second":true}');
    response.socket?.resetAndDestroy();
  };
  const answer = await wholeOf(kept.answer(modelCall('Converse', 'amazon.nova-lite-v1:0', {})));
  assert.equal((await answer.body.bytes()).toString(), '{"second":true}');
  assert.equal(sockets.length, 2);
  mock.server.off('connection', remember);
});

test('a new connection that breaks before the answer is not tried again', async () => {
  mock.answer = (_, response) => void response.socket?.resetAndDestroy();
  const error = await rejection(upstream().answer(modelCall('Converse', 'amazon.nova-lite-v1:0', {})));
  assert.deepEqual([error.code, error.status, mock.seen.length], ['ServiceUnavailableException', 503, 1]);
});

test('connections are kept: calls one after the other share one', async () => {
  let connections = 0;
  const count = (): void => void connections++;
  mock.server.on('connection', count);
  mock.answer = (_, response) => void response.end('{}');
  const kept = upstream();
  for (let calls = 0; calls < 5; calls++) await kept.answer(modelCall('Converse', 'amazon.nova-lite-v1:0', {}));
  mock.server.off('connection', count);
  assert.equal(connections, 1);
});

test('a TLS connection that never stands is given up, and the call refused as ServiceUnavailableException', async () => {
  const silent = createTcpServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const endpoint = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const hurried = upstream({ endpoint, timeouts: { ...CALM, connectMs: 40 } });
  const error = await rejection(hurried.answer(modelCall('Converse', 'amazon.nova-lite-v1:0', {})));
  assert.deepEqual([error.code, error.status], ['ServiceUnavailableException', 503]);
  assert.match(String(error.cause), /no connection in time/);
  silent.close();
});

test('a call that takes too long in all is ended, however lively it is', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const bytes = frame('chunk', { bytes: 'e30=' });
  mock.answer = (_, response) => {
    response.writeHead(200, { 'content-type': EVENT_STREAM });
    const timer = setInterval(() => response.write(bytes), 5);
    response.once('close', () => clearInterval(timer));
  };
  const hurried = upstream({ timeouts: { ...CALM, totalMs: 400 } });
  const answer = await streamOf(hurried.answer(modelCall('InvokeModelWithResponseStream', 'anthropic.claude-v2', {})));
  const frames = answer.frames[Symbol.asyncIterator]();
  for (let count = 0; count < 3; count++) assert.equal((await frames.next()).done, false);
  const rest = rejection(allFrames({ [Symbol.asyncIterator]: () => frames }));
  context.mock.timers.tick(400);
  assert.equal((await rest).code, 'ModelTimeoutException');
});

test('a caller who has gone before the call is sent costs the upstream nothing', async () => {
  mock.answer = (_, response) => void response.end('{}');
  const signal = AbortSignal.abort();
  await rejection(upstream().answer(modelCall('ConverseStream', 'amazon.nova-lite-v1:0', {}, { signal })));
  assert.equal(mock.seen.length, 0);
});

test('a place among the connections is given back however a call ends', async () => {
  const single = upstream({ maxConnections: 1 });
  mock.answer = (_, response) => void response.writeHead(400).end('{}');
  await rejection(single.answer(modelCall('Converse', 'a', {})));
  mock.answer = (_, response) => void response.writeHead(200, { 'content-type': EVENT_STREAM }).end(frame('chunk', {}));
  const whole = await streamOf(single.answer(modelCall('ConverseStream', 'a', {})));
  await allFrames(whole.frames);
  const left = await streamOf(single.answer(modelCall('ConverseStream', 'a', {})));
  for await (const [frame] of left.frames) {
    assert.equal(frame?.type, 'chunk');
    break;
  }
  const controller = new AbortController();
  await streamOf(single.answer(modelCall('ConverseStream', 'a', {}, { signal: controller.signal })));
  controller.abort();
  mock.answer = (_, response) => void response.end('{}');
  const last = await wholeOf(single.answer(modelCall('Converse', 'a', {})));
  assert.equal((await last.body.bytes()).toString(), '{}');
});

test('an upstream that refuses before it has read a large body is heard', async () => {
  const refusing = createHttpServer((_, response) => {
    response.writeHead(400, { 'x-amzn-errortype': 'ValidationException' }).end('{"message":"too long"}');
  }).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const endpoint = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
  const body = await spilled(Buffer.alloc(8 * MIB, 'a'));
  const error = await rejection(upstream({ endpoint }).answer(modelCall('InvokeModel', 'a', {}, { body })));
  assert.deepEqual([error.code, error.message], ['ValidationException', 'too long']);
  refusing.closeAllConnections();
  refusing.close();
});

test('a disk that cannot take a large answer is told as what it is', async () => {
  mock.answer = (_, response) => void response.end(Buffer.alloc(MIB));
  const full = {
    ...spool,
    create: () => Promise.reject(new OperationalError('journal-unwritable', 'full', 'free space')),
  };
  const error = await rejection(upstream({ spool: full }).answer(modelCall('InvokeModel', 'a', {})));
  assert.equal(error.code, 'ServiceUnavailableException');
  assert.ok(error.cause instanceof OperationalError && error.cause.reason === 'journal-unwritable');
});
