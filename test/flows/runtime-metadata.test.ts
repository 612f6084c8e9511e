/** Request metadata, and callers with Bedrock API keys: what stands in the record about who called and why. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import {
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { allOf, ECHO, message, refusal } from '../calls.ts';
import { ACCOUNT, REGION, ROOT_KEY } from '../harness.ts';
import { BUCKET, makeBucket, policy, putLogging } from '../logging.ts';
import { recordInBucket } from '../records.ts';
import { shareVarve } from '../shared.ts';
import { shortTermKey } from '../short-term-key.ts';

const varve = await shareVarve({});
const { clients } = varve;
const { runtime } = clients;
await makeBucket(clients);
await putLogging(clients, { s3Config: { bucketName: BUCKET } });

const BODY = JSON.stringify({ prompt: 'hello' });
const METADATA = { team: 'lake', 'cost-centre': 'a b:_@$#=/+,-.', empty: '' };
const HEADER = 'x-amzn-bedrock-request-metadata';

/** InvokeModel with the metadata header, put there before (or after) the request is signed. */
function invokeWithMetadata(text: string, when: 'signed' | 'unsigned' = 'signed') {
  const command = new InvokeModelCommand({ modelId: ECHO, body: BODY });
  const add = (request: unknown): void => {
    (request as { headers: Record<string, string> }).headers[HEADER] = text;
  };
  if (when === 'signed') {
    command.middlewareStack.add((next) => (args) => (add(args.request), next(args)), { step: 'build' });
  } else {
    command.middlewareStack.add((next) => (args) => (add(args.request), next(args)), {
      step: 'deserialize',
      priority: 'low',
    });
  }
  return runtime.send(command);
}

test('requestMetadata of Converse and ConverseStream stands in the record', async () => {
  const input = { modelId: ECHO, messages: [message('hi')], requestMetadata: METADATA };
  const whole = await runtime.send(new ConverseCommand(input));
  const stream = await runtime.send(new ConverseStreamCommand(input));
  await allOf(stream.stream);
  for (const { requestId } of [whole.$metadata, stream.$metadata]) {
    const record = await recordInBucket(clients, BUCKET, requestId);
    assert.deepEqual(record.requestMetadata, METADATA);
    assert.deepEqual(record.input?.inputBodyJson, { messages: [message('hi')] }, 'it is not said twice');
  }
});

test('a signed X-Amzn-Bedrock-Request-Metadata header of InvokeModel stands in the record', async () => {
  const { $metadata } = await invokeWithMetadata(JSON.stringify(METADATA));
  assert.deepEqual((await recordInBucket(clients, BUCKET, $metadata.requestId)).requestMetadata, METADATA);
});

test('the metadata header of an Invoke stream stands in the record', async () => {
  const command = new InvokeModelWithResponseStreamCommand({ modelId: ECHO, body: BODY });
  command.middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers[HEADER] = JSON.stringify(METADATA);
      return next(args);
    },
    { step: 'build' },
  );
  const { $metadata, body } = await runtime.send(command);
  await allOf(body);
  assert.deepEqual((await recordInBucket(clients, BUCKET, $metadata.requestId)).requestMetadata, METADATA);
});

test('a metadata header that the signature does not cover is refused with InvalidSignatureException', async () => {
  const { name, status } = await refusal(invokeWithMetadata(JSON.stringify(METADATA), 'unsigned'));
  assert.deepEqual([name, status], ['InvalidSignatureException', 403]);
});

test('a metadata header that breaks a rule is refused with ValidationException', async () => {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v']));
  const cases = [
    'no json',
    '[]',
    '"text"',
    '{"a":1}',
    JSON.stringify(many),
    '{"":"v"}',
    '{"a":"ü"}',
    `{"a":"${'v'.repeat(257)}"}`,
    `{"a":"${' '.repeat(8_500)}"}`,
  ];
  for (const text of cases) {
    // Headers are Latin-1 on the wire.
    const { name, status } = await refusal(invokeWithMetadata(text));
    assert.deepEqual([name, status], ['ValidationException', 400], text.slice(0, 40));
  }
});

