/**
 * The official SDK's clients as judges of event streams: every event, exception and error frame that is written for
 * them is parsed as it was meant. No network.
 */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import {
  BedrockRuntimeClient,
  ConverseStreamCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { CloudWatchLogsClient, StartLiveTailCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ApiError, type Route, type ServiceName, type StructureShape } from '#wire';
import { encodeResponse } from '../../src/wire/dispatch.ts';
import { encodeEvent, eventStreamMember } from '../../src/wire/eventstream/index.ts';
import { restJsonCodec } from '../../src/wire/json.ts';
import { loadService } from '../../src/wire/services.ts';
import { randoms, randomStructure } from './random-values.ts';

type Event = Record<string, unknown>;

function routeOf(serviceName: ServiceName, name: string): Route {
  const service = loadService(serviceName);
  const operation = service.operation(name) ?? assert.fail(`no operation ${name}`);
  const protocol = serviceName === 'logs' ? 'awsJson1_1' : 'restJson1';
  return { service, serviceName, operation, protocol, labels: {}, queryMode: false };
}

function streamOf({ operation }: Route): { member: string; union: StructureShape } {
  const member = eventStreamMember(operation.output);
  return member?.shape.kind === 'union' ? { member: member.name, union: member.shape } : assert.fail('no stream');
}

/** What a client is configured with so that it gets this answer. */
function answering(route: Route, events: AsyncIterable<Event | Uint8Array>) {
  const { status, headers, body } = encodeResponse(route, { [streamOf(route).member]: events }, 'REQ1');
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: () => {
      const stream = Readable.from(body as AsyncIterable<Uint8Array>, { objectMode: false });
      return Promise.resolve({ response: { statusCode: status, headers, body: stream } });
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
  return {
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4650',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: requestHandler as never,
  };
}

async function* of(...events: (Event | Uint8Array)[]): AsyncGenerator<Event | Uint8Array> {
  yield* events;
}

/** Every event of the union once, with values at random. */
function everyEvent(union: StructureShape): Event[] {
  const random = randoms(31);
  return [...union.members.values()].flatMap(({ name, shape }) =>
    shape.kind === 'structure' && !shape.isError ? [{ [name]: randomStructure(shape.members, random) }] : [],
  );
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.map(([name, each]) => [name, plain(each)]));
}

const CONVERSE = routeOf('bedrock-runtime', 'ConverseStream');
const INVOKE = routeOf('bedrock-runtime', 'InvokeModelWithResponseStream');

async function converse(events: AsyncIterable<Event | Uint8Array>): Promise<Event[]> {
  const client = new BedrockRuntimeClient(answering(CONVERSE, events));
  const { stream } = await client.send(new ConverseStreamCommand({ modelId: 'm', messages: [] }));
  return (await Array.fromAsync(stream ?? [])) as unknown as Event[];
}

test('every event of ConverseStream reaches the Bedrock client as it was meant', async () => {
  const events = everyEvent(streamOf(CONVERSE).union);
  assert.ok(events.length >= 6);
  assert.deepEqual(plain(await converse(of(...events))), plain(events));
});

test('finished frames pass through between encoded events', async () => {
  const frame = encodeEvent(streamOf(CONVERSE).union, { messageStop: { stopReason: 'end_turn' } }, restJsonCodec);
  assert.deepEqual(await converse(of({ messageStart: { role: 'assistant' } }, frame)), [
    { messageStart: { role: 'assistant' } },
    { messageStop: { stopReason: 'end_turn' } },
  ]);
});

test('chunks of InvokeModelWithResponseStream keep their bytes', async () => {
  const bytes = Buffer.from('{"delta":"é"}');
  const client = new BedrockRuntimeClient(answering(INVOKE, of({ chunk: { bytes } })));
  const { body } = await client.send(new InvokeModelWithResponseStreamCommand({ modelId: 'm', body: '{}' }));
  const events = await Array.fromAsync(body ?? []);
  assert.deepEqual(Buffer.from(events[0]?.chunk?.bytes ?? []), bytes);
});

test('an error in mid-stream is the exception of the model, or an error frame where the model has none', async () => {
  async function* failing(error: ApiError): AsyncGenerator<Event> {
    yield { messageStart: { role: 'assistant' } };
    throw error;
  }
  const modelled = new ApiError('ModelStreamErrorException', 'The model broke off.', {
    members: { originalStatusCode: 424 },
  });
  await assert.rejects(converse(failing(modelled)), {
    name: 'ModelStreamErrorException',
    message: 'The model broke off.',
    originalStatusCode: 424,
  });
  await assert.rejects(converse(failing(new ApiError('SomethingElse', 'not in the union'))), {
    name: 'SomethingElse',
    message: 'not in the union',
  });
});

test('StartLiveTail begins with its initial response, then every event', async () => {
  const route = routeOf('logs', 'StartLiveTail');
  const events = everyEvent(streamOf(route).union);
  const client = new CloudWatchLogsClient(answering(route, of(...events)));
  const { responseStream } = await client.send(new StartLiveTailCommand({ logGroupIdentifiers: ['arn:x'] }));
  assert.deepEqual(plain(await Array.fromAsync(responseStream ?? [])), plain(events));
});

test('a caller who goes away ends the source', async () => {
  let isEnded = false;
  async function* endless(): AsyncGenerator<Event> {
    try {
      for (;;) yield { messageStart: { role: 'assistant' } };
    } finally {
      isEnded = true;
    }
  }
  const { body } = encodeResponse(CONVERSE, { stream: endless() }, 'REQ1');
  for await (const frame of body as AsyncIterable<Uint8Array>) {
    assert.ok(frame.length > 16);
    break;
  }
  assert.equal(isEnded, true);
});
