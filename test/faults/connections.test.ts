/** Many connections and slow readers: memory stays bounded and ordinary calls go on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { withVarve } from '../harness.ts';
import { BUCKET, logToBoth } from '../logging.ts';
import { eventually, linesInBucket, parseRecord } from '../records.ts';
import {
  assertWell,
  converseTarget,
  memoryOf,
  open,
  readReply,
  signedHead,
  signedHeaders,
  signedMessage,
  withServerProcess,
} from './support.ts';

const skip = process.platform === 'linux' ? false : 'memory is read from /proc';
/** Node raises its soft limit of open files to the hard one. */
const filesMax = skip
  ? 0
  : Number(/Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
const CONNECTIONS = 10_000;
const OPENED_AT_ONCE = 500;
/** A client may have some 28,000 ports to one address. */
const CONNECTION_KIB_MAX = 16;
const tooFewFiles = filesMax < CONNECTIONS + 1_000 && `only ${filesMax} open files are allowed here`;

test(
  `${CONNECTIONS} connections that say nothing are held in little memory, and calls go on`,
  { skip: skip || tooFewFiles },
  async (context) => {
    await withServerProcess({ logLevel: 'warn', limits: { idleTimeout: '120s' } }, async ({ endpoint, child }) => {
      await assertWell(endpoint);
      const { hostname, port } = new URL(endpoint);
      const pid = child.pid ?? 0;
      const before = memoryOf(pid);
      const sockets: Socket[] = [];
      while (sockets.length < CONNECTIONS) {
        const opened = Array.from({ length: OPENED_AT_ONCE }, () => connect({ host: hostname, port: Number(port) }));
        await Promise.all(
          opened.map(
            (socket) => new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject)),
          ),
        );
        for (const socket of opened) socket.on('error', () => undefined);
        sockets.push(...opened);
      }
      await assertWell(endpoint);
      const metrics = await (await fetch(`${endpoint}/_varve/metrics`)).text();
      const held = memoryOf(pid);
      context.diagnostic(`before ${JSON.stringify(before)}, with ${CONNECTIONS} connections ${JSON.stringify(held)}`);
      assert.ok(Number(/varve_connections (\d+)/.exec(metrics)?.[1]) >= CONNECTIONS, metrics.slice(0, 3_000));
      assert.ok(
        (held.anonymousMiB - before.anonymousMiB) * 1024 < CONNECTIONS * CONNECTION_KIB_MAX,
        JSON.stringify(held),
      );
      for (const socket of sockets) socket.destroy();
    });
  },
);

const STREAM = JSON.stringify({ prompt: 'word '.repeat(10), varve: { outputTokens: 1_000_000 } });

test(
  'the reader of a stream who stops reading holds the model back, is cut off, and leaves a record that says so',
  { skip },
  () =>
    withVarve({ limits: { idleTimeout: '2s' } }, async ({ clients, endpoint }) => {
      await logToBoth(clients);
      const socket = await open(endpoint);
      const before = process.memoryUsage.rss();
      socket.pause();
      socket.write(
        signedMessage(endpoint, {
          target: converseTarget('varve.echo-v1', 'invoke-with-response-stream'),
          body: STREAM,
        }),
      );
      const record = await eventually(
        'the record',
        async () => (await linesInBucket(clients, BUCKET)).map(parseRecord)[0],
      );
      assert.ok(process.memoryUsage.rss() - before < 200 * 1024 * 1024, 'the stream piled up');
      assert.equal(record.operation, 'InvokeModelWithResponseStream');
      socket.destroy();

      const session = connectHttp2(endpoint, { settings: { initialWindowSize: 1_000 } });
      session.on('error', () => undefined);
      const { host: _, ...headers } = signedHeaders(endpoint, {
        target: converseTarget('varve.echo-v1', 'invoke-with-response-stream'),
        body: STREAM,
      });
      const { host } = new URL(endpoint);
      const stream = session.request({
        ':method': 'POST',
        ':path': converseTarget('varve.echo-v1', 'invoke-with-response-stream'),
        ':authority': host,
        host,
        ...headers,
      });
      stream.on('error', () => undefined).end(STREAM);
      await eventually('its record', async () =>
        (await linesInBucket(clients, BUCKET)).length >= 2 ? true : undefined,
      );
      session.destroy();
      await assertWell(endpoint);
    }),
);

test('a client that says it will wait for 100 Continue is told at once that its key is unknown, and is asked for no body', () =>
  withVarve({}, async ({ endpoint }) => {
    const target = converseTarget();
    const good = await open(endpoint);
    const continued = new Promise<string>((resolve) => good.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    good.write(
      signedHead(endpoint, { target, bodySha256Hex: 'a'.repeat(64) }, [
        'content-length: 20000000',
        'expect: 100-continue',
      ]),
    );
    assert.match(await continued, /^HTTP\/1\.1 100/);
    good.destroy();
    const bad = await open(endpoint);
    const reply = readReply(bad);
    const head = signedHead(endpoint, { target, bodySha256Hex: 'a'.repeat(64) }, [
      'content-length: 20000000',
      'expect: 100-continue',
    ]);
    bad.write(head.replace(/Credential=\w+/, 'Credential=AKIAUNKNOWN0000000000'));
    assert.equal((await reply).status, 403);
    bad.destroy();
  }));
