/** HTTP as attackers and broken clients speak it. */
import assert from 'node:assert/strict';
import { connect as connectHttp2, constants } from 'node:http2';
import { after, before, test } from 'node:test';
import { type TestServer, startTestServer } from './in-process.ts';
import {
  assertWell,
  call,
  converseBody,
  converseTarget,
  exchange,
  open,
  readReply,
  signedHead,
  signedHeaders,
  signedMessage,
} from './support.ts';

let server: TestServer;
/** Only where a time-out is waited for: on a slow machine a client of any other test could meet one. */
let impatient: TestServer;
before(async () => {
  server = await startTestServer({});
  impatient = await startTestServer({ limits: { requestTimeout: '1s', idleTimeout: '2s' } });
});
after(async () => {
  await server.stop();
  await impatient.stop();
});

const body = converseBody('hello');
const parts = { target: converseTarget(), body };

test('a request with both Content-Length and Transfer-Encoding is refused and the connection closed', async () => {
  const head = signedHead(server.endpoint, parts, [`content-length: ${body.length}`, 'transfer-encoding: chunked']);
  const reply = await exchange(server.endpoint, `${head}${body}GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n`, {
    untilClosed: true,
  });
  assert.equal(reply.status, 400);
  assert.equal(reply.text.match(/HTTP\/1\.1/g)?.length, 1);
});

test('malformed framing is refused with 400 and the connection closed', async () => {
  const shapes: Record<string, string[]> = {
    'two lengths': [`content-length: ${body.length}`, 'content-length: 1'],
    'a list of lengths': [`content-length: ${body.length}, 1`],
    'a negative length': ['content-length: -1'],
    'a length with a sign': [`content-length: +${body.length}`],
    'a length in hex': ['content-length: 0x10'],
    'a length beyond numbers': ['content-length: 99999999999999999999999'],
    'a folded header': ['x-folded: a\r\n b', `content-length: ${body.length}`],
    'a blank before the colon': [`content-length : ${body.length}`],
    'chunked and then something': ['transfer-encoding: chunked, identity'],
    'NUL in a header': ['x-nul: a\u0000b', `content-length: ${body.length}`],
    'a bare carriage return in a header': ['x-cr: a\rb', `content-length: ${body.length}`],
  };
  for (const [name, lines] of Object.entries(shapes)) {
    const reply = await exchange(server.endpoint, signedHead(server.endpoint, parts, lines) + body, {
      untilClosed: true,
    });
    assert.equal(reply.status, 400, `${name}: ${reply.text.slice(0, 200)}`);
    assert.ok(reply.closed, name);
  }
});

test('bytes that are no HTTP are refused: TLS on the plain port, other protocols, garbage', async () => {
  const hello = Buffer.from('160301020001000001fc0303', 'hex');
  const shapes = [
    hello,
    Buffer.alloc(64),
    Buffer.from('SSH-2.0-x\r\n'),
    Buffer.from('GET / HTTP/9.9\r\n\r\n'),
    Buffer.from('GET /\r\n\r\n'),
    Buffer.from('\u0001\u0002\r\n\r\n'),
  ];
  for (const bytes of shapes) {
    const reply = await exchange(server.endpoint, bytes, { untilClosed: true });
    // `GET /` alone is HTTP/0.9 to Node: refused as any unsigned request.
    assert.ok([0, 400, 403].includes(reply.status), reply.text);
    assert.ok(reply.closed);
  }
});

test('a preface that is not HTTP/2 after all, or a bad first frame, ends the connection', async () => {
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  for (const bytes of [
    'PRI / HTTP/1.1\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n',
    `${preface}${'\u00ff'.repeat(64)}`,
    `${preface}GET / HTTP/1.1\r\n\r\n`,
  ]) {
    const reply = await exchange(server.endpoint, bytes, { untilClosed: true });
    assert.ok(reply.closed);
    assert.doesNotMatch(reply.text, /HTTP\/1\.1 200/);
  }
  await assertWell(server.endpoint);
});

test('a request whose first bytes come one by one is served', async () => {
  const socket = await open(server.endpoint);
  const reply = readReply(socket);
  const message = signedMessage(server.endpoint, parts);
  for (const byte of message.subarray(0, 8)) {
    socket.write(Buffer.from([byte]));
    await new Promise(setImmediate);
  }
  socket.write(message.subarray(8));
  assert.equal((await reply).status, 200);
  socket.destroy();
});

