/** Users of a whole server: what their keys may do, what stands in the record, and when a key stops. */
import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import { BedrockClient, ListFoundationModelsCommand } from '@aws-sdk/client-bedrock';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  DeleteServiceSpecificCredentialCommand,
  GetAccessKeyLastUsedCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
  UpdateServiceSpecificCredentialCommand,
} from '@aws-sdk/client-iam';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { converse, ECHO, EMBED, invoke, refusal } from '../calls.ts';
import { ACCOUNT, type Clients, destroyClients, makeClients, REGION, type TestVarve, withVarve } from '../harness.ts';
import { BUCKET, makeBucket, policy, putLogging } from '../logging.ts';
import { recordInBucket } from '../records.ts';
import { shortTermKey } from '../short-term-key.ts';

const modelArn = (modelId: string): string => `arn:aws:bedrock:${REGION}::foundation-model/${modelId}`;
const INVOKE = { Effect: 'Allow', Action: 'bedrock:InvokeModel', Resource: modelArn(ECHO) };
const BEARER = { Effect: 'Allow', Action: 'bedrock:CallWithBearerToken', Resource: '*' };

interface Key {
  accessKeyId: string;
  secretAccessKey: string;
}

async function makeUser({ iam }: Clients, UserName: string, ...statements: Record<string, unknown>[]): Promise<Key> {
  await iam.send(new CreateUserCommand({ UserName, Path: '/team/' }));
  await allow(iam, UserName, ...statements);
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

async function allow(iam: Clients['iam'], UserName: string, ...statements: Record<string, unknown>[]): Promise<void> {
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument: policy(...statements) }));
}

async function makeApiKey({ iam }: Clients, UserName: string): Promise<{ key: string; id: string }> {
  const { ServiceSpecificCredential: credential } = await iam.send(
    new CreateServiceSpecificCredentialCommand({ UserName, ServiceName: 'bedrock.amazonaws.com' }),
  );
  return { key: credential?.ServiceCredentialSecret ?? '', id: credential?.ServiceSpecificCredentialId ?? '' };
}

/** Clients with a user's key, gone with the test. */
async function as(test: TestVarve, key: Key, work: (clients: Clients) => Promise<void>): Promise<void> {
  const clients = makeClients(test.endpoint, REGION, key);
  try {
    await work(clients);
  } finally {
    destroyClients(clients);
  }
}

async function withBearer(
  { endpoint }: TestVarve,
  token: string,
  work: (client: BedrockRuntimeClient) => Promise<void>,
): Promise<void> {
  const client = new BedrockRuntimeClient({
    endpoint,
    region: REGION,
    maxAttempts: 1,
    token: { token },
    authSchemePreference: ['httpBearerAuth'],
  });
  try {
    await work(client);
  } finally {
    client.destroy();
  }
}

/** What a user is told who may not call a model. */
const denied = (arn: string, modelId: string, action = 'InvokeModel') => ({
  name: 'AccessDeniedException',
  status: 403,
  message: `User: ${arn} is not authorized to perform: bedrock:${action} on resource: ${modelArn(modelId)} because no identity-based policy allows the bedrock:${action} action`,
});

async function refusedWith(call: Promise<unknown>, expected: ReturnType<typeof denied>): Promise<void> {
  const { name, status, message } = await refusal(call);
  assert.deepEqual({ name, status, message }, expected);
}

