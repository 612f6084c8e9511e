/**
 * The official SDK's clients of the XML services as judges: what they send is read as they meant it, and what is
 * written for them is parsed as it was meant. Every operation, random values, no network.
 */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sts from '@aws-sdk/client-sts';
import type { Member, Operation, ProtocolName, RequestHead, Route, ServiceSchema, StructureShape } from '#wire';
import { decodeQuery, encodeQuery, encodeQueryError } from '../../src/wire/query.ts';
import { routeRequest } from '../../src/wire/router.ts';
import { loadService } from '../../src/wire/services.ts';
import { decodeRestXml, encodeRestXml, encodeRestXmlError } from '../../src/wire/xml.ts';
import { randoms, randomStructure } from './random-values.ts';

type Values = Record<string, unknown>;

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

interface Client {
  send(command: unknown): Promise<Values>;
  destroy(): void;
}
type Constructor = new (options: Values) => unknown;

const PACKAGES = { iam, sts, s3 } as const;
const CLIENTS = { iam: iam.IAMClient, sts: sts.STSClient, s3: s3.S3Client } as const;
type Service = keyof typeof PACKAGES;
const PROTOCOLS = {
  iam: { name: 'awsQuery', decode: decodeQuery, encode: encodeQuery, encodeError: encodeQueryError },
  sts: { name: 'awsQuery', decode: decodeQuery, encode: encodeQuery, encodeError: encodeQueryError },
  s3: { name: 'restXml', decode: decodeRestXml, encode: encodeRestXml, encodeError: encodeRestXmlError },
} as const satisfies Record<Service, { name: ProtocolName } & Record<string, unknown>>;
const ROUNDS = 3;

/** Not tried, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  SelectObjectContent: 'its output is an event stream',
  WriteGetObjectResponse: 'goes to the host of an access point for Object Lambda',
  CreateSession: 'the client calls it by itself for directory buckets',
};

/** Members that the S3 client fills in by itself. */
const ADDED_BY_CLIENT = new Set(['ChecksumAlgorithm', 'ContentLength', 'ContentType', 'ContentMD5', 'Expires']);

