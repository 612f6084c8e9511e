/**
 * The official SDK's clients of the JSON services as judges: every operation with random values, no network. What they
 * send is routed and read as they meant it; what is written for them is parsed as it was meant.
 */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import * as bedrock from '@aws-sdk/client-bedrock';
import * as runtime from '@aws-sdk/client-bedrock-runtime';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import {
  ApiError,
  decodeUnchecked,
  encodeError,
  encodeResponse,
  loadService,
  type Member,
  type Operation,
  type RequestHead,
  type Route,
  routeRequest,
  type WireResponse,
} from '#wire';
import { randoms, randomStructure } from './random-values.ts';

type Values = Record<string, unknown>;
interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}
interface Client {
  send(command: unknown): Promise<Values>;
  destroy(): void;
}
type Constructor = new (options: Values) => unknown;

const SERVICES = {
  bedrock: { commands: bedrock, Client: bedrock.BedrockClient },
  'bedrock-runtime': { commands: runtime, Client: runtime.BedrockRuntimeClient },
  logs: { commands: logs, Client: logs.CloudWatchLogsClient },
} as const;
type Service = keyof typeof SERVICES;
const NAMES = Object.keys(SERVICES) as Service[];
const ROUNDS = 6;

/** Not tried, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  InvokeModelWithBidirectionalStream: 'its input is an event stream',
  ConverseStream: 'its output is an event stream: sdk-event-streams.test.ts',
  InvokeModelWithResponseStream: 'its output is an event stream: sdk-event-streams.test.ts',
  StartLiveTail: 'its output is an event stream: sdk-event-streams.test.ts',
  GetLogObject: 'its output is an event stream',
};

function operationsOf(service: Service): Operation[] {
  const schema = loadService(service);
  return schema.operationNames
    .filter((name) => EXCEPTIONS[name] === undefined)
    .map((name) => schema.operation(name) ?? assert.fail(name));
}

function clientOf(service: Service, handle: (request: SentRequest) => WireResponse): Client {
  const Class = SERVICES[service].Client as unknown as Constructor;
  return new Class({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4650',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
    requestHandler: {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: (request: SentRequest) => {
        const { status, headers, body } = handle(request);
        const bytes = Buffer.from((body ?? '') as string | Uint8Array);
        return Promise.resolve({ response: { statusCode: status, headers, body: Readable.from([bytes]) } });
      },
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    },
  }) as Client;
}

function commandOf(service: Service, operation: string, input: Values): unknown {
  const Command = (SERVICES[service].commands as unknown as Record<string, Constructor>)[`${operation}Command`];
  return Command && new Command(input);
}

function headOf(request: SentRequest): RequestHead {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(request.query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(each ?? '')}`);
    }
  }
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, text]) => [name.toLowerCase(), text]));
  return { method: request.method, target: request.path + (pairs.length > 0 ? `?${pairs.join('&')}` : ''), headers };
}

/** Sends a random input through the client; gives what was meant and what was read. */
async function send(service: Service, operation: Operation, input: Values): Promise<{ route: Route; read: Values }> {
  let seen: { route: Route; read: Values } | undefined;
  const client = clientOf(service, (request) => {
    const head = headOf(request);
    const route = routeRequest(head);
    const body =
      typeof request.body === 'object' ? Buffer.copyBytesFrom(request.body) : Buffer.from(request.body ?? '');
    const read = decodeUnchecked(route, head, body, { payload: 'read' });
    seen = { route, read };
    throw new Error('seen');
  });
  await assert.rejects(client.send(commandOf(service, operation.name, input)), { message: 'seen' }, operation.name);
  client.destroy();
  return seen ?? assert.fail('nothing was sent');
}

/** Without what the SDK adds, and in plain types. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name, each]) => each !== undefined && name !== '$metadata');
  return Object.fromEntries(entries.map(([name, each]) => [name, plain(each)]));
}

const isNoHostLabel = (member: Member): boolean => member.traits.hostLabel === undefined;

function inputFor({ input }: Operation, random: ReturnType<typeof randoms>): Values {
  return input.kind === 'unit' ? {} : randomStructure(input.members, random, isNoHostLabel);
}

for (const service of NAMES) {
  test(`every request of the ${service} client is read as it was meant`, async () => {
    const random = randoms(7);
    for (const operation of operationsOf(service)) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const input = inputFor(operation, random);
        const { route, read } = await send(service, operation, input);
        assert.equal(route.operation.name, operation.name);
        assert.deepEqual(plain(read), plain(input), operation.name);
      }
    }
  });

  test(`every answer to the ${service} client is parsed as it was meant`, async () => {
    const random = randoms(13);
    for (const operation of operationsOf(service)) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { output } = operation;
        const values = output.kind === 'unit' ? {} : randomStructure(output.members, random);
        let answer: WireResponse | undefined;
        const client = clientOf(service, (request) => {
          const route = routeRequest(headOf(request));
          return (answer = encodeResponse(route, values, 'REQ1'));
        });
        const parsed = await client.send(commandOf(service, operation.name, inputFor(operation, random)));
        client.destroy();
        assert.deepEqual(plain(parsed), plain(values), `${operation.name}: ${JSON.stringify(answer?.body)}`);
      }
    }
  });

  test(`errors reach the ${service} client with their name, message, members and status`, async () => {
    const name = { bedrock: 'GetGuardrail', 'bedrock-runtime': 'Converse', logs: 'PutLogEvents' }[service];
    const operation = loadService(service).operation(name) ?? assert.fail(name);
    const errors = [
      ['ResourceNotFoundException', service === 'logs' ? 400 : 404],
      ['ThrottlingException', service === 'logs' ? 400 : 429],
      ['SomethingUnmodelledException', 400],
    ] as const;
    for (const [code, status] of errors) {
      const error = new ApiError(code, 'no "such" thing é');
      const client = clientOf(service, (request) => {
        const head = headOf(request);
        return encodeError(routeRequest(head), head, error, 'REQ1');
      });
      await assert.rejects(
        client.send(commandOf(service, name, inputFor(operation, randoms(3)))),
        (thrown: Error & { $metadata?: { httpStatusCode?: number; requestId?: string } }) => {
          assert.equal(thrown.name, code);
          assert.equal(thrown.message, error.message);
          assert.equal(thrown.$metadata?.httpStatusCode, status);
          assert.equal(thrown.$metadata?.requestId, 'REQ1');
          return true;
        },
      );
      client.destroy();
    }
  });
}