test("a user's key, and short-term API keys made of it, may call what the policy allows, and the record is the user's", () =>
  withVarve({}, async (varve) => {
    const { clients } = varve;
    await makeBucket(clients);
    await putLogging(clients, { s3Config: { bucketName: BUCKET } });
    const anna = await makeUser(clients, 'Anna', INVOKE);
    const arn = `arn:aws:iam::${ACCOUNT}:user/team/Anna`;
    await as(varve, anna, async ({ runtime, sts }) => {
      assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Arn, arn);
      const { $metadata } = await invoke(runtime, { prompt: 'hello' });
      const record = await recordInBucket(clients, BUCKET, $metadata.requestId);
      assert.deepEqual([record.identity.arn, record.accountId, record.modelId], [arn, ACCOUNT, ECHO]);
      await refusedWith(invoke(runtime, { inputText: 'hello' }, EMBED), denied(arn, EMBED));
    });

    const short = await shortTermKey(anna, REGION);
    const noBearer = {
      name: 'AccessDeniedException',
      status: 403,
      message: `User: ${arn} is not authorized to perform: bedrock:CallWithBearerToken because no identity-based policy allows the bedrock:CallWithBearerToken action`,
    };
    await withBearer(varve, short, async (client) => {
      await refusedWith(converse(client, 'hello'), noBearer);
      await allow(clients.iam, 'Anna', INVOKE, BEARER);
      const { $metadata } = await converse(client, 'hello');
      const record = await recordInBucket(clients, BUCKET, $metadata.requestId);
      assert.equal(record.identity.arn, arn);
      await refusedWith(converse(client, 'hello', undefined, EMBED), denied(arn, EMBED));
      const shortOnly = { ...BEARER, Condition: { StringEquals: { 'bedrock:BearerTokenType': 'LONG_TERM' } } };
      await allow(clients.iam, 'Anna', INVOKE, shortOnly);
      await refusedWith(converse(client, 'hello'), noBearer);
    });

    const trust = policy({ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' });
    await clients.iam.send(new CreateRoleCommand({ RoleName: 'Caller', AssumeRolePolicyDocument: trust }));
    const PolicyDocument = policy(INVOKE, BEARER);
    await clients.iam.send(new PutRolePolicyCommand({ RoleName: 'Caller', PolicyName: 'p', PolicyDocument }));
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/Caller`;
    await allow(clients.iam, 'Anna', { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: RoleArn });
    await as(varve, anna, async ({ sts }) => {
      const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'anna' }));
      const session = {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      };
      await withBearer(varve, await shortTermKey(session, REGION), async (client) => {
        const { $metadata } = await converse(client, 'hello');
        const record = await recordInBucket(clients, BUCKET, $metadata.requestId);
        assert.equal(record.identity.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/Caller/anna`);
      });
    });
  }));

test('a long-term API key calls as its user, and stops at once when it is deactivated or deleted', () =>
  withVarve({}, async (varve) => {
    const { clients } = varve;
    await makeBucket(clients);
    await putLogging(clients, { s3Config: { bucketName: BUCKET } });
    const UserName = 'BedrockAPIKey-ab12';
    await makeUser(clients, UserName, INVOKE, BEARER);
    const arn = `arn:aws:iam::${ACCOUNT}:user/team/${UserName}`;
    const { key, id } = await makeApiKey(clients, UserName);
    const second = await makeApiKey(clients, UserName);
    await withBearer(varve, key, async (client) => {
      const { $metadata } = await converse(client, 'hello');
      assert.equal((await recordInBucket(clients, BUCKET, $metadata.requestId)).identity.arn, arn);
      await refusedWith(converse(client, 'hello', undefined, EMBED), denied(arn, EMBED));
      const set = (Status: 'Active' | 'Inactive') =>
        clients.iam.send(
          new UpdateServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId: id, Status }),
        );
      await set('Inactive');
      assert.equal((await refusal(converse(client, 'hello'))).status, 403);
      await set('Active');
      await converse(client, 'hello');
      await varve.restart();
    });
    await withBearer(varve, key, async (client) => {
      await converse(client, 'after a restart');
      const deleting = { UserName, ServiceSpecificCredentialId: id };
      await varve.clients.iam.send(new DeleteServiceSpecificCredentialCommand(deleting));
      assert.equal((await refusal(converse(client, 'hello'))).status, 403);
    });
    await withBearer(varve, second.key, async (client) => {
      await converse(client, 'the other key is another');
      const type = { StringEquals: { 'bedrock:BearerTokenType': 'SHORT_TERM' } };
      await allow(varve.clients.iam, UserName, INVOKE, { ...BEARER, Condition: type });
      const { message } = await refusal(converse(client, 'hello'));
      assert.match(message, /bedrock:CallWithBearerToken/);
    });
  }));

