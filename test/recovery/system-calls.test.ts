/** The same promise as in durability.test.ts, seen from outside of the real server: its system calls, in their order. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { type Clients, destroyClients, makeClients } from '../harness.ts';
import { makeBucket, putLogging, BUCKET } from '../logging.ts';
import { ServerProcess } from './server-process.ts';
import { parseStrace, straceMissing, type SystemCall } from './strace.ts';

const SEGMENT_WRITES = ['write', 'writev', 'pwrite64', 'pwritev'];
const SOCKET_WRITES = ['write', 'writev', 'sendto', 'sendmsg'];
const SHOWN_BYTES = 20_000;
const MARKER = 'marker-9f2c';
const messages = [{ role: 'user' as const, content: [{ text: MARKER }] }];

/** Watches a server during `work` and gives the system calls of its process. */
async function watch(context: TestContext, work: (clients: Clients) => Promise<unknown>): Promise<SystemCall[]> {
  const place = await mkdtemp(join(tmpdir(), 'varve-strace-'));
  const output = join(place, 'calls');
  const traced = ['fdatasync', 'fsync', ...new Set([...SEGMENT_WRITES, ...SOCKET_WRITES])].join(',');
  const under = ['strace', '-f', '-y', '-e', `trace=${traced}`, '-s', String(SHOWN_BYTES), '-o', output];
  // No engine to be watched too: nobody answers there, and records wait in the journal for the store.
  const settings = { delivery: { interval: '1h' }, store: { url: 'http://127.0.0.1:9' } };
  const server = await ServerProcess.spawn({ dataDir: join(place, 'data'), settings, under });
  context.after(async () => {
    server.end();
    await rm(place, { recursive: true, force: true, maxRetries: 5 });
  });
  const clients = makeClients(await server.listening());
  try {
    await makeBucket(clients);
    await putLogging(clients, { s3Config: { bucketName: BUCKET } });
    await work(clients);
  } finally {
    destroyClients(clients);
  }
  process.kill(-server.pid, 'SIGTERM');
  await server.exited;
  return parseStrace(await readFile(output, 'utf8'));
}

/** The first fdatasync of a segment that began when the marker had been written to it must be over before `isLast` leaves. */
function assertOrder(calls: readonly SystemCall[], isLast: (call: SystemCall) => boolean): void {
  const isSegment = ({ text }: SystemCall): boolean => /^\d+<[^>]*\.segment>/.test(text);
  const isSocket = ({ name, text }: SystemCall): boolean =>
    SOCKET_WRITES.includes(name) && /^\d+<(?:socket|TCP)/.test(text);
  const written = calls.find(
    (call) => SEGMENT_WRITES.includes(call.name) && isSegment(call) && call.text.includes(MARKER),
  );
  assert.ok(written && !written.failed, 'the record is written to a segment');
  const synced = calls.find(
    ({ began, ...call }) => call.name === 'fdatasync' && isSegment({ began, ...call }) && began > written.ended,
  );
  assert.ok(synced && !synced.failed, 'the segment is synced after that');
  const last = calls.find((call) => isSocket(call) && isLast(call));
  assert.ok(last, 'the end of the answer is sent');
  assert.ok(
    synced.ended < last.began,
    `fdatasync returned on line ${synced.ended}, the end of the answer left on line ${last.began}`,
  );
}

const missing = straceMissing();
const skip = missing === undefined ? false : `${missing}; durability.test.ts shows the same with a disk that hangs`;

test(
  'the system calls of a Converse: the record is written, fdatasync returns, then the answer leaves',
  { skip },
  async (context) => {
    const calls = await watch(context, ({ runtime }) =>
      runtime.send(new ConverseCommand({ modelId: 'varve.echo-v1', messages })),
    );
    assertOrder(calls, ({ text }) => text.includes(MARKER));
  },
);

test(
  'the system calls of a ConverseStream: frames leave at once, the last one when fdatasync has returned',
  { skip },
  async (context) => {
    const calls = await watch(context, async ({ runtime }) => {
      const { stream } = await runtime.send(new ConverseStreamCommand({ modelId: 'varve.echo-v1', messages }));
      for await (const _ of stream ?? []);
    });
    assertOrder(calls, ({ text }) => text.includes('latencyMs'));
    const first = calls.findIndex(({ name, text }) => SOCKET_WRITES.includes(name) && text.includes('messageStart'));
    const written = calls.findIndex(({ name, text }) => name.startsWith('pwrite') && text.includes(MARKER));
    assert.ok(first >= 0 && first < written, 'the first frame left before the record was written');
  },
);
