/** The main job, from an unmodified SDK to the bucket and the log group. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { ACCOUNT, REGION, withVarve } from '../harness.ts';
import { BUCKET, GROUP, logToBoth } from '../logging.ts';
import { eventually, linesInBucket, linesInGroup, listKeys, recordInBucket } from '../records.ts';

test('a Converse call stands as a ModelInvocationLog record in the bucket and, byte for byte the same, in the log group', () =>
  withVarve({}, async ({ clients }) => {
    await logToBoth(clients);
    const messages = [{ role: 'user' as const, content: [{ text: 'What is a varve? “Årsvarv” 層' }] }];
    const answer = await clients.runtime.send(
      new ConverseCommand({ modelId: 'varve.echo-v1', messages, requestMetadata: { team: 'lake' } }),
    );
    const { requestId } = answer.$metadata;
    const record = await recordInBucket(clients, BUCKET, requestId);
    assert.deepEqual(Object.keys(record), [
      'timestamp',
      'accountId',
      'region',
      'requestId',
      'operation',
      'modelId',
      'input',
      'output',
      'identity',
      'requestMetadata',
      'schemaType',
      'schemaVersion',
    ]);
    assert.match(record.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(
      [record.accountId, record.region, record.operation, record.modelId],
      [ACCOUNT, REGION, 'Converse', 'varve.echo-v1'],
    );
    assert.deepEqual(record.input?.inputBodyJson, { messages });
    assert.deepEqual((record.output?.outputBodyJson as { output?: unknown } | undefined)?.output, answer.output);
    assert.equal(record.input?.inputTokenCount, answer.usage?.inputTokens);
    assert.equal(record.output?.outputTokenCount, answer.usage?.outputTokens);
    assert.deepEqual(record.requestMetadata, { team: 'lake' });
    assert.equal(record.identity.arn, `arn:aws:iam::${ACCOUNT}:root`);

    const [line] = await eventually('the event', async () => {
      const lines = await linesInGroup(clients, GROUP);
      return lines.length === 0 ? undefined : lines;
    });
    assert.equal(line, (await linesInBucket(clients, BUCKET))[0]);
    const keys = await listKeys(clients, BUCKET);
    const root = `prod/AWSLogs/${ACCOUNT}/BedrockModelInvocationLogs/`;
    assert.ok(keys.includes(`${root}amazon-bedrock-logs-permission-check`));
    assert.match(
      keys.find((key) => key.endsWith('.json.gz')) ?? '',
      new RegExp(`^${root}${REGION}/\\d{4}/\\d\\d/\\d\\d/\\d\\d/\\d{8}T\\d{9}Z_[0-9a-f]{16}\\.json\\.gz$`),
    );
  }));
