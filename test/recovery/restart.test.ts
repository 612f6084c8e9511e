/** Stops and starts of the real server: what stays, what is told, how long it takes. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { GetModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { ConverseCommand, ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { sleep } from '#base';
import { type Clients, destroyClients, makeClients } from '../harness.ts';
import { BUCKET, GROUP, logToBoth, policy, ROLE } from '../logging.ts';
import { parseRecord, recordInBucket, recordInGroup } from '../records.ts';
import { findEverything } from './found.ts';
import { type Call, Ledger } from './ledger.ts';
import { driveLoad, EVENTS_GROUP, EVENTS_STREAM, performCall } from './load.ts';
import { Random } from './random.ts';
import { checkCalls, checkEvents, sortRecords } from './recount.ts';
import { ServerProcess } from './server-process.ts';

const MODEL = 'varve.echo-v1';
const SETTINGS = { delivery: { interval: '100ms', parkedRetry: '100ms' }, store: { interval: '50ms' } };
/** The contract's bound for Ctrl-C. */
const STOP_MS_MAX = 5_000;

/** Servers on one data directory, one after the other; whatever is left of them ends with the test. */
async function servers(context: TestContext) {
  const place = await mkdtemp(join(tmpdir(), 'varve-restart-'));
  const dataDir = join(place, 'data');
  const ends: (() => void)[] = [];
  context.after(async () => {
    for (const end of ends) end();
    await rm(place, { recursive: true, force: true, maxRetries: 5 });
  });
  const spawn = async (listen?: string, settings: Record<string, unknown> = SETTINGS): Promise<ServerProcess> => {
    const server = await ServerProcess.spawn({ dataDir, settings, ...(listen === undefined ? {} : { listen }) });
    ends.push(() => server.end());
    return server;
  };
  const start = async (settings?: Record<string, unknown>) => {
    const server = await spawn(undefined, settings);
    const endpoint = await server.listening();
    const clients = makeClients(endpoint);
    ends.push(() => destroyClients(clients));
    return { server, endpoint, clients };
  };
  return { dataDir, spawn, start };
}

function messages(text: string) {
  return [{ role: 'user' as const, content: [{ text }] }];
}

function converse({ runtime }: Clients, text: string, knobs: Record<string, string | number> = {}) {
  const additionalModelRequestFields = { varve: knobs };
  return runtime.send(new ConverseCommand({ modelId: MODEL, messages: messages(text), additionalModelRequestFields }));
}

/** A call whose record has arrived at both destinations: so has everything that came before it. Gives its request id. */
async function passBarrier(clients: Clients, ledger = new Ledger()): Promise<string | undefined> {
  const shape = { promptChars: 100, answerChars: undefined, fails: false, round: 0, requestId: undefined } as const;
  const call: Call = { name: 'barrier', operation: 'Converse', ...shape, fate: 'in-flight' };
  ledger.calls.set(call.name, call);
  await performCall({ clients, ledger, random: new Random(0), isKilled: () => false }, call);
  await recordInBucket(clients, BUCKET, call.requestId);
  await recordInGroup(clients, GROUP, call.requestId);
  return call.requestId;
}

test('buckets, groups, roles, the logging configuration and records that were not delivered yet outlast a restart', async (context) => {
  const { start } = await servers(context);
  const first = await start({ ...SETTINGS, delivery: { interval: '1h' } });
  await logToBoth(first.clients);
  const configured = await first.clients.bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}));
  const { $metadata } = await converse(first.clients, 'before the restart');
  assert.deepEqual(await first.server.stop().then(({ code, signal }) => ({ code, signal })), { code: 0, signal: null });

  const { clients } = await start();
  const { Buckets } = await clients.s3.send(new ListBucketsCommand({}));
  assert.deepEqual(
    Buckets?.map(({ Name }) => Name),
    [BUCKET],
  );
  const { logGroups } = await clients.logs.send(new DescribeLogGroupsCommand({}));
  assert.deepEqual(
    logGroups?.map(({ logGroupName }) => logGroupName),
    [GROUP],
  );
  const granted = await clients.iam.send(new GetRolePolicyCommand({ RoleName: ROLE, PolicyName: 'write' }));
  assert.match(decodeURIComponent(granted.PolicyDocument ?? ''), /logs:PutLogEvents/);
  const { loggingConfig } = await clients.bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}));
  assert.deepEqual(loggingConfig, configured.loggingConfig);
  await recordInBucket(clients, BUCKET, $metadata.requestId);
  await recordInGroup(clients, GROUP, $metadata.requestId);
});

test('records for a bucket that denied them before a restart arrive after it, when it allows them again', async (context) => {
  const { start } = await servers(context);
  const first = await start();
  await logToBoth(first.clients);
  const { Policy = '' } = await first.clients.s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET }));
  await first.clients.s3.send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  const denied = policy({
    Effect: 'Deny',
    Principal: { Service: 'bedrock.amazonaws.com' },
    Action: 's3:PutObject',
    Resource: `arn:aws:s3:::${BUCKET}/*`,
  });
  await first.clients.s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy: denied }));
  const { $metadata } = await converse(first.clients, 'while the bucket denies');
  await recordInGroup(first.clients, GROUP, $metadata.requestId);
  await first.server.killGroup();

  const { clients } = await start();
  await clients.s3.send(new PutBucketPolicyCommand({ Bucket: BUCKET, Policy }));
  await recordInBucket(clients, BUCKET, $metadata.requestId);
});

