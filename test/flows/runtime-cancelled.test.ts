/** Callers who go away: what was delivered is recorded, and the store says that the call was cancelled. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { after, test } from 'node:test';
import { BedrockClient } from '@aws-sdk/client-bedrock';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  type ConverseStreamOutput,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { type Cable, layCable } from '../cable.ts';
import { converseInput, converseStream, HAIKU, storedCalls, textOf } from '../calls.ts';
import { REGION, ROOT_KEY, type TestVarve, withVarve } from '../harness.ts';
import { BUCKET, logToBoth } from '../logging.ts';
import { eventually, type InvocationRecord, linesInBucket, parseRecord, recordInBucket } from '../records.ts';
import { chunkFrame, EVENT_STREAM, forwardedTo, startMockUpstream } from '../upstream.ts';

type Protocol = 'HTTP/1.1' | 'HTTP/2';

/** A caller whose connection the test can cut, or who can abort a call. */
interface Leaver {
  readonly client: BedrockRuntimeClient;
  readonly cable: Cable;
  readonly abort: AbortController;
}

async function withLeaver(
  settings: Record<string, unknown>,
  protocol: Protocol,
  work: (running: TestVarve, leaver: Leaver) => Promise<void>,
): Promise<void> {
  await withVarve(settings, async (running) => {
    await logToBoth(running.clients);
    const cable = await layCable(running.endpoint);
    const shared = { endpoint: cable.endpoint, region: REGION, credentials: { ...ROOT_KEY }, maxAttempts: 1 };
    // The other clients of the SDK speak HTTP/1.1: theirs is the handler to take.
    const handler = protocol === 'HTTP/1.1' ? { requestHandler: new BedrockClient(shared).config.requestHandler } : {};
    const client = new BedrockRuntimeClient({ ...shared, ...handler });
    try {
      await work(running, { client, cable, abort: new AbortController() });
    } finally {
      client.destroy();
      await cable.close();
    }
  });
}

const mock = await startMockUpstream(() => undefined);
after(() => mock.close());

/** The next call that the upstream gets, with the answer it waits for. */
function nextAsked(answer: (response: ServerResponse) => void = () => undefined): Promise<ServerResponse> {
  return new Promise((resolve) => {
    mock.answer = (_, response) => {
      answer(response);
      resolve(response);
    };
  });
}

/** The only record there is. */
function onlyRecord({ clients }: TestVarve): Promise<InvocationRecord> {
  return eventually('the record', async () => (await linesInBucket(clients, BUCKET)).map(parseRecord)[0]);
}

async function outcomeOf(running: TestVarve, requestId: string): Promise<string | undefined> {
  return (await storedCalls(running)).get(requestId)?.outcome;
}

const LONG = Array.from({ length: 2_000 }, (_, index) => `word${index}`).join(' ');
const SLOWLY = { chunkDelayMs: 10 };

const LEAVING: [string, Protocol, (leaver: Leaver) => void][] = [
  ['who resets its HTTP/2 stream', 'HTTP/2', ({ abort }) => abort.abort()],
  ['whose HTTP/2 connection breaks', 'HTTP/2', ({ cable }) => cable.cut()],
  ['whose HTTP/1.1 connection breaks', 'HTTP/1.1', ({ cable }) => cable.cut()],
];

for (const [who, protocol, leave] of LEAVING) {
  test(`a caller ${who} within a stream leaves a record with what was delivered, cancelled and without an error`, () =>
    withLeaver({}, protocol, async (running, leaver) => {
      const command = new ConverseStreamCommand(converseInput(LONG, SLOWLY));
      const { $metadata, stream } = await leaver.client.send(command, { abortSignal: leaver.abort.signal });
      const { requestId = '' } = $metadata;
      const seen: ConverseStreamOutput[] = [];
      const reading = (async () => {
        for await (const event of stream ?? []) if (seen.push(event) === 4) leave(leaver);
      })();
      // The SDK tells of it in one way or the other, or ends as if all were well.
      await Promise.allSettled([reading]);
      const record = await recordInBucket(running.clients, BUCKET, requestId);
      const body = record.output?.outputBodyJson as { output: { message: { content: { text: string }[] } } };
      const recorded = body.output.message.content[0]?.text ?? '';
      assert.ok(recorded.startsWith(textOf(seen.slice(0, 4))), `recorded: ${recorded.slice(0, 100)}`);
      assert.ok(recorded.length < LONG.length);
      const { modelId: _, ...input } = converseInput(LONG, SLOWLY);
      assert.deepEqual([record.input?.inputBodyJson, record.errorCode], [input, undefined]);
      assert.equal(await outcomeOf(running, requestId), 'cancelled');
    }));
}

