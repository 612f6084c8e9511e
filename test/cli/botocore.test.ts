/** Event streams read by botocore, the SDK under boto3 and the AWS CLI. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT, run, withServer } from './server-process.ts';

const missing = spawnSync('python3', ['-c', 'import botocore']).status !== 0;
const options = { skip: missing ? 'python3 with botocore is not installed' : false, timeout: 120_000 };

interface Streams {
  readonly events: readonly Record<string, { delta?: { text: string }; stopReason?: string; usage?: unknown }>[];
  readonly chunks: readonly { completion: string }[];
  readonly delivered: number;
  readonly failure: { type: string; text: string };
}

test(
  'botocore reads ConverseStream and InvokeModelWithResponseStream, and an error in the middle of a stream',
  options,
  () =>
    withServer([], async ({ environment }) => {
      const { status, stdout, stderr } = await run(
        'python3',
        [join(ROOT, 'test/cli/botocore-streams.py')],
        environment,
      );
      assert.equal(status, 0, stderr);
      const { events, chunks, delivered, failure } = JSON.parse(stdout) as Streams;
      assert.equal(
        events.map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '').join(''),
        'one two three',
      );
      assert.deepEqual(events.at(-2), { messageStop: { stopReason: 'end_turn' } });
      assert.deepEqual(events.at(-1)?.['metadata']?.usage, { inputTokens: 3, outputTokens: 3, totalTokens: 6 });
      assert.equal(chunks.map(({ completion }) => completion).join(''), 'alpha beta');
      assert.ok(delivered > 0, 'what came before the error was delivered');
      assert.equal(failure.type, 'EventStreamError');
      assert.match(failure.text, /throttlingException/);
    }),
);
