/** `varve doctor --request`: a caller who was denied, or who runs the server, is told which statement decided. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  type IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { converse, refusal } from '../calls.ts';
import { ACCOUNT, destroyClients, makeClients, ROOT_KEY, type TestVarve, withVarve } from '../harness.ts';
import { cleanEnvironment, type Ended, runVarve, withServer } from './server-process.ts';

const OTHER = '210987654321';
const OTHER_ROOT_KEY = {
  accessKeyId: 'AKIAVARVETESTOTHERRT',
  secretAccessKey: 'varve-test-secret-varve-test-secret-0002',
};
const ACCOUNTS = [
  { id: ACCOUNT, rootAccessKeyId: ROOT_KEY.accessKeyId, rootSecretAccessKey: ROOT_KEY.secretAccessKey },
  { id: OTHER, rootAccessKeyId: OTHER_ROOT_KEY.accessKeyId, rootSecretAccessKey: OTHER_ROOT_KEY.secretAccessKey },
];
const MODEL_ARN = 'arn:aws:bedrock:us-east-1::foundation-model/varve.echo-v1';

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

function environmentOf({ accessKeyId, secretAccessKey }: Key): Record<string, string> {
  return cleanEnvironment({ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
}

function doctor(endpoint: string, requestId: string, key: Key = ROOT_KEY): Promise<Ended> {
  return runVarve(['doctor', '--request', requestId, '--listen', new URL(endpoint).host], environmentOf(key));
}

async function makeUser(iam: IAMClient, UserName: string): Promise<Key> {
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  assert.ok(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey);
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
}

function putPolicy(iam: IAMClient, UserName: string, ...Statement: unknown[]): Promise<unknown> {
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  return iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'own', PolicyDocument }));
}

/** The request id of a Converse call that is denied. */
async function deniedConverse({ endpoint }: TestVarve, key: Key): Promise<string> {
  const clients = makeClients(endpoint, undefined, key);
  try {
    const { name, requestId } = await refusal(converse(clients.runtime, 'may I?'));
    assert.equal(name, 'AccessDeniedException');
    return requestId;
  } finally {
    destroyClients(clients);
  }
}

test('a user without a policy is told what is missing, and the proposed command mends it', () =>
  withVarve({ accounts: ACCOUNTS }, async (varve) => {
    const alice = await makeUser(varve.clients.iam, 'alice');
    const requestId = await deniedConverse(varve, alice);
    const { status, stdout, stderr } = await doctor(varve.endpoint, requestId);
    assert.equal(status, 0, stderr);
    assert.match(stdout, new RegExp(`^Request ${requestId} was denied at 20`));
    assert.match(stdout, /^ {2}who {9}arn:aws:iam::123456789012:user\/alice$/m);
    assert.match(stdout, /^ {2}asked for {3}bedrock:InvokeModel$/m);
    assert.match(stdout, /^No identity-based policy of user alice allows bedrock:InvokeModel on arn:aws:bedrock:/m);
    assert.match(stdout, /^User alice has no policy at all, and no group that has one\.$/m);
    assert.match(
      stdout,
      /^What to do: Attach a policy to user alice that allows bedrock:InvokeModel on arn:aws:bedrock:/m,
    );
    const document = /--policy-document '(.*)'$/m.exec(stdout)?.[1] ?? '';
    await putPolicy(varve.clients.iam, 'alice', ...(JSON.parse(document) as { Statement: unknown[] }).Statement);
    const clients = makeClients(varve.endpoint, undefined, alice);
    await converse(clients.runtime, 'now I may');
    destroyClients(clients);
  }));

