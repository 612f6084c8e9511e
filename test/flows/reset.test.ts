/** `POST /_varve/reset`, for test suites that share a server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { converse, storedCalls } from '../calls.ts';
import { withVarve } from '../harness.ts';
import { BUCKET, GROUP, logToBoth } from '../logging.ts';
import { eventually, linesInBucket, linesInGroup, parseRecord, recordInBucket, recordInGroup } from '../records.ts';

function reset(endpoint: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${endpoint}/_varve/reset`, { method: 'POST', headers });
}

test('reset is refused with 403 unless the server was started for it, and nothing is lost', () =>
  withVarve({}, async ({ clients, endpoint }) => {
    await logToBoth(clients);
    const response = await reset(endpoint);
    assert.equal(response.status, 403);
    assert.match(await response.text(), /--allow-reset/);
    const { $metadata } = await converse(clients.runtime, 'still here');
    await recordInBucket(clients, BUCKET, $metadata.requestId);
  }));

test('reset clears everything, keeps the keys and the port, and the server works on', () =>
  withVarve({ allowReset: true }, async (running) => {
    const { clients, endpoint } = running;
    await logToBoth(clients);
    const old = await converse(clients.runtime, 'to be forgotten');
    await recordInBucket(clients, BUCKET, old.$metadata.requestId);
    assert.equal((await reset(endpoint)).status, 200);

    const { bedrock, s3, logs, iam } = clients;
    const { loggingConfig } = await bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}));
    assert.equal(loggingConfig, undefined);
    assert.deepEqual((await s3.send(new ListBucketsCommand({}))).Buckets ?? [], []);
    assert.deepEqual((await logs.send(new DescribeLogGroupsCommand({}))).logGroups, []);
    assert.deepEqual((await iam.send(new ListRolesCommand({}))).Roles, []);

    await logToBoth(clients);
    const { $metadata } = await converse(clients.runtime, 'a new beginning');
    await recordInBucket(clients, BUCKET, $metadata.requestId);
    await recordInGroup(clients, GROUP, $metadata.requestId);
    const lines = [...(await linesInBucket(clients, BUCKET)), ...(await linesInGroup(clients, GROUP))];
    assert.deepEqual(new Set(lines.map((line) => parseRecord(line).requestId)), new Set([$metadata.requestId]));
    assert.deepEqual([...(await storedCalls(running)).keys()], [$metadata.requestId]);
  }));

test('reset in the midst of a call, asked for twice at once, leaves a server that works', () =>
  withVarve({ allowReset: true }, async ({ clients, endpoint }) => {
    await logToBoth(clients);
    const slow = converse(clients.runtime, 'slow', { latencyMs: 300 }).catch((error: unknown) => error);
    const answers = await Promise.all([reset(endpoint), reset(endpoint)]);
    await slow;
    for (const { status } of answers) assert.equal(status, 200);
    assert.equal((await converse(clients.runtime, 'works on')).stopReason, 'end_turn');
    await eventually('good health', async () => ((await fetch(`${endpoint}/_varve/health`)).ok ? true : undefined));
  }));

test('a web page cannot reset the server', () =>
  withVarve({ allowReset: true }, async ({ endpoint }) => {
    assert.equal((await reset(endpoint, { origin: 'https://example.com' })).status, 403);
  }));