test('too many or too large headers and very long URLs are refused with 431, 414 or 400', async () => {
  const many = Array.from({ length: 20_000 }, (_, at) => `x-flood-${at}: ${at}`);
  const large = [`x-large: ${'a'.repeat(80_000)}`];
  for (const lines of [many, large]) {
    const reply = await exchange(server.endpoint, signedHead(server.endpoint, parts, lines), { untilClosed: true });
    assert.ok([431, 400, 0].includes(reply.status), reply.text);
  }
  const long = await exchange(server.endpoint, `GET /${'a'.repeat(200_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, {
    untilClosed: true,
  });
  assert.ok([431, 414, 400, 0].includes(long.status), long.text);
});

test('broken percent-encoding, bad UTF-8 and NUL in a path are answered with an error', async () => {
  const targets = [
    '/model/%/converse',
    '/model/%zz/converse',
    '/model/%ff%fe/converse',
    '/model/%00/converse',
    '/model/a%2f%2e%2e/converse',
    '/model/../../etc/passwd',
    '//',
    '/?%',
    '/%ff?%ff=%',
    '/model//converse',
  ];
  for (const target of targets) {
    const signed = await call(server.endpoint, { target, body });
    assert.ok(signed.status >= 400 && signed.status < 500, `${target}: ${signed.text.slice(0, 200)}`);
    const unsigned = await exchange(
      server.endpoint,
      `POST ${target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n`,
    );
    assert.ok(unsigned.status >= 400 && unsigned.status < 500, `${target}: ${unsigned.text.slice(0, 200)}`);
  }
});

test('headers with bytes beyond ASCII are answered', async () => {
  for (const line of [
    'x-amzn-bedrock-trace: \u00e9\u00ff',
    'user-agent: \u0080\u00ff',
    'authorization: \u00ff',
    'x-amz-target: \u00ff.\u00fe',
    'content-type: \u00ff/\u00ff',
  ]) {
    const reply = await exchange(
      server.endpoint,
      `POST /model/a/converse HTTP/1.1\r\nhost: localhost\r\n${line}\r\ncontent-length: 2\r\n\r\n{}`,
    );
    assert.ok(reply.status >= 400 && reply.status < 500, `${line}: ${reply.text.slice(0, 200)}`);
  }
});

test('a client that shuts its sending side counts as gone: the connection is closed', async () => {
  const reply = await exchange(server.endpoint, signedMessage(server.endpoint, parts), {
    half: true,
    untilClosed: true,
  });
  assert.ok([0, 200].includes(reply.status));
  assert.ok(reply.closed);
});

test('a client that sends half a body and shuts its sending side, or goes away, leaves nothing behind', async () => {
  const large = Buffer.alloc(2_000_000, 0x61);
  const target = converseTarget('varve.echo-v1', 'invoke');
  const head = Buffer.from(signedHead(server.endpoint, { target, body: large }, [`content-length: ${large.length}`]));
  const reply = await exchange(server.endpoint, Buffer.concat([head, large.subarray(0, 1_000_000)]), {
    half: true,
    untilClosed: true,
  });
  assert.ok([0, 400].includes(reply.status), reply.text);
  const gone = await open(server.endpoint);
  gone.write(Buffer.concat([head, large.subarray(0, 1_000_000)]));
  while ((await server.spoolFiles()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  gone.resetAndDestroy();
  while ((await server.spoolFiles()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('a head that comes drop by drop is cut off by the request time-out', async () => {
  const socket = await open(impatient.endpoint);
  const reply = readReply(socket, true);
  socket.write('POST /model/a/converse HTTP/1.1\r\n');
  const drip = setInterval(() => socket.write('x-slow: 1\r\n'), 50);
  const { status, closed } = await reply.finally(() => clearInterval(drip));
  assert.ok(closed);
  assert.ok([0, 408].includes(status), String(status));
});

test('a body that comes drop by drop is cut off by the request time-out, by HTTP/1.1 and by HTTP/2', async () => {
  const socket = await open(impatient.endpoint);
  const reply = readReply(socket, true);
  socket.write(
    signedHead(impatient.endpoint, { target: converseTarget(), bodySha256Hex: 'a'.repeat(64) }, [
      'content-length: 1000',
    ]),
  );
  const drip = setInterval(() => socket.write('x'), 50);
  const { closed } = await reply.finally(() => clearInterval(drip));
  assert.ok(closed);

  const session = connectHttp2(impatient.endpoint);
  const stream = session.request(http2Head(impatient.endpoint, { bodySha256Hex: 'a'.repeat(64) }));
  stream.on('error', () => undefined);
  const drop = setInterval(() => stream.write('x'), 50);
  await new Promise((resolve) => stream.once('close', resolve)).finally(() => clearInterval(drop));
  session.destroy();
});

test('connections that say nothing, and HTTP/2 connections without a stream, are closed after the idle time-out', async () => {
  const silent = await open(impatient.endpoint);
  const session = connectHttp2(impatient.endpoint);
  await Promise.all([
    new Promise((resolve) => silent.once('end', resolve).once('close', resolve).resume()),
    new Promise((resolve) => session.once('close', resolve)),
  ]);
  silent.destroy();
});

test('a client that pipelines 2,000 requests gets 2,000 answers in order', async () => {
  const socket = await open(server.endpoint);
  const message = signedMessage(server.endpoint, parts);
  const count = 2_000;
  let text = '';
  const all = new Promise<void>((resolve, reject) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if ((text.match(/HTTP\/1\.1 200/g)?.length ?? 0) >= count) resolve();
    });
    socket.once('close', () => reject(new Error('closed')));
  });
  for (let at = 0; at < count; at += 1) socket.write(message);
  await all;
  socket.destroy();
  assert.equal(text.match(/HTTP\/1\.1 /g)?.length, count);
});

function http2Head(endpoint: string, more: { bodySha256Hex?: string } = {}): Record<string, string> {
  const { host: _, ...headers } = signedHeaders(endpoint, { ...parts, ...more });
  const { host } = new URL(endpoint);
  return { ':method': 'POST', ':path': parts.target, ':authority': host, host, ...headers };
}

test('HTTP/2: an ordinary call works, too large headers do not end the server, an oversized body gets its error', async () => {
  const session = connectHttp2(server.endpoint, { maxSendHeaderBlockLength: 1_000_000 });
  session.on('error', () => undefined);
  const stream = session.request(http2Head(server.endpoint));
  stream.end(body);
  assert.equal(await statusOf(stream), 200);
  const flooded = session.request({ ...http2Head(server.endpoint), 'x-large': 'a'.repeat(100_000) });
  flooded.on('error', () => undefined);
  let served = 0;
  flooded.on('response', (headers) => (served = Number(headers[':status'])));
  flooded.resume().end(body);
  await new Promise((resolve) => flooded.once('close', resolve));
  assert.ok([0, 431].includes(served), String(served));
  session.destroy();

  const second = connectHttp2(server.endpoint);
  second.on('error', () => undefined);
  const huge = second.request(http2Head(server.endpoint, { bodySha256Hex: 'a'.repeat(64) }));
  huge.on('error', () => undefined);
  const answered = statusOf(huge);
  const chunk = Buffer.alloc(1_000_000);
  let status: number | undefined;
  void answered.then((value) => (status = value));
  for (let at = 0; at < 60 && status === undefined && !huge.destroyed; at += 1)
    // A server that has answered need not read on.
    await Promise.race([new Promise((resolve) => huge.write(chunk, resolve)), answered]);
  assert.equal(await answered, 400);
  second.destroy();
  await assertWell(server.endpoint);
});

function statusOf(stream: ReturnType<ReturnType<typeof connectHttp2>['request']>): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.once('response', (headers) => resolve(Number(headers[':status'])));
    stream.once('close', () => reject(new Error('closed without an answer')));
    stream.resume();
  });
}

test('HTTP/2: thousands of streams that are opened and reset at once leave the server well', async () => {
  for (let round = 0; round < 3; round += 1) {
    const session = connectHttp2(server.endpoint);
    session.on('error', () => undefined);
    const closed = new Promise((resolve) => session.once('close', resolve));
    for (let at = 0; at < 2_000 && !session.destroyed; at += 1) {
      const stream = session.request(http2Head(server.endpoint));
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_CANCEL);
      if (at % 100 === 0) await new Promise(setImmediate);
    }
    session.destroy();
    await closed;
  }
  await assertWell(server.endpoint);
});

test('HTTP/2: GOAWAY, pings and settings in a flood leave the server well', async () => {
  const session = connectHttp2(server.endpoint, { maxOutstandingPings: 1_000 });
  session.on('error', () => undefined);
  await new Promise((resolve) => session.once('connect', resolve));
  for (let at = 0; at < 200 && !session.destroyed; at += 1) {
    session.ping(() => undefined);
    if (at < 10) session.settings({ initialWindowSize: 1000 + at });
  }
  if (!session.destroyed) session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  await new Promise(setImmediate);
  session.destroy();
  await assertWell(server.endpoint);
});