test('a caller of an Invoke stream who goes away leaves the chunks that were delivered, and lets the upstream go', () =>
  withLeaver(forwardedTo(mock.url), 'HTTP/2', async (running, { client, cable }) => {
    const asked = nextAsked((response) => {
      response.writeHead(200, { 'content-type': EVENT_STREAM });
      response.write(chunkFrame({ completion: 'so' }));
      response.write(chunkFrame({ completion: ' far' }));
    });
    const input = { modelId: HAIKU, body: JSON.stringify({ prompt: 'x' }) };
    const { $metadata, body } = await client.send(new InvokeModelWithResponseStreamCommand(input));
    const iterator = body?.[Symbol.asyncIterator]();
    await iterator?.next();
    await iterator?.next();
    const closed = once(await asked, 'close');
    cable.cut();
    await closed;
    const { requestId = '' } = $metadata;
    const record = await recordInBucket(running.clients, BUCKET, requestId);
    assert.deepEqual(record.output?.outputBodyJson, [{ completion: 'so' }, { completion: ' far' }]);
    assert.equal(await outcomeOf(running, requestId), 'cancelled');
  }));

test('a caller who goes away before the first frame leaves a record', () =>
  withLeaver(forwardedTo(mock.url), 'HTTP/2', async (running, { client, cable }) => {
    const asked = nextAsked();
    const gone = assert.rejects(converseStream(client, 'x', undefined, HAIKU));
    const closed = once(await asked, 'close');
    cable.cut();
    await Promise.all([gone, closed]);
    const { requestId, modelId } = await onlyRecord(running);
    assert.equal(modelId, HAIKU);
    assert.equal(await outcomeOf(running, requestId), 'cancelled');
  }));

for (const protocol of ['HTTP/2', 'HTTP/1.1'] as const) {
  test(`a caller over ${protocol} who goes away before an answer in one piece leaves a whole record: the model was paid for`, () =>
    withLeaver(forwardedTo(mock.url), protocol, async (running, { client, cable }) => {
      const asked = nextAsked();
      const gone = assert.rejects(client.send(new ConverseCommand(converseInput('x', undefined, HAIKU))));
      const response = await asked;
      cable.cut();
      await gone;
      // Asked after the connection was cut: when it is answered the server has seen that.
      await fetch(`${running.endpoint}/_varve/health`);
      const answer = {
        output: { message: { role: 'assistant', content: [{ text: 'late' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
      };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
      const record = await onlyRecord(running);
      assert.deepEqual(record.output?.outputBodyJson, answer);
      assert.deepEqual([record.input?.inputTokenCount, record.output?.outputTokenCount], [3, 5]);
      assert.equal(await outcomeOf(running, record.requestId), 'cancelled');
    }));
}

test('a caller who resets one HTTP/2 stream loses nothing of the other calls', () =>
  withVarve({}, async (running) => {
    await logToBoth(running.clients);
    const { runtime } = running.clients;
    const abort = new AbortController();
    await runtime.send(new ConverseStreamCommand(converseInput(LONG, SLOWLY)), {
      abortSignal: abort.signal,
    });
    const staying = await converseStream(runtime, 'one two three', { chunkDelayMs: 20 });
    abort.abort();
    const seen: ConverseStreamOutput[] = [];
    for await (const event of staying.events) seen.push(event);
    assert.equal(textOf(seen), 'one two three');
    const record = await recordInBucket(running.clients, BUCKET, staying.requestId);
    assert.equal(record.errorCode, undefined);
  }));