function clientOf(service: Service, handle: (request: SentRequest) => Answer): Client {
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: (request: SentRequest) => {
      const { status, headers, body } = handle(request);
      const stream = Readable.from([Buffer.from(body)]);
      return Promise.resolve({ response: { statusCode: status, headers, body: stream } });
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
  const Class = CLIENTS[service] as unknown as Constructor;
  return new Class({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4650',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler,
    // The judge is the parser: checksums of bodies that are made up would only get in its way.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
  }) as Client;
}

function commandOf(service: Service, operation: string, input: Values): unknown {
  const commands = PACKAGES[service] as unknown as Record<string, Constructor>;
  const Command = commands[`${operation}Command`];
  return Command && new Command(input);
}

function headOf(request: SentRequest): RequestHead {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(request.query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      pairs.push(each === null ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${encodeURIComponent(each)}`);
    }
  }
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, text]) => [name.toLowerCase(), text]));
  return { method: request.method, target: request.path + (pairs.length > 0 ? `?${pairs.join('&')}` : ''), headers };
}

function routeTo(service: Service, schema: ServiceSchema, operation: Operation): Route {
  return {
    service: schema,
    serviceName: service,
    operation,
    protocol: PROTOCOLS[service].name,
    labels: {},
    queryMode: false,
  };
}

/** An input at random, with the bucket and members that the client insists on in a form it accepts. */
function inputFor(operation: Operation, random: ReturnType<typeof randoms>): Values {
  if (operation.input.kind === 'unit') return {};
  const isTold = (member: Member): boolean => member.traits.hostLabel === undefined && !isSkipped(member);
  const input = randomStructure(operation.input.members, random, isTold);
  if ('Bucket' in input) input['Bucket'] = 'a-bucket';
  if ('CopySource' in input) input['CopySource'] = 'a-bucket/key';
  return input;
}

/** The client wants a body for an upload; where it goes is not the decoder's matter. */
function withBody({ input }: Operation, values: Values): Values {
  const stream = input.kind === 'unit' ? undefined : streamOf(input);
  return stream === undefined ? values : { ...values, [stream]: 'x' };
}

function streamOf(shape: StructureShape): string | undefined {
  return [...shape.members.values()].find(({ shape: target }) => target.kind === 'simple' && target.streaming)?.name;
}

/** Customer keys are hashed by the client, which also makes ExpiresString; encodings and lengths belong to the body. */
function isSkipped({ name, traits }: Member): boolean {
  const header = traits.httpHeader?.toLowerCase();
  return (
    /SSECustomerKey|^Checksum|ContentMD5|ExpiresString/.test(name) ||
    header === 'content-encoding' ||
    header === 'content-length'
  );
}

function* operations(service: Service): Generator<[ServiceSchema, Operation]> {
  const schema = loadService(service);
  for (const name of schema.operationNames) {
    const operation = schema.operation(name);
    if (operation && EXCEPTIONS[name] === undefined) yield [schema, operation];
  }
}

/** What the SDK gives back, without what it adds and in plain types. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, each]) => each !== undefined && name !== '$metadata')
      .map(([name, each]) => [name, plain(each)]),
  );
}

for (const service of ['iam', 'sts', 's3'] as const) {
  const { decode, encode, encodeError } = PROTOCOLS[service];

  test(`every request of the ${service} client is read as it was meant`, async () => {
    const random = randoms(11);
    for (const [, operation] of operations(service)) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const input = inputFor(operation, random);
        let seen: Values | undefined;
        const client = clientOf(service, (request) => {
          const head = headOf(request);
          const body = Buffer.from(request.body ?? '');
          const route = routeRequest(head, { formBody: body });
          assert.equal(route.operation.name, operation.name);
          seen = decode({ route, head, body });
          throw new Error('seen');
        });
        const sent = client.send(commandOf(service, operation.name, withBody(operation, input)));
        await assert.rejects(sent, { message: 'seen' }, `${operation.name}: ${JSON.stringify(input)}`);
        client.destroy();
        const meant = plain(input) as Values;
        const read = plain(seen) as Values;
        for (const added of ADDED_BY_CLIENT) if (!(added in meant)) delete read[added];
        assert.deepEqual(read, meant, operation.name);
      }
    }
  });

  test(`every answer to the ${service} client is parsed as it was meant`, async () => {
    const random = randoms(23);
    for (const [schema, operation] of operations(service)) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const { output } = operation;
        const isTold = (member: Member): boolean => member.traits.httpResponseCode !== 1 && !isSkipped(member);
        const values = output.kind === 'unit' ? {} : randomStructure(output.members, random, isTold);
        const { headers, body } = encode(routeTo(service, schema, operation), values, 'REQ1');
        const status = operation.traits.http?.[2] ?? 200;
        const answer: Answer = { status, headers, body: (body ?? '') as string | Uint8Array };
        const client = clientOf(service, () => answer);
        const input = withBody(operation, inputFor(operation, random));
        const parsed = await client.send(commandOf(service, operation.name, input));
        client.destroy();
        const stream = output.kind === 'unit' ? undefined : streamOf(output);
        if (stream) delete parsed[stream];
        // The client's own mirror of Expires.
        delete parsed['ExpiresString'];
        assert.deepEqual(plain(parsed), plain(values), `${operation.name}: ${String(answer.body)}`);
      }
    }
  });

  test(`errors reach the ${service} client with their name, message and status`, async () => {
    const schema = loadService(service);
    const name = { iam: 'GetRole', sts: 'AssumeRole', s3: 'GetObject' }[service];
    const operation = schema.operation(name) ?? assert.fail(name);
    const input = inputFor(operation, randoms(5));
    const codes = { iam: 'NoSuchEntityException', sts: 'ExpiredTokenException', s3: 'NoSuchKey' };
    for (const code of [codes[service], 'AccessDenied']) {
      const shape = schema.error(code);
      const error = { code, message: 'no <such> "thing"', status: 404, fault: 'client', members: {}, shape } as const;
      const { status, headers, body } = encodeError(routeTo(service, schema, operation), error, 'REQ1');
      const client = clientOf(service, () => ({ status, headers, body: body as string }));
      await assert.rejects(
        client.send(commandOf(service, name, input)),
        (thrown: Error & { $metadata?: { httpStatusCode?: number } }) =>
          thrown.name === code && thrown.message === error.message && thrown.$metadata?.httpStatusCode === 404,
        code,
      );
      client.destroy();
    }
  });
}
