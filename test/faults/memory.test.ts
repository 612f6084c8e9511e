/** Memory of all processes together, read from /proc: it depends on the number of connections, not on the size of bodies. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test, type TestContext } from 'node:test';
import { sleep } from '#base';
import { destroyClients, makeClients } from '../harness.ts';
import { BUCKET, logToBoth } from '../logging.ts';
import { eventually, listKeys } from '../records.ts';
import {
  call,
  converseBody,
  converseTarget,
  memoryOf,
  peakDuring,
  signedHeaders,
  withServerProcess,
} from './support.ts';

const skip = process.platform === 'linux' ? false : 'memory is read from /proc';
const CALLS = 32;
const BODY_BYTES = 24_999_000;
/** The aims when idle (bench/README.md), plus 100 MB. */
const RSS_MIB_MAX = 600;
const ANONYMOUS_MIB_MAX = 350;
const SETTLE_MS = 2_000;
/** Who answers, by model. The built-in model echoes: its answer would be as large as the request if nobody bounded it. */
const MODELS = { bedrock: 'amazon.nova-lite-v1:0', local: 'varve.echo-v1' } as const;
const OPERATIONS = ['converse', 'invoke'] as const;

let mock: Server;
let upstreams: Record<string, unknown>;
before(async () => {
  mock = createServer((incoming, outgoing) => {
    incoming.resume().once('end', () => {
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(incoming.url?.endsWith('/invoke') ? INVOKED : CONVERSED);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => mock.once('listening', resolve));
  const endpoint = `http://127.0.0.1:${(mock.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'AKIAMOCK', secretAccessKey: 'mock-secret-mock-secret' };
  upstreams = {
    upstreams: { mock: { kind: 'bedrock', endpoint, credentials } },
    models: [{ models: ['amazon.*'], upstream: 'mock' }],
  };
});
after(() => void mock.close());

const INVOKED = '{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn"}';
const CONVERSED =
  '{"output":{"message":{"role":"assistant","content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"metrics":{"latencyMs":1}}';

function imageBody(): Buffer {
  const [before, behind] = JSON.stringify({
    messages: [{ role: 'user', content: [{ image: { format: 'png', source: { bytes: '|' } } }, { text: 'what?' }] }],
  }).split('|');
  return Buffer.from(`${before}${'QUJD'.repeat(Math.floor((BODY_BYTES - 200) / 4))}${behind}`);
}

function textBody(): Buffer {
  return Buffer.from(
    JSON.stringify({
      messages: [{ role: 'user', content: [{ text: 'å層 '.repeat(Math.floor((BODY_BYTES - 200) / 6)) }] }],
    }),
  );
}

function send(endpoint: string, agent: Agent, target: string, body: Buffer, bodySha256Hex: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...signedHeaders(endpoint, { target, bodySha256Hex }), 'content-length': String(body.length) };
    const outgoing = request(endpoint + target, { method: 'POST', agent, headers }, (incoming) => {
      incoming.resume().once('end', () => resolve(incoming.statusCode ?? 0));
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

for (const [upstream, model] of Object.entries(MODELS)) {
  for (const operation of OPERATIONS) {
    test(
      `${upstream}, ${operation}: ${CALLS} bodies of 25 MB at once stay below ${RSS_MIB_MAX} MiB resident, ${ANONYMOUS_MIB_MAX} MiB anonymous`,
      { skip },
      (context) => staysWithinBound(context, converseTarget(encodeURIComponent(model), operation)),
    );
  }
}

async function staysWithinBound(context: TestContext, target: string): Promise<void> {
  await withServerProcess({ ...upstreams, logLevel: 'warn' }, async ({ endpoint, child, log }) => {
    const clients = makeClients(endpoint);
    await logToBoth(clients);
    await call(endpoint, { target: converseTarget(), body: converseBody('warm') });
    await sleep(SETTLE_MS);
    const pid = child.pid ?? 0;
    const idle = memoryOf(pid);
    const bodies = [imageBody(), textBody()].map(
      (body) => [body, createHash('sha256').update(body).digest('hex')] as const,
    );
    const agent = new Agent({ keepAlive: true });
    const peak = await peakDuring(pid, async () => {
      const calls = Array.from({ length: CALLS }, (_, at) => bodies[at % bodies.length]).flatMap((body) =>
        body ? [send(endpoint, agent, target, ...body)] : [],
      );
      assert.deepEqual([...new Set(await Promise.all(calls))], [200]);
      await eventually('every large body', async () =>
        (await inputObjects(clients)).length >= CALLS ? true : undefined,
      );
    });
    context.diagnostic(
      `idle ${JSON.stringify(idle)}, peak ${JSON.stringify(peak)}, afterwards ${JSON.stringify(memoryOf(pid))}`,
    );
    agent.destroy();
    destroyClients(clients);
    assert.equal(log(), '', 'warnings or errors');
    assert.ok(peak.rssMiB < RSS_MIB_MAX && peak.anonymousMiB < ANONYMOUS_MIB_MAX, JSON.stringify(peak));
  });
}

async function inputObjects(clients: ReturnType<typeof makeClients>): Promise<string[]> {
  return (await listKeys(clients, BUCKET)).filter((key) => key.includes('/data/') && key.includes('_input'));
}
