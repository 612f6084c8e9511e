/** Callers who go away: what was delivered is recorded, and the store says that the call was cancelled. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, constants } from 'node:http2';
import { test } from 'node:test';
import { BedrockRuntimeClient, ConverseCommand, type ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { converseInput, converseStream, ECHO, HAIKU, invokeStream, storedCalls, textOf } from '../calls.ts';
import { REGION, ROOT_KEY, type TestVarve, withVarve } from '../harness.ts';
import { BUCKET, logToBoth } from '../logging.ts';
import { eventually, type InvocationRecord, linesInBucket, parseRecord, recordInBucket } from '../records.ts';
import { chunkFrame, EVENT_STREAM, forwardedTo, frame, startMockUpstream, textDelta } from '../upstream.ts';

/** A client of its own, which a test can break off. */
function caller({ endpoint }: TestVarve, requestHandler?: NodeHttpHandler): BedrockRuntimeClient {
  const handler = requestHandler ? { requestHandler } : {};
  return new BedrockRuntimeClient({ endpoint, region: REGION, credentials: { ...ROOT_KEY }, maxAttempts: 1, ...handler });
}

/** The only record there is. */
function onlyRecord({ clients }: TestVarve): Promise<InvocationRecord> {
  return eventually('the record', async () => (await linesInBucket(clients, BUCKET)).map(parseRecord)[0]);
}

async function outcomeOf(running: TestVarve, requestId: string): Promise<string | undefined> {
  return (await storedCalls(running)).get(requestId)?.outcome;
}

const LONG = Array.from({ length: 2_000 }, (_, index) => `word${index}`).join(' ');

for (const [protocol, handler] of [
  ['HTTP/2', () => undefined],
  ['HTTP/1.1', () => new NodeHttpHandler()],
] as const) {
  test(`a caller over ${protocol} who goes away within a stream leaves a record with what was delivered`, () =>
    withVarve({}, async (running) => {
      await logToBoth(running.clients);
      const client = caller(running, handler());
      const { events, requestId } = await converseStream(client, LONG, { chunkDelayMs: 10 });
      const seen: ConverseStreamOutput[] = [];
      for await (const event of events) if (seen.push(event) === 4) break;
      client.destroy();
      const record = await recordInBucket(running.clients, BUCKET, requestId);
      const body = record.output?.outputBodyJson as { output: { message: { content: { text: string }[] } } };
      const recorded = body.output.message.content[0]?.text ?? '';
      assert.ok(recorded.startsWith(textOf(seen)) && recorded.length < LONG.length, `recorded ${recorded.length} characters`);
      assert.deepEqual(record.input?.inputBodyJson, { ...converseInput(LONG, { chunkDelayMs: 10 }), modelId: undefined });
      assert.equal(record.errorCode, undefined);
      assert.equal(await outcomeOf(running, requestId), 'cancelled');
    }));
}

test('a caller of an Invoke stream who goes away leaves the chunks that were delivered, and the upstream is let go', async () => {
  const mock = await startMockUpstream(() => undefined);
  try {
    await withVarve(forwardedTo(mock.url), async (running) => {
      await logToBoth(running.clients);
      const answering = Promise.withResolvers<ServerResponse>();
      mock.answer = (_, response) => {
        response.writeHead(200, { 'content-type': EVENT_STREAM });
        response.write(chunkFrame({ completion: 'so' }));
        response.write(chunkFrame({ completion: ' far' }));
        answering.resolve(response);
      };
      const client = caller(running);
      const { events, requestId } = await invokeStream(client, { prompt: 'x' }, HAIKU);
      const iterator = events[Symbol.asyncIterator]();
      await iterator.next();
      await iterator.next();
      const response = await answering.promise;
      const closed = once(response, 'close');
      client.destroy();
      await closed;
      const record = await recordInBucket(running.clients, BUCKET, requestId);
      assert.deepEqual(record.output?.outputBodyJson, [{ completion: 'so' }, { completion: ' far' }]);
      assert.equal(await outcomeOf(running, requestId), 'cancelled');
    });
  } finally {
    await mock.close();
  }
});

test('a caller who goes away before the first frame leaves a record', async () => {
  const mock = await startMockUpstream(() => undefined);
  try {
    await withVarve(forwardedTo(mock.url), async (running) => {
      await logToBoth(running.clients);
      const asked = Promise.withResolvers<ServerResponse>();
      mock.answer = (_, response) => asked.resolve(response);
      const client = caller(running);
      const gone = assert.rejects(converseStream(client, 'x', undefined, HAIKU));
      const response = await asked.promise;
      const closed = once(response, 'close');
      client.destroy();
      await Promise.all([gone, closed]);
      const { requestId, modelId } = await onlyRecord(running);
      assert.equal(modelId, HAIKU);
      assert.equal(await outcomeOf(running, requestId), 'cancelled');
    });
  } finally {
    await mock.close();
  }
});

test('a caller who goes away before an answer in one piece leaves a whole record: the model was paid for', async () => {
  const mock = await startMockUpstream(() => undefined);
  try {
    await withVarve(forwardedTo(mock.url), async (running) => {
      await logToBoth(running.clients);
      const asked = Promise.withResolvers<ServerResponse>();
      mock.answer = (_, response) => asked.resolve(response);
      const client = caller(running, new NodeHttpHandler());
      const abort = new AbortController();
      const gone = assert.rejects(client.send(new ConverseCommand(converseInput('x', undefined, HAIKU)), { abortSignal: abort.signal }));
      const response = await asked.promise;
      abort.abort();
      await gone;
      const usage = { inputTokens: 3, outputTokens: 5, totalTokens: 8 };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ output: { message: { role: 'assistant', content: [{ text: 'late' }] } }, stopReason: 'end_turn', usage }));
      const record = await onlyRecord(running);
      assert.deepEqual([record.input?.inputTokenCount, record.output?.outputTokenCount], [3, 5]);
      assert.equal(await outcomeOf(running, record.requestId), 'cancelled');
      client.destroy();
    });
  } finally {
    await mock.close();
  }
});

test('a caller who resets its HTTP/2 stream loses nothing of the other calls of the connection', () =>
  withVarve({}, async (running) => {
    await logToBoth(running.clients);
    const { runtime } = running.clients;
    const leaving = await converseStream(runtime, LONG, { chunkDelayMs: 10 });
    const staying = await converseStream(runtime, 'one two three', { chunkDelayMs: 20 });
    for await (const _ of leaving.events) break;
    const seen: ConverseStreamOutput[] = [];
    for await (const event of staying.events) seen.push(event);
    assert.equal(textOf(seen), 'one two three');
    const record = await recordInBucket(running.clients, BUCKET, staying.requestId);
    assert.equal(record.errorCode, undefined);
  }));
