/** Bodies that no sane client sends: each gets AWS's error, and the server goes on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type TestServer, startTestServer } from './in-process.ts';
import {
  assertWell,
  call,
  converseBody,
  converseTarget,
  exchange,
  open,
  type RawReply,
  readReply,
  signedHead,
  signedHeaders,
} from './support.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.stop());

const MIB = 1024 * 1024;
const LIMIT = 25_000_000;

function converse(body: string | Buffer): Promise<RawReply> {
  return call(server.endpoint, { target: converseTarget(), body });
}

function refusedAs(reply: RawReply, ...codes: string[]): void {
  const type = /x-amzn-errortype: *([^:\r]*)/i.exec(reply.text)?.[1] ?? '';
  assert.equal(reply.status, 400, reply.text.slice(0, 500));
  assert.ok(codes.includes(type), `${type}: ${reply.body.slice(0, 300)}`);
  withoutInsides(reply);
}

/** Neither stack nor file name. */
function withoutInsides({ text }: RawReply): void {
  assert.doesNotMatch(text, /\.ts\b|\.js\b|node:|\bat [\w.<>]+ \(/);
}

test('a body that declares more than 25 MB is refused before a byte of it is read', async () => {
  for (const operation of ['converse', 'invoke']) {
    const head = signedHead(server.endpoint, { target: converseTarget('varve.echo-v1', operation) }, [
      `content-length: ${LIMIT + 1}`,
    ]);
    refusedAs(await exchange(server.endpoint, head), 'ValidationException');
  }
});

test('a chunked body without a length is refused as soon as it has passed 25 MB, without memory for it', async () => {
  const socket = await open(server.endpoint);
  const head = signedHead(server.endpoint, { target: converseTarget('varve.echo-v1', 'invoke') }, [
    'transfer-encoding: chunked',
  ]);
  const reply = readReply(socket);
  let refused = false;
  void reply.then(() => (refused = true));
  const before = process.memoryUsage.rss();
  socket.write(head);
  const chunk = Buffer.concat([Buffer.from(`${MIB.toString(16)}\r\n`), Buffer.alloc(MIB, 0x61), Buffer.from('\r\n')]);
  let sent = 0;
  while (!refused && sent < 400 && !socket.destroyed) {
    sent += 1;
    if (!socket.write(chunk)) await Promise.race([reply, new Promise((resolve) => socket.once('drain', resolve))]);
    else await new Promise(setImmediate);
  }
  refusedAs(await reply, 'ValidationException');
  assert.ok(sent >= 23, `${sent} MiB`);
  assert.ok(process.memoryUsage.rss() - before < 150 * MIB, 'memory grew');
  socket.destroy();
  assert.equal((await server.spoolFiles()).length, 0);
});

test('JSON of 100,000 levels, in a text, a document member or at the root, is refused', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  refusedAs(await converse(deep), 'SerializationException');
  refusedAs(await converse(`{"messages":${deep}}`), 'SerializationException');
  refusedAs(
    await converse(`{"messages":[{"role":"user","content":[{"text":"a"}]}],"additionalModelRequestFields":${objects}}`),
    'SerializationException',
    'ValidationException',
  );
  for (const body of [deep, objects, `{"prompt":${objects}}`]) {
    refusedAs(
      await call(server.endpoint, { target: converseTarget('varve.echo-v1', 'invoke'), body }),
      'ValidationException',
    );
  }
});

test('a number beyond the range of numbers, a wrong type, a null or an empty body is refused', async () => {
  refusedAs(
    await converse('{"messages":[{"role":"user","content":[{"text":"a"}]}],"inferenceConfig":{"temperature":1e400}}'),
    'SerializationException',
    'ValidationException',
  );
  refusedAs(
    await converse('{"messages":[{"role":"user","content":[{"text":"a"}]}],"inferenceConfig":{"maxTokens":1e400}}'),
    'SerializationException',
    'ValidationException',
  );
  refusedAs(await converse('{"messages":{"a":1}}'), 'SerializationException');
  refusedAs(await converse('null'), 'SerializationException');
  refusedAs(await converse('"text"'), 'SerializationException');
  refusedAs(await converse('{"messages":[null]}'), 'SerializationException');
  refusedAs(await converse('{"messages":'), 'SerializationException');
});

