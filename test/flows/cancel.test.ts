/** Callers who go away. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConverseStreamCommand } from '@aws-sdk/client-bedrock-runtime';
import { withVarve } from '../harness.ts';
import { BUCKET, logToBoth } from '../logging.ts';
import { recordInBucket } from '../records.ts';

test('a caller who goes away in the middle of a stream leaves a record with what was delivered', () =>
  withVarve({}, async ({ clients }) => {
    await logToBoth(clients);
    const abort = new AbortController();
    const text = 'one two three four five six seven eight nine ten eleven twelve';
    const answer = await clients.runtime.send(
      new ConverseStreamCommand({
        modelId: 'varve.echo-v1',
        messages: [{ role: 'user', content: [{ text }] }],
        additionalModelRequestFields: { varve: { chunkDelayMs: 100 } },
      }),
      { abortSignal: abort.signal },
    );
    // The SDK ends the iteration on its own abort, with or without an error.
    for await (const event of answer.stream ?? []) if (event.contentBlockDelta) abort.abort();
    const record = await recordInBucket(clients, BUCKET, answer.$metadata.requestId);
    const body = record.output?.outputBodyJson as { output: { message: { content: { text: string }[] } } };
    assert.match(body.output.message.content[0]?.text ?? '', /^one/);
    assert.doesNotMatch(body.output.message.content[0]?.text ?? '', /twelve/);
  }));
