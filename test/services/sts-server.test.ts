/** Temporary credentials against a whole server: unsigned calls, the SDK's own credential chain, other services. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CreateOpenIDConnectProviderCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetBucketLocationCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { rsaKey, TestIssuer, token } from '../../src/identity/web-identity/testing/issuer.ts';
import { ACCOUNT, makeClients, REGION, type TestVarve, withVarve } from '../harness.ts';
import { allow, fails, type Keys, keysOf, makeRole, makeUser, roleArn, trust } from './sts-callers.ts';

const KEY = rsaKey('first');
const BUCKET = 'sessions-of-users';
const OTHER_ACCOUNT = '210987654321';

let issuer: TestIssuer;
before(async () => {
  issuer = await TestIssuer.start([KEY]);
});
after(() => issuer.stop());

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const goodToken = (): string =>
  token(KEY, { iss: issuer.url, aud: 'sts.amazonaws.com', sub: 'app', iat: nowSeconds(), exp: nowSeconds() + 600 });
const providerArn = (): string => `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer.url.replace('http://', '')}`;

async function trustIssuer({ clients: { iam } }: TestVarve): Promise<void> {
  await iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['sts.amazonaws.com'] }));
  await makeRole(
    iam,
    'App',
    trust({ Federated: providerArn() }, 'sts:AssumeRoleWithWebIdentity'),
    allow(['s3:GetBucketLocation', 's3:ListBucket']),
  );
}

const location = (s3: S3Client) => s3.send(new GetBucketLocationCommand({ Bucket: BUCKET }));
const s3Of = ({ endpoint }: TestVarve, keys: Keys): S3Client => makeClients(endpoint, REGION, keys).s3;

test('AssumeRoleWithWebIdentity is the one call that is taken without a signature', () =>
  withVarve({}, async (varve) => {
    await trustIssuer(varve);
    const post = async (form: Record<string, string>): Promise<[number, string]> => {
      const body = new URLSearchParams({ Version: '2011-06-15', ...form });
      const response = await fetch(varve.endpoint, { method: 'POST', body });
      return [response.status, await response.text()];
    };
    const asked = { Action: 'AssumeRoleWithWebIdentity', RoleArn: roleArn('App'), RoleSessionName: 'pod' };
    const [status, text] = await post({ ...asked, WebIdentityToken: goodToken() });
    assert.equal(status, 200, text);
    assert.match(text, /<SessionToken>/);
    const [refusedStatus, refused] = await post({ ...asked, WebIdentityToken: goodToken(), RoleArn: roleArn('Other') });
    assert.equal(refusedStatus, 403);
    assert.match(
      refused,
      /<Code>AccessDenied<\/Code>\s*<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</,
    );
    for (const Action of ['GetCallerIdentity', 'GetSessionToken', 'AssumeRole', 'AssumeRoleWithSAML']) {
      const [unsigned, why] = await post({ ...asked, Action });
      assert.ok(
        unsigned === 403 || (Action === 'AssumeRoleWithSAML' && unsigned === 400),
        `${Action} ${unsigned} ${why}`,
      );
    }
  }));

test("the SDK's own credential chain finds AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN", () =>
  withVarve({}, async (varve) => {
    await trustIssuer(varve);
    await varve.clients.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const file = join(varve.dataDir, 'token');
    await writeFile(file, goodToken());
    const environment = {
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
      AWS_ROLE_ARN: roleArn('App'),
      AWS_ROLE_SESSION_NAME: 'pod',
      AWS_ENDPOINT_URL: varve.endpoint,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_SESSION_TOKEN: undefined,
      AWS_PROFILE: undefined,
    };
    await withEnvironment(environment, async () => {
      const sts = new STSClient({});
      const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
      assert.equal(Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/App/pod`);
      const s3 = new S3Client({ forcePathStyle: true });
      await location(s3);
      sts.destroy();
      s3.destroy();
    });
  }));

test('sessions of users and federated users count at other services, within what both sides allow', () =>
  withVarve({}, async (varve) => {
    const { clients, endpoint } = varve;
    await clients.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const document = allow(['s3:GetBucketLocation', 'sts:GetFederationToken']);
    const ann = await makeUser(clients.iam, 'ann', document);
    const { sts } = makeClients(endpoint, REGION, ann);
    const session = keysOf((await sts.send(new GetSessionTokenCommand({}))).Credentials);
    await location(s3Of(varve, session));
    const federated = async (Policy?: string): Promise<S3Client> =>
      s3Of(varve, keysOf((await sts.send(new GetFederationTokenCommand({ Name: 'guest', Policy }))).Credentials));
    const denied = fails('AccessDenied', /./, 403);
    await location(await federated(allow('s3:*')));
    await assert.rejects((await federated(allow('s3:*'))).send(new HeadBucketCommand({ Bucket: BUCKET })));
    await assert.rejects(location(await federated(allow('s3:ListBucket'))), denied);
    await assert.rejects(location(await federated()), denied);
  }));

test('sessions end with the account that they belong to, and are good again after a restart', () => {
  const root = {
    id: ACCOUNT,
    rootAccessKeyId: 'AKIAVARVETESTROOTKEY',
    rootSecretAccessKey: 'secret-of-the-first-root-0001',
  };
  const other = {
    id: OTHER_ACCOUNT,
    rootAccessKeyId: 'AKIAVARVETESTROOTTWO',
    rootSecretAccessKey: 'secret-of-the-second-root-02',
  };
  const accounts = [root, other];
  return withVarve({ accounts }, async (varve) => {
    const keysOfRoot = { accessKeyId: other.rootAccessKeyId, secretAccessKey: other.rootSecretAccessKey };
    const { sts } = makeClients(varve.endpoint, REGION, keysOfRoot);
    const session = keysOf((await sts.send(new GetSessionTokenCommand({}))).Credentials);
    const who = () => makeClients(varve.endpoint, REGION, session).sts.send(new GetCallerIdentityCommand({}));
    await varve.restart();
    assert.equal((await who()).Account, OTHER_ACCOUNT);
    accounts.pop();
    await varve.restart();
    await assert.rejects(who(), fails('InvalidClientTokenId', /security token/, 403));
  });
});

test('a bad token is refused by a client with credentials too', () =>
  withVarve({}, async (varve) => {
    await trustIssuer(varve);
    const { sts } = varve.clients;
    const bring = (WebIdentityToken: string) =>
      sts.send(
        new AssumeRoleWithWebIdentityCommand({ RoleArn: roleArn('App'), RoleSessionName: 'pod', WebIdentityToken }),
      );
    await assert.rejects(bring('no token'), fails('InvalidIdentityToken', /not a valid JWT/, 400));
    await bring(goodToken());
  }));

async function withEnvironment(values: Record<string, string | undefined>, work: () => Promise<void>): Promise<void> {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(values)) set(name, value);
  try {
    await work();
  } finally {
    for (const [name, value] of Object.entries(before)) set(name, value);
  }
}
