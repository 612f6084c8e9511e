/** Several accounts in one server, from the configuration file to the AWS SDK. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreateRoleCommand, CreateUserCommand, GetUserCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { refusal } from '../calls.ts';
import { type Clients, destroyClients, makeClients } from '../harness.ts';
import { cleanEnvironment, type Ended, exported, runVarve, withServer } from './server-process.ts';

const [A, B] = ['111111111111', '222222222222'] as const;

interface Installation {
  readonly folder: string;
  readonly config: string;
  env(account?: string, more?: Readonly<Record<string, string>>): Promise<Ended>;
}

async function withInstallation(work: (installation: Installation) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'varve-accounts-'));
  const config = join(folder, 'varve.yaml');
  const env: Installation['env'] = (account, more = {}) =>
    runVarve(
      ['env', '--config', config, ...(account === undefined ? [] : ['--account', account])],
      cleanEnvironment({ VARVE_DATA: join(folder, 'data'), ...more }),
    );
  try {
    await work({ folder, config, env });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function clientsOf(endpoint: string, { stdout }: Ended): Clients {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = exported(stdout);
  return makeClients(endpoint, undefined, { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY });
}

async function accountOf({ sts }: Clients): Promise<string | undefined> {
  return (await sts.send(new GetCallerIdentityCommand({}))).Account;
}

test('an account that is added to a running installation has its own root key from then on; what each has stays apart', () =>
  withInstallation(async ({ folder, config, env }) => {
    const server = { VARVE_DATA: join(folder, 'data') };
    await writeFile(config, `accounts:\n  - id: "${A}"\n`);
    let before: Ended | undefined;
    await withServer(
      ['--config', config],
      async ({ endpoint }) => {
        before = await env();
        const a = clientsOf(endpoint, before);
        assert.equal(await accountOf(a), A);
        await a.iam.send(new CreateUserCommand({ UserName: 'alice' }));
        await a.s3.send(new CreateBucketCommand({ Bucket: 'bucket-of-a' }));
        destroyClients(a);
      },
      server,
    );
    await writeFile(config, `accounts:\n  - id: "${A}"\n  - id: "${B}"\n`);
    const prepared = await env(B);
    await withServer(
      ['--config', config],
      async ({ endpoint }) => {
        assert.deepEqual(await env(A), before, 'the first account keeps its key');
        assert.deepEqual(await env(), before, 'and is the default');
        assert.deepEqual(await env(B), prepared, 'the new one has the key that was told before the start');
        assert.deepEqual(await env(undefined, { VARVE_ACCOUNT_ID: B }), prepared);
        const [a, b] = [clientsOf(endpoint, await env(A)), clientsOf(endpoint, prepared)];
        try {
          assert.deepEqual([await accountOf(a), await accountOf(b)], [A, B]);
          await a.iam.send(new GetUserCommand({ UserName: 'alice' }));
          assert.deepEqual((await b.iam.send(new ListUsersCommand({}))).Users, []);
          assert.equal(
            (await refusal(b.iam.send(new GetUserCommand({ UserName: 'alice' })))).name,
            'NoSuchEntityException',
          );
          await b.iam.send(new CreateUserCommand({ UserName: 'alice' }));
          assert.deepEqual((await b.s3.send(new ListBucketsCommand({}))).Buckets ?? [], []);
          const taken = await refusal(b.s3.send(new CreateBucketCommand({ Bucket: 'bucket-of-a' })));
          assert.equal(taken.name, 'BucketAlreadyExists', 'bucket names are shared by all accounts, as in AWS');
          await assumeAcross(a, b);
        } finally {
          destroyClients(a);
          destroyClients(b);
        }
      },
      server,
    );
  }));

/** A role of A that trusts B's account is assumed by B's root, and acts in A. */
async function assumeAcross(a: Clients, b: Clients): Promise<void> {
  const trust = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${B}:root` }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  await a.iam.send(new CreateRoleCommand({ RoleName: 'guest', AssumeRolePolicyDocument }));
  const assumed = await b.sts.send(
    new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${A}:role/guest`, RoleSessionName: 'visit' }),
  );
  assert.equal(assumed.AssumedRoleUser?.Arn, `arn:aws:sts::${A}:assumed-role/guest/visit`);
}

test('an account that is not configured, twice configured, or shares its root key is told in words', () =>
  withInstallation(async ({ folder, config, env }) => {
    await writeFile(config, `accounts:\n  - id: "${A}"\n  - id: "${B}"\n`);
    const unknown = await env('333333333333');
    assert.equal(unknown.status, 1);
    assert.match(
      unknown.stderr,
      /account 333333333333 is not in the configuration\nIt names: 111111111111, 222222222222\./,
    );
    await writeFile(config, `accounts:\n  - id: "${A}"\n  - id: "${A}"\n`);
    assert.match((await env()).stderr, /accounts: 111111111111 stands there twice/);
    const key = '    rootAccessKeyId: AKIASHAREDSHAREDSHARE\n    rootSecretAccessKey: a-shared-secret-key\n';
    await writeFile(config, `accounts:\n  - id: "${A}"\n${key}  - id: "${B}"\n${key}`);
    const serve = ['serve', '--listen', '127.0.0.1:0', '--data', join(folder, 'data'), '--config', config];
    const shared = await runVarve(serve);
    assert.equal(shared.status, 1);
    assert.match(shared.stderr, /shares its root access key id with another/);
  }));