test('a requestMetadata member that breaks a rule is refused with ValidationException', async () => {
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`k${index}`, 'v']));
  for (const requestMetadata of [
    many,
    { '': 'v' },
    { a: 'ü' },
    { a: 'v'.repeat(257) },
    { ['k'.repeat(257)]: 'v' },
    { a: '{}' },
  ]) {
    const call = runtime.send(new ConverseCommand({ modelId: ECHO, messages: [message('hi')], requestMetadata }));
    const { name, status } = await refusal(call);
    assert.deepEqual([name, status], ['ValidationException', 400], JSON.stringify(requestMetadata).slice(0, 40));
  }
});

test("a short-term Bedrock API key, made as AWS's token generator makes it, calls and is recorded as its maker", async () => {
  const token = await shortTermKey(ROOT_KEY, REGION);
  const client = bearerClient(token);
  try {
    const { $metadata } = await client.send(new ConverseCommand({ modelId: ECHO, messages: [message('by key')] }));
    const record = await recordInBucket(clients, BUCKET, $metadata.requestId);
    assert.deepEqual(
      [record.identity.arn, record.accountId, record.region],
      [`arn:aws:iam::${ACCOUNT}:root`, ACCOUNT, REGION],
    );
  } finally {
    client.destroy();
  }
});

test('a long-term Bedrock API key calls, streams, sends metadata, and is recorded as the user behind it', async () => {
  const client = bearerClient(await longTermKey('BedrockAPIKey-report'));
  try {
    const input = { modelId: ECHO, messages: [message('by key')], requestMetadata: { team: 'key' } };
    const { $metadata, stream } = await client.send(new ConverseStreamCommand(input));
    await allOf(stream);
    const record = await recordInBucket(clients, BUCKET, $metadata.requestId);
    assert.equal(record.identity.arn, `arn:aws:iam::${ACCOUNT}:user/BedrockAPIKey-report`);
    assert.deepEqual(record.requestMetadata, { team: 'key' });
  } finally {
    client.destroy();
  }
});

test('a made-up API key is refused', async () => {
  const client = bearerClient(`ABSK${randomBytes(40).toString('base64')}`);
  try {
    const { status } = await refusal(client.send(new ConverseCommand({ modelId: ECHO, messages: [message('x')] })));
    assert.equal(status, 403);
  } finally {
    client.destroy();
  }
});

test('the session of a role is recorded with its assumed-role ARN', async () => {
  const trust = policy({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' });
  await clients.iam.send(new CreateRoleCommand({ RoleName: 'Caller', AssumeRolePolicyDocument: trust }));
  const PolicyDocument = policy({ Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: '*' });
  await clients.iam.send(new PutRolePolicyCommand({ RoleName: 'Caller', PolicyName: 'bedrock', PolicyDocument }));
  const RoleArn = `arn:aws:iam::${ACCOUNT}:role/Caller`;
  const { Credentials } = await clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'anna' }));
  const client = new BedrockRuntimeClient({
    endpoint: varve.endpoint,
    region: REGION,
    maxAttempts: 1,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    },
  });
  try {
    const { $metadata } = await client.send(new ConverseCommand({ modelId: ECHO, messages: [message('as a role')] }));
    const record = await recordInBucket(clients, BUCKET, $metadata.requestId);
    assert.equal(record.identity.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/Caller/anna`);
  } finally {
    client.destroy();
  }
});

function bearerClient(token: string): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    endpoint: varve.endpoint,
    region: REGION,
    maxAttempts: 1,
    token: { token },
    authSchemePreference: ['httpBearerAuth'],
  });
}

/** The key of a new user who may use Bedrock. */
async function longTermKey(UserName: string): Promise<string> {
  await clients.iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = policy({ Effect: 'Allow', Action: 'bedrock:*', Resource: '*' });
  await clients.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'bedrock', PolicyDocument }));
  const { ServiceSpecificCredential } = await clients.iam.send(
    new CreateServiceSpecificCredentialCommand({ UserName, ServiceName: 'bedrock.amazonaws.com' }),
  );
  return ServiceSpecificCredential?.ServiceCredentialSecret ?? '';
}