test('a server that is killed in the middle of a stream leaves a record that says the call was interrupted', async (context) => {
  const { start } = await servers(context);
  const { server, clients } = await start();
  await logToBoth(clients);
  const stream = new ConverseStreamCommand({
    modelId: MODEL,
    messages: messages('one two three four five'),
    additionalModelRequestFields: { varve: { chunkDelayMs: 600_000 } },
    requestMetadata: { team: 'lake' },
  });
  const answer = await clients.runtime.send(stream);
  const { requestId } = answer.$metadata;
  const frames = answer.stream?.[Symbol.asyncIterator]();
  await frames?.next();
  await server.killGroup();

  const next = await start();
  const record = await recordInBucket(next.clients, BUCKET, requestId);
  assert.equal(record.errorCode, 'InterruptedException');
  assert.equal(record.operation, 'ConverseStream');
  assert.deepEqual(record.requestMetadata, { team: 'lake' });
  assert.equal((await recordInGroup(next.clients, GROUP, requestId)).errorCode, 'InterruptedException');
  // It is told once, however often the server starts.
  await next.server.killGroup();
  const last = await start();
  await passBarrier(last.clients);
  const { bucket, group } = await findEverything(last.clients, [GROUP]);
  assert.equal(bucket.length, 2);
  assert.equal(group.length, 2);
});

test('Ctrl-C under load stops within 5 s with status 0 and loses nothing', async (context) => {
  const { start } = await servers(context);
  const { server, clients } = await start();
  await logToBoth(clients);
  await clients.logs.send(new CreateLogGroupCommand({ logGroupName: EVENTS_GROUP }));
  await clients.logs.send(new CreateLogStreamCommand({ logGroupName: EVENTS_GROUP, logStreamName: EVENTS_STREAM }));
  const ledger = new Ledger();
  let isStopping = false;
  const random = new Random(1);
  const over = new AbortController();
  const load = driveLoad({ clients, ledger, random, round: 1, until: over.signal, isKilled: () => isStopping });
  await sleep(1_000);
  isStopping = true;
  ledger.brokenRounds.add(1);
  const askedMs = performance.now();
  // As a terminal does: to the whole group.
  process.kill(-server.pid, 'SIGINT');
  const { code, signal, said } = await server.exited;
  const tookMs = performance.now() - askedMs;
  over.abort();
  await load;
  assert.deepEqual({ code, signal }, { code: 0, signal: null }, said);
  assert.ok(tookMs < STOP_MS_MAX, `stopping took ${Math.round(tookMs)} ms:\n${said}`);

  const next = await start();
  await passBarrier(next.clients, ledger);
  const found = await findEverything(next.clients);
  checkCalls('bucket', sortRecords('bucket', found.bucket, ledger), ledger);
  checkCalls('log group', sortRecords('log group', found.group, ledger), ledger);
  checkEvents(found.events, ledger);
  assert.deepEqual(ledger.complaints, []);
  assert.ok(ledger.count('acknowledged') > 0);
});

test('Ctrl-C does not wait for a model that takes a minute; its call is recorded as interrupted', async (context) => {
  const { start } = await servers(context);
  const { server, clients } = await start();
  await logToBoth(clients);
  const slow = converse(clients, 'slow', { latencyMs: 60_000 });
  slow.catch(() => undefined);
  const answer = await clients.runtime.send(
    new ConverseStreamCommand({
      modelId: MODEL,
      messages: messages('slow stream'),
      additionalModelRequestFields: { varve: { chunkDelayMs: 60_000 } },
    }),
  );
  const frames = answer.stream?.[Symbol.asyncIterator]();
  await frames?.next();
  const askedMs = performance.now();
  server.signal('SIGINT');
  const { code, said } = await server.exited;
  const tookMs = performance.now() - askedMs;
  assert.equal(code, 0, said);
  assert.ok(tookMs < STOP_MS_MAX, `stopping took ${Math.round(tookMs)} ms:\n${said}`);
  await assert.rejects(slow);

  const next = await start();
  const barrier = await passBarrier(next.clients);
  const { bucket } = await findEverything(next.clients, [GROUP]);
  const records = bucket.map(parseRecord).filter(({ requestId }) => requestId !== barrier);
  assert.deepEqual(records.map(({ operation }) => operation).toSorted(), ['Converse', 'ConverseStream']);
  assert.equal(records.find(({ operation }) => operation === 'Converse')?.errorCode, 'InterruptedException');
});

test("a second server on the same data directory is refused with the other's pid and status 1", async (context) => {
  const { dataDir, spawn, start } = await servers(context);
  const { server, clients } = await start();
  const { code, said } = await (await spawn()).exited;
  assert.equal(code, 1);
  assert.ok(said.includes(`${dataDir} is in use by another Varve server (pid ${server.pid})`), said);
  assert.match(said, /Stop that server, or name another directory with --data/);
  await converse(clients, 'the first goes on');
});

test('a server whose port is taken says so and ends with status 1', async (context) => {
  const first = await (await servers(context)).start();
  const { host } = new URL(first.endpoint);
  const second = await servers(context);
  const { code, said } = await (await second.spawn(host)).exited;
  assert.equal(code, 1);
  assert.ok(said.includes(new URL(first.endpoint).port), said);
  assert.match(said, /in use|taken/);
});