test('a key that is deactivated stops on a connection that stays open, for signatures and for bearer tokens', () =>
  withVarve({}, async (varve) => {
    const { iam } = varve.clients;
    const key = await makeUser(varve.clients, 'Anna', BEARER, {
      Effect: 'Allow',
      Action: 'bedrock:ListFoundationModels',
      Resource: '*',
    });
    const api = await makeApiKey(varve.clients, 'Anna');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let connections = 0;
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (...args) => {
      connections += 1;
      return connect(...args);
    };
    const shared = { endpoint: varve.endpoint, region: REGION, maxAttempts: 1, requestHandler: { httpAgent: agent } };
    const sts = new STSClient({ ...shared, credentials: key });
    const bedrock = new BedrockClient({
      ...shared,
      token: { token: api.key },
      authSchemePreference: ['httpBearerAuth'],
    });
    const signed = () => sts.send(new GetCallerIdentityCommand({}));
    const bearer = () => bedrock.send(new ListFoundationModelsCommand({}));
    const set = async (Status: 'Active' | 'Inactive'): Promise<void> => {
      await iam.send(new UpdateAccessKeyCommand({ UserName: 'Anna', AccessKeyId: key.accessKeyId, Status }));
      const ServiceSpecificCredentialId = api.id;
      const credential = { UserName: 'Anna', ServiceSpecificCredentialId, Status };
      await iam.send(new UpdateServiceSpecificCredentialCommand(credential));
    };
    try {
      for (let round = 0; round < 3; round += 1) {
        await signed();
        await bearer();
        await set('Inactive');
        assert.equal((await refusal(signed())).name, 'InvalidClientTokenId');
        assert.equal((await refusal(bearer())).status, 403);
        await set('Active');
      }
      assert.equal(connections, 1, 'all of it went over one connection');
    } finally {
      agent.destroy();
    }
  }));

test('when a key was last used is told with service and Region, also after a restart; a wrong signature is no use', () =>
  withVarve({}, async (varve) => {
    const key = await makeUser(varve.clients, 'Anna', INVOKE);
    const lastUsed = async () => {
      const asking = new GetAccessKeyLastUsedCommand({ AccessKeyId: key.accessKeyId });
      const { AccessKeyLastUsed, UserName } = await varve.clients.iam.send(asking);
      assert.equal(UserName, 'Anna');
      return AccessKeyLastUsed;
    };
    assert.deepEqual(await lastUsed(), { ServiceName: 'N/A', Region: 'N/A' });
    await as(varve, { ...key, secretAccessKey: 'wrong' }, async ({ sts }) => {
      await refusal(sts.send(new GetCallerIdentityCommand({})));
    });
    assert.deepEqual(await lastUsed(), { ServiceName: 'N/A', Region: 'N/A' });
    await as(varve, key, async ({ sts, runtime, s3 }) => {
      await sts.send(new GetCallerIdentityCommand({}));
      assert.equal((await lastUsed())?.ServiceName, 'sts');
      await refusal(s3.send(new ListBucketsCommand({})));
      assert.equal((await lastUsed())?.ServiceName, 's3', 'what is refused was signed too');
      await invoke(runtime, { prompt: 'hello' });
    });
    const used = await lastUsed();
    assert.deepEqual([used?.ServiceName, used?.Region], ['bedrock', REGION]);
    assert.ok(Math.abs(Date.now() - Number(used?.LastUsedDate)) < 60_000);
    await varve.restart();
    assert.deepEqual(await lastUsed(), used);
  }));
