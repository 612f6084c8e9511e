/** A server that dies within calls: after the next start each stands recorded as interrupted. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '#store';
import { converse, converseStream } from '../calls.ts';
import { destroyClients, makeClients } from '../harness.ts';
import { BUCKET, GROUP, logToBoth } from '../logging.ts';
import { eventually, linesInBucket, linesInGroup, parseRecord } from '../records.ts';
import { ServerProcess } from '../recovery/server-process.ts';
import { EVENT_STREAM, forwardedTo, frame, startMockUpstream, textDelta } from '../upstream.ts';

const PROFILE = 'us.anthropic.claude-3-haiku-20240307-v1:0';

test('a server that dies within calls leaves records that say they were interrupted, once in each destination', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'varve-killed-'));
  const dataDir = join(folder, 'data');
  await mkdir(dataDir, { mode: 0o700 });
  let asked = 0;
  const bothAsked = Promise.withResolvers<void>();
  const mock = await startMockUpstream((seen, response) => {
    if (seen.target.endsWith('-stream')) {
      response.writeHead(200, { 'content-type': EVENT_STREAM });
      response.write(frame('messageStart', { role: 'assistant' }));
      response.write(textDelta('so far'));
    }
    if (++asked === 2) bothAsked.resolve();
  });
  const settings = { ...forwardedTo(mock.url), delivery: { interval: '100ms' } };
  let server = await ServerProcess.spawn({ dataDir, settings });
  let clients = makeClients(await server.listening());
  try {
    await logToBoth(clients);
    const whole = converse(clients.runtime, 'x', undefined, PROFILE).catch(() => undefined);
    const streamed = await converseStream(clients.runtime, 'x', undefined, PROFILE);
    const first = streamed.events[Symbol.asyncIterator]();
    await first.next();
    await bothAsked.promise;
    await Promise.all([server.killGroup(), whole]);
    destroyClients(clients);

    server = await ServerProcess.spawn({ dataDir, settings });
    clients = makeClients(await server.listening());
    const inBucket = await eventually('two records', async () => {
      const lines = await linesInBucket(clients, BUCKET);
      return lines.length >= 2 ? lines : undefined;
    });
    const records = inBucket.map(parseRecord);
    assert.deepEqual(records.map(({ operation }) => operation).toSorted(), ['Converse', 'ConverseStream']);
    assert.ok(records.some(({ requestId }) => requestId === streamed.requestId));
    for (const { errorCode, modelId, input, output, identity, inferenceRegion } of records) {
      assert.deepEqual([errorCode, modelId, input, output], ['InterruptedException', PROFILE, undefined, undefined]);
      assert.match(identity.arn, /:root$/);
      assert.match(String(inferenceRegion), /^us-/);
    }
    const inGroup = await eventually('two events', async () => {
      const lines = await linesInGroup(clients, GROUP);
      return lines.length >= 2 ? lines : undefined;
    });
    assert.deepEqual(inGroup.toSorted(), inBucket.toSorted());
    await server.stop();
    const store = openStore({ mode: 'embedded', dataDir: join(dataDir, 'store') });
    await store.start();
    const rows = await store.readInvocations({ limit: 10 });
    await store.close();
    assert.deepEqual(
      rows.map(({ outcome }) => outcome),
      ['interrupted', 'interrupted'],
    );
  } finally {
    destroyClients(clients);
    server.end();
    await server.exited;
    await mock.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