test('broken UTF-8 in a JSON body is refused; it is not replaced by other characters', async () => {
  const body = Buffer.concat([
    Buffer.from('{"messages":[{"role":"user","content":[{"text":"a'),
    Buffer.from([0xff, 0xfe, 0xc3, 0x28]),
    Buffer.from('"}]}]}'),
  ]);
  refusedAs(await converse(body), 'SerializationException');
});

test('bad base64 in a media block is refused', async () => {
  const image = (bytes: string) =>
    `{"messages":[{"role":"user","content":[{"image":{"format":"png","source":{"bytes":${JSON.stringify(bytes)}}}}]}]}`;
  for (const bytes of ['!!!!', 'AAA', 'AA==AA', 'é']) refusedAs(await converse(image(bytes)), 'SerializationException');
  assert.equal((await converse(image('QUJD'))).status, 200);
});

test('lone surrogates, NUL and other control characters in a text do no harm', async () => {
  for (const text of ['\\ud800', '\\udc00\\ud800', 'a\\u0000b', '\\u0001\\u001f\\u007f', '\\ufffe\\uffff']) {
    const reply = await converse(`{"messages":[{"role":"user","content":[{"text":"x${text}"}]}]}`);
    assert.equal(reply.status, 200, reply.body);
    JSON.parse(reply.body);
  }
});

test('keys such as __proto__ and constructor are data, and change no prototype', async () => {
  for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
    const fields = `{"${key}":{"polluted":true},"varve":{"outputTokens":1}}`;
    const reply = await converse(
      `{"messages":[{"role":"user","content":[{"text":"a"}]}],"${key}":{"polluted":true},"additionalModelRequestFields":${fields}}`,
    );
    assert.equal(reply.status, 200, reply.body);
    const native = await call(server.endpoint, {
      target: converseTarget('varve.echo-v1', 'invoke'),
      body: `{"prompt":"a","${key}":{"polluted":true}}`,
    });
    assert.equal(native.status, 200, native.body);
  }
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('of a key that is written twice the last one counts, in the answer and in the record', async () => {
  const reply = await converse(
    '{"messages":[{"role":"user","content":[{"text":"first"}]}],"messages":[{"role":"user","content":[{"text":"second"}]}]}',
  );
  assert.equal(reply.status, 200);
  assert.match(reply.body, /second/);
  assert.doesNotMatch(reply.body, /first/);
});

test('24 MB of millions of keys or values are answered with an error or an answer, and calls go on', async () => {
  const keys: string[] = [];
  for (let at = 0; at < 1_500_000; at += 1) keys.push(`"k${at}":1`);
  const wide = `{"messages":[{"role":"user","content":[{"text":"a"}]}],"x":{${keys.join(',')}}}`.slice(0, 24_000_000);
  const nested = `{"x":[${'{},'.repeat(7_900_000)}1]}`;
  for (const body of [wide, nested]) {
    const reply = await converse(body);
    assert.ok([200, 400].includes(reply.status), String(reply.status));
    withoutInsides(reply);
  }
  await assertWell(server.endpoint);
});

test('a body that is not what was signed is refused', async () => {
  const headers = signedHeaders(server.endpoint, { target: converseTarget(), body: converseBody('one') });
  const other = converseBody('two');
  const head = ['POST', converseTarget(), 'HTTP/1.1'].join(' ');
  const lines = Object.entries({ ...headers, 'content-length': String(other.length) }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  const reply = await exchange(server.endpoint, [head, ...lines, '', other].join('\r\n'));
  assert.equal(reply.status, 403);
  assert.match(reply.text, /InvalidSignatureException/);
});

test('after all of that the server is well', () => assertWell(server.endpoint));
