/**
 * Every operation of every service, asked for by a user whom no policy allows anything: each is refused before it does
 * or tells anything. So no check can be forgotten: a new operation is walked the day it stands in its table.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
  type AuthorizationTable,
  bedrockAgentAuthorization,
  bedrockAgentRuntimeAuthorization,
  bedrockAuthorization,
  bedrockRuntimeAuthorization,
  createBedrockAgentRuntimeService,
  createBedrockAgentService,
  createBedrockRuntimeService,
  createBedrockService,
  cloudtrailAuthorization,
  createCloudTrailService,
  createIamService,
  createLogsService,
  createS3Service,
  createSnsService,
  createSqsService,
  createStsService,
  iamAuthorization,
  logsAuthorization,
  type OperationTable,
  s3Authorization,
  snsAuthorization,
  sqsAuthorization,
  stsAuthorization,
} from '#services';
import { loadService, SERVICE_NAMES, type ServiceName } from '#wire';
import { refusal } from '../calls.ts';
import { type Clients, destroyClients, makeClients, REGION } from '../harness.ts';
import { minimalInput } from '../protocol/minimal-values.ts';
import { shareVarve } from '../shared.ts';
import { forwardedTo, startMockUpstream } from '../upstream.ts';

interface Client {
  send(command: unknown): Promise<unknown>;
}
interface Walked {
  readonly operations: OperationTable<string>;
  readonly authorization: AuthorizationTable<string>;
  readonly commands: Record<string, new (input: unknown) => unknown>;
  readonly client: (clients: Clients) => Client;
}
/** The tables only keep what they are given: nothing is called. Whatever is looked up in it, it is there and is nothing. */
const NOTHING: never = new Proxy({}, { get: () => NOTHING }) as never;
const SERVICES = {
  bedrock: {
    operations: createBedrockService(NOTHING),
    authorization: bedrockAuthorization,
    commands: bedrock,
    client: (clients: Clients) => clients.bedrock,
  },
  'bedrock-runtime': {
    operations: createBedrockRuntimeService(NOTHING),
    authorization: bedrockRuntimeAuthorization,
    commands: runtime,
    client: (clients: Clients) => clients.runtime,
  },
  'bedrock-agent': {
    operations: createBedrockAgentService(),
    authorization: bedrockAgentAuthorization,
    commands: agent,
    client: (clients: Clients) => clients.agent,
  },
  'bedrock-agent-runtime': {
    operations: createBedrockAgentRuntimeService(NOTHING),
    authorization: bedrockAgentRuntimeAuthorization,
    commands: agentRuntime,
    client: (clients: Clients) => clients.agentRuntime,
  },
  s3: {
    operations: createS3Service(NOTHING),
    authorization: s3Authorization,
    commands: s3,
    client: (clients: Clients) => clients.s3,
  },
  cloudtrail: {
    operations: createCloudTrailService(NOTHING),
    authorization: cloudtrailAuthorization,
    commands: cloudtrail,
    client: (clients: Clients) => clients.cloudtrail,
  },
  logs: {
    operations: createLogsService(NOTHING),
    authorization: logsAuthorization,
    commands: logs,
    client: (clients: Clients) => clients.logs,
  },
  iam: {
    operations: createIamService(NOTHING),
    authorization: iamAuthorization,
    commands: iam,
    client: (clients: Clients) => clients.iam,
  },
  sts: {
    operations: createStsService(NOTHING),
    authorization: stsAuthorization,
    commands: sts,
    client: (clients: Clients) => clients.sts,
  },
  sns: {
    operations: createSnsService(NOTHING),
    authorization: snsAuthorization,
    commands: sns,
    client: (clients: Clients) => clients.sns,
  },
  sqs: {
    operations: createSqsService(NOTHING),
    authorization: sqsAuthorization,
    commands: sqs,
    client: (clients: Clients) => clients.sqs,
  },
} as unknown as Record<ServiceName, Walked>;

/** How a service says that it is not allowed. */
const DENIED: Readonly<Record<string, readonly [code: string, status: number]>> = {
  restJson1: ['AccessDeniedException', 403],
  // SQS's clients ask for the codes that it had before it spoke JSON.
  awsJson1_0: ['AccessDenied', 400],
  awsJson1_1: ['AccessDeniedException', 400],
  awsQuery: ['AccessDenied', 403],
  restXml: ['AccessDenied', 403],
};
/** Services whose model has an error for it. */
const DENIED_BY: Readonly<Partial<Record<ServiceName, readonly [code: string, status: number]>>> = {
  sns: ['AuthorizationErrorException', 403],
};

