/** Every operation of every service's model stands in its table: it works, or says why not, in AWS's form. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as bedrock from '@aws-sdk/client-bedrock';
import * as agent from '@aws-sdk/client-bedrock-agent';
import * as agentRuntime from '@aws-sdk/client-bedrock-agent-runtime';
import * as runtime from '@aws-sdk/client-bedrock-runtime';
import * as cloudtrail from '@aws-sdk/client-cloudtrail';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import * as sts from '@aws-sdk/client-sts';
import {
  createBedrockAgentRuntimeService,
  createBedrockAgentService,
  createBedrockRuntimeService,
  createBedrockService,
  createCloudTrailService,
  createIamService,
  createLogsService,
  createS3Service,
  createSnsService,
  createSqsService,
  createStsService,
  type OperationTable,
} from '#services';
import { loadService, SERVICE_NAMES, type ServiceName, type Shape } from '#wire';
import { refusal } from '../calls.ts';
import type { Clients } from '../harness.ts';
import { shareVarve } from '../shared.ts';

const { clients } = await shareVarve({});
// Some operations would put a word before the host name, which has no address here.
for (const { config } of [clients.logs, clients.s3]) config.disableHostPrefix = true;

interface Client {
  send(command: unknown): Promise<unknown>;
}
/** The tables only keep what they are given: nothing is called. Whatever is looked up in it, it is there and is nothing. */
const NOTHING: never = new Proxy({}, { get: () => NOTHING }) as never;
const SERVICES = {
  bedrock: [createBedrockService(NOTHING), bedrock, (all: Clients) => all.bedrock],
  'bedrock-runtime': [createBedrockRuntimeService(NOTHING), runtime, (all: Clients) => all.runtime],
  s3: [createS3Service(NOTHING), s3, (all: Clients) => all.s3],
  logs: [createLogsService(NOTHING), logs, (all: Clients) => all.logs],
  iam: [createIamService(NOTHING), iam, (all: Clients) => all.iam],
  sts: [createStsService(NOTHING), sts, (all: Clients) => all.sts],
  'bedrock-agent': [createBedrockAgentService(), agent, (all: Clients) => all.agent],
  'bedrock-agent-runtime': [
    createBedrockAgentRuntimeService(NOTHING),
    agentRuntime,
    (all: Clients) => all.agentRuntime,
  ],
  cloudtrail: [createCloudTrailService(NOTHING), cloudtrail, (all: Clients) => all.cloudtrail],
  sns: [createSnsService(NOTHING), sns, (all: Clients) => all.sns],
  sqs: [createSqsService(NOTHING), sqs, (all: Clients) => all.sqs],
} as unknown as Record<
  ServiceName,
  [OperationTable<string>, Record<string, new (input: unknown) => unknown>, (all: Clients) => Client]
>;

/** AWS's code and status for an operation that a service does not know. */
const UNKNOWN: Readonly<Record<string, [code: string, status: number]>> = {
  restJson1: ['UnknownOperationException', 404],
  // Of SQS, whose clients are told the code of its older protocol.
  awsJson1_0: ['UnknownOperation', 400],
  awsJson1_1: ['UnknownOperationException', 400],
  awsQuery: ['InvalidAction', 400],
  restXml: ['NotImplemented', 501],
};

/** Operations whose requests do not come as far as to be told that they are not there, and why. */
const UNREACHABLE: Readonly<Record<string, string>> = {
  WriteGetObjectResponse:
    "it is sent to a host of S3 Object Lambda's own; at an endpoint like ours its path is a bucket's",
  ListDirectoryBuckets: 'it is signed for another service (s3express), and who it is from is found out first',
};

const DEPTH_MAX = 3;

for (const name of SERVICE_NAMES) {
  const [table, module, clientOf] = SERVICES[name];
  const service = loadService(name);

  test(`${name}: every operation of the model stands in the table, and nothing else`, () => {
    assert.deepEqual(Object.keys(table).toSorted(), service.operationNames.toSorted());
  });

  test(`${name}: every operation that is not there has a reason and answers with it and with AWS's error`, async () => {
    const missing = Object.entries(table).flatMap(([operation, entry]) =>
      entry.kind === 'unimplemented' ? [{ operation, why: entry.why }] : [],
    );
    for (const { operation, why } of missing) {
      assert.ok(why.length > 10, `${operation} has no reason`);
      if (Object.hasOwn(UNREACHABLE, operation)) continue;
      const Command = module[`${operation}Command`];
      assert.ok(Command, `the SDK has no ${operation}`);
      const shape = service.operation(operation)?.input;
      const told = await refusal(clientOf(clients).send(new Command(shape ? some(shape, 0) : {})));
      const [code, status] = UNKNOWN[service.protocol] ?? [];
      assert.deepEqual([told.name, told.status], [code, status], operation);
      assert.equal(told.message, `Varve does not implement ${operation}: ${why}.`);
    }
  });
}

/** Some value of a shape with what is required, enough for the SDK to send a request. */
function some(shape: Shape, depth: number): unknown {
  // Unions at the top are event streams.
  if (shape.kind === 'union' && depth <= DEPTH_MAX) return (async function* () {})();
  if ('members' in shape) {
    const wanted = [...shape.members.values()].filter(
      ({ name, traits }) => shape.required.includes(name) || traits.httpLabel !== undefined,
    );
    return Object.fromEntries(wanted.map(({ name, shape: member }) => [name, some(member, depth + 1)]));
  }
  if (shape.kind === 'list') return [];
  if (shape.kind === 'map' || shape.kind === 'unit') return {};
  if (shape.type === 'string') return 'something';
  if (shape.type === 'boolean') return true;
  if (shape.type === 'timestamp') return new Date();
  return shape.type === 'blob' ? Buffer.from('{}') : 1;
}