test('an explicit deny is told with Sid and policy, after a restart too, to its own account only', () =>
  withVarve({ accounts: ACCOUNTS }, async (varve) => {
    const { iam } = varve.clients;
    const bob = await makeUser(iam, 'bob');
    await putPolicy(iam, 'bob', { Effect: 'Allow', Action: '*', Resource: '*' });
    const deny = {
      Sid: 'NoModelsFromHere',
      Effect: 'Deny',
      Action: 'bedrock:Invoke*',
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } },
    };
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [deny] });
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'regions', PolicyDocument }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn: Policy?.Arn }));
    const requestId = await deniedConverse(varve, bob);
    const assertTold = async (): Promise<void> => {
      const { status, stdout, stderr } = await doctor(varve.endpoint, requestId);
      assert.equal(status, 0, stderr);
      assert.match(
        stdout,
        new RegExp(
          `^The statement "NoModelsFromHere" of arn:aws:iam::${ACCOUNT}:policy/regions, an identity-based policy, denies bedrock:InvokeModel on ${MODEL_ARN}\\.$`,
          'm',
        ),
      );
      assert.match(stdout, /aws:requestedregion was us-east-1/);
      assert.match(stdout, /"Effect": "Deny"/);
    };
    await assertTold();
    await varve.restart();
    await assertTold();
    const { status, stdout, stderr } = await doctor(varve.endpoint, requestId, OTHER_ROOT_KEY);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^No request \S+ of account 210987654321 is known to have been denied by a policy\./);
  }));

test('a user may ask when a policy says so; one who may not is told that, and root why', () =>
  withVarve({ accounts: ACCOUNTS }, async (varve) => {
    const carol = await makeUser(varve.clients.iam, 'carol');
    const requestId = await deniedConverse(varve, carol);
    const refused = await doctor(varve.endpoint, requestId, carol);
    assert.equal(refused.status, 1);
    assert.match(
      refused.stderr,
      /\(403 AccessDeniedException\): User: arn:aws:iam::123456789012:user\/carol is not authorized to perform: varve:ExplainDenial/,
    );
    await putPolicy(varve.clients.iam, 'carol', { Effect: 'Allow', Action: 'varve:ExplainDenial', Resource: '*' });
    const allowed = await doctor(varve.endpoint, requestId, carol);
    assert.equal(allowed.status, 0, allowed.stderr);
    assert.match(allowed.stdout, /user carol/);
    const wrong = await doctor(varve.endpoint, requestId, { ...carol, secretAccessKey: 'not the secret of carol' });
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /InvalidSignatureException/);
    const unknown = await doctor(varve.endpoint, requestId, { ...carol, accessKeyId: 'AKIANOBODYNOBODYNOBO' });
    assert.match(unknown.stderr, /The server does not know the key that was used/);
  }));

test('without credentials in the environment doctor asks with the root key of the data directory, and else says what it needs', () =>
  withServer([], async ({ endpoint, dataDir, environment }) => {
    const root = {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    };
    const clients = makeClients(endpoint, undefined, root);
    try {
      const dave = await makeUser(clients.iam, 'dave');
      const daves = makeClients(endpoint, undefined, dave);
      // Root's own call: nobody denied it, so there is nothing to tell.
      const { $metadata } = await clients.sts.send(new GetCallerIdentityCommand({}));
      const { requestId } = await refusal(converse(daves.runtime, 'may I?'));
      destroyClients(daves);
      const ask = (id: string, ...more: string[]): Promise<Ended> =>
        runVarve(['doctor', '--request', id, '--listen', new URL(endpoint).host, ...more], cleanEnvironment());
      const told = await ask(requestId, '--data', dataDir);
      assert.equal(told.status, 0, told.stderr);
      assert.match(told.stdout, /user dave/);
      const nothing = await ask($metadata.requestId ?? '', '--data', dataDir);
      assert.equal(nothing.status, 1);
      assert.match(nothing.stderr, /is known to have been denied by a policy/);
      const lost = await ask(requestId, '--data', `${dataDir}/nowhere`);
      assert.equal(lost.status, 1);
      assert.match(lost.stderr, /^there are no credentials: .*\n.*AWS_ACCESS_KEY_ID.*--data/);
      const stranger = await ask(requestId, '--data', dataDir, '--account', '999999999999');
      assert.match(stranger.stderr, /account 999999999999 is not in the configuration/);
    } finally {
      destroyClients(clients);
    }
  }));
