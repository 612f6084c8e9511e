/** A Varve as the upstream of another: both record the call. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allOf,
  chunksOf,
  converse,
  converseStream,
  HAIKU,
  invoke,
  invokeStream,
  parsed,
  refusal,
  storedCalls,
  textOf,
} from '../calls.ts';
import { type Clients, ROOT_KEY, withVarve } from '../harness.ts';
import { BUCKET, logToBoth } from '../logging.ts';
import { linesInBucket, parseRecord, recordInBucket } from '../records.ts';
import { forwardedTo } from '../upstream.ts';

async function idsIn(clients: Clients): Promise<string[]> {
  return (await linesInBucket(clients, BUCKET)).map((line) => parseRecord(line).requestId);
}

test("a second Varve is a valid upstream: both leave records, their request ids differ, and the first keeps the second's", () =>
  withVarve({}, (far) =>
    withVarve(forwardedTo(far.endpoint, { credentials: ROOT_KEY }), async (near) => {
      const { runtime } = near.clients;
      await logToBoth(far.clients);
      await logToBoth(near.clients);
      const body = {
        anthropic_version: 'bedrock-2023-05-31',
        max_tokens: 9,
        messages: [{ role: 'user', content: 'hello' }],
      };

      const whole = await converse(runtime, 'one two', undefined, HAIKU);
      const streamed = await converseStream(runtime, 'one two', undefined, HAIKU);
      assert.equal(textOf(await allOf(streamed.events)), 'one two');
      const native = await invoke(runtime, body, HAIKU);
      assert.deepEqual(parsed(native.body)['content'], [{ type: 'text', text: 'hello' }]);
      const chunks = await invokeStream(runtime, body, HAIKU);
      assert.equal((await chunksOf(chunks.events)).at(-1)?.['type'], 'message_stop');
      const knobs = { error: { code: 'ThrottlingException', message: 'slowly' } };
      const refused = await refusal(converse(runtime, 'x', knobs, HAIKU));
      assert.deepEqual([refused.name, refused.message, refused.status], ['ThrottlingException', 'slowly', 429]);

      const ids = [
        whole.$metadata.requestId ?? '',
        streamed.requestId,
        native.$metadata.requestId ?? '',
        chunks.requestId,
      ];
      const nearRecord = await recordInBucket(near.clients, BUCKET, ids[0]);
      assert.deepEqual(nearRecord.input?.inputTokenCount, whole.usage?.inputTokens);
      await far.varve.flush();
      await near.varve.flush();
      const farIds = await idsIn(far.clients);
      assert.equal(farIds.length, 5);
      assert.deepEqual((await idsIn(near.clients)).toSorted(), [...ids, refused.requestId].toSorted());

      const rows = await storedCalls(near);
      const upstreamIds = [...ids, refused.requestId].map((id) => rows.get(id)?.upstreamRequestId ?? '');
      assert.equal(new Set(upstreamIds).size, 5);
      for (const id of upstreamIds) assert.ok(farIds.includes(id), `${id} is the second one's`);
      assert.equal(
        farIds.some((id) => ids.includes(id)),
        false,
        'no request id is used twice',
      );
      assert.deepEqual(
        [...rows.values()].map(({ upstream }) => upstream),
        Array(5).fill('aws'),
      );
    }),
  ));