/** Operations that no policy stands in front of, what they answer instead, and why. */
const EXCEPTIONS: Readonly<Record<string, { readonly code: string | undefined; readonly why: string }>> = {
  GetCallerIdentity: { code: undefined, why: 'everybody may ask who they are' },
  GetSessionToken: { code: undefined, why: 'AWS asks for no permission, and policies do not control it' },
  AssumeRoleWithWebIdentity: { code: 'InvalidIdentityTokenException', why: 'it comes unsigned; its token is judged' },
  AssumeRoleWithSAML: { code: 'InvalidAction', why: 'it comes unsigned, and is not there' },
  WriteGetObjectResponse: {
    code: 'MethodNotAllowed',
    why: "it is sent to a host of S3 Object Lambda's own; at an endpoint like ours its path is a bucket's, and no operation",
  },
};

/** Answers to HEAD have no body to name a code in. */
const HEADS = new Set(['HeadBucket', 'HeadObject']);

/** What is forwarded must be refused before it goes anywhere. */
const upstream = await startMockUpstream(() => assert.fail('a refused call was forwarded'));
const { clients: root, endpoint } = await shareVarve(forwardedTo(upstream.url));
let clients: Clients;

before(async () => {
  await root.iam.send(new iam.CreateUserCommand({ UserName: 'nobody' }));
  const { AccessKey: key } = await root.iam.send(new iam.CreateAccessKeyCommand({ UserName: 'nobody' }));
  clients = makeClients(endpoint, REGION, {
    accessKeyId: key?.AccessKeyId ?? '',
    secretAccessKey: key?.SecretAccessKey ?? '',
  });
  // Some operations would put a word before the host name, which has no address here.
  for (const { config } of [clients.logs, clients.s3]) config.disableHostPrefix = true;
  signForS3(clients.s3);
});
after(async () => {
  destroyClients(clients);
  await upstream.close();
});

interface AuthScheme {
  readonly httpAuthOption: { readonly signingProperties?: object };
}

/** ListDirectoryBuckets is signed for a service of its own; here it shall come as far as the others. */
function signForS3({ middlewareStack }: s3.S3Client): void {
  middlewareStack.add(
    (next, context) => (call) => {
      const { selectedHttpAuthScheme: scheme } = context['__smithy_context'] as Record<string, AuthScheme | undefined>;
      Object.assign(scheme?.httpAuthOption.signingProperties ?? {}, { signingName: 's3' });
      return next(call);
    },
    { step: 'build' },
  );
}

for (const name of SERVICE_NAMES) {
  const { operations, authorization, commands, client } = SERVICES[name];
  const service = loadService(name);

  test(`${name}: what is implemented has a rule, and nothing else has`, () => {
    const implemented = Object.keys(operations).filter((operation) => operations[operation]?.kind === 'implemented');
    assert.deepEqual(Object.keys(authorization).toSorted(), implemented.toSorted());
  });

  test(`${name}: a user without a policy is refused every operation`, async (t) => {
    const [code = '', status = 0] = DENIED_BY[name] ?? DENIED[service.protocol] ?? [];
    for (const operation of service.operationNames) {
      await t.test(operation, async () => {
        const Command = commands[`${operation}Command`];
        assert.ok(Command, `the SDK has no ${operation}`);
        const call = client(clients).send(new Command(minimalInput(service.operation(operation)?.input)));
        const exception = EXCEPTIONS[operation];
        if (exception && exception.code === undefined) return assert.ok(await call);
        const told = await refusal(call);
        if (exception) return assert.equal(told.name, exception.code);
        assert.equal(told.status, status, `${told.name}: ${told.message}`);
        if (HEADS.has(operation)) return undefined;
        assert.equal(told.name, code, told.message);
        return assert.match(told.message, /is not authorized to perform: [a-z0-9]+:\w+/);
      });
    }
  });
}

test('nothing of what was refused has gone to the upstream', () => {
  assert.deepEqual(upstream.seen, []);
});
