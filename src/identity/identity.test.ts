import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Clock, OperationalError, randomIds } from '#base';
import { openState, type State } from '#state';
import { AuthenticationFailure, type FailureReason } from '#wire';
import { Identity } from './identity.ts';
import { type ApiKeyCredential, Directory, DirectoryRefusal, type Role, type User } from './directory/index.ts';
import type { Session } from './session-tokens.ts';
import type { Caller, SessionCredentials } from './types.ts';
import { seededInts } from '../../test/support/seeded.ts';

const randomInt = seededInts();

const ACCOUNT = '123456789012';
const ROOT = { id: ACCOUNT, rootAccessKeyId: 'AKIAROOT000000000001', rootSecretAccessKey: 'root secret of the test' };
const OTHER = { id: '210987654321', rootAccessKeyId: 'AKIAROOT000000000002', rootSecretAccessKey: 'another secret' };
const SERVER_KEY = randomBytes(32);
const NOW_MS = Date.parse('2026-11-21T12:00:00.500Z');
const TRUST = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}';

let folder = '';
let state: State;
let nowMs = NOW_MS;
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
const open = (serverKey = SERVER_KEY): Promise<Identity> =>
  Identity.open({ accounts: [ROOT, OTHER], serverKey, clock, ids: randomIds, state });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varve-identity-'));
  state = await openState(join(folder, 'state.sqlite'));
});
after(async () => {
  await state.close();
  await rm(folder, { recursive: true });
});

const roleNamed =
  (name: string, accountId = ACCOUNT) =>
  (id: string): Role => ({
    id,
    accountId,
    name,
    path: '/',
    description: undefined,
    maxSessionSeconds: 3600,
    createdAtMs: NOW_MS,
    trustPolicy: TRUST,
    inlinePolicies: {},
    attachedPolicyArns: [],
    boundaryArn: undefined,
    tags: [],
  });

function sessionOf(
  identity: Identity,
  role: Role,
  durationSeconds: number,
): { credentials: SessionCredentials; caller: Caller | undefined; session: Session } {
  const issued = identity.issueSession(
    { accountId: role.accountId, principal: { kind: 'role', roleId: role.id }, name: 'me' },
    durationSeconds,
  );
  return { ...issued, caller: identity.callerOf(issued.session, issued.credentials.accessKeyId) };
}

function fails(reason: FailureReason, attempt: () => unknown): void {
  assert.throws(attempt, (error) => error instanceof AuthenticationFailure && error.reason === reason);
}

test('a root key is its account; a key nobody has, or a root key with a token, is nobody', async () => {
  const identity = await open();
  const { caller, secret } = identity.resolve(ROOT.rootAccessKeyId, undefined);
  assert.equal(secret, ROOT.rootSecretAccessKey);
  assert.deepEqual(caller, {
    kind: 'root',
    accountId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    userId: ACCOUNT,
    accessKeyId: ROOT.rootAccessKeyId,
  });
  assert.equal(identity.resolve(OTHER.rootAccessKeyId, undefined).caller.accountId, OTHER.id);
  fails('unknown-key', () => identity.resolve('AKIANOBODY0000000001', undefined));
  fails('bad-token', () => identity.resolve(ROOT.rootAccessKeyId, 'token'));
});

test('two accounts cannot share a root key', async () => {
  const accounts = [ROOT, { ...OTHER, rootAccessKeyId: ROOT.rootAccessKeyId }];
  const opening = Identity.open({ accounts, serverKey: SERVER_KEY, clock, ids: randomIds, state });
  await assert.rejects(opening, OperationalError);
});

test('a session is known after a restart by its token alone, and ends with its time or its role', async () => {
  nowMs = NOW_MS;
  const identity = await open();
  const role = await identity.directory.roles.create(ACCOUNT, roleNamed('Session'));
  const { credentials, caller } = sessionOf(identity, role, 900);
  assert.match(credentials.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
  assert.equal(credentials.secretAccessKey.length, 40);
  assert.equal(credentials.expiresAtMs, Date.parse('2026-11-21T12:15:00Z'));
  assert.equal(caller?.arn, `arn:aws:sts::${ACCOUNT}:assumed-role/Session/me`);
  assert.equal(caller?.userId, `${role.id}:me`);

  const restarted = await open();
  const resolved = restarted.resolve(credentials.accessKeyId, credentials.sessionToken);
  assert.deepEqual(resolved, { caller, secret: credentials.secretAccessKey });
  fails('unknown-key', () => restarted.resolve(credentials.accessKeyId, undefined));
  fails('bad-token', () => restarted.resolve('ASIAANOTHER000000001', credentials.sessionToken));
  const stranger = await open(randomBytes(32));
  fails('bad-token', () => stranger.resolve(credentials.accessKeyId, credentials.sessionToken));

  nowMs = credentials.expiresAtMs;
  fails('expired-token', () => restarted.resolve(credentials.accessKeyId, credentials.sessionToken));
  nowMs = NOW_MS;
  await restarted.directory.roles.delete(ACCOUNT, 'session');
  await restarted.directory.roles.create(ACCOUNT, roleNamed('Session'));
  fails('unknown-key', () => restarted.resolve(credentials.accessKeyId, credentials.sessionToken));
});

test('a token altered anywhere is refused', async () => {
  const identity = await open();
  const role = await identity.directory.roles.create(ACCOUNT, roleNamed('Altered'));
  const { accessKeyId, sessionToken } = sessionOf(identity, role, 900).credentials;
  for (let round = 0; round < 2000; round += 1) {
    const at = randomInt(sessionToken.length);
    const replacement = 'ABCxyz019+/=-_ '[randomInt(15)] ?? '';
    const altered = sessionToken.slice(0, at) + replacement + sessionToken.slice(at + randomInt(3));
    if (altered === sessionToken) continue;
    fails('bad-token', () => identity.resolve(accessKeyId, altered));
  }
  for (const odd of ['', 'x', '====', sessionToken.repeat(100), `${sessionToken}A`]) {
    fails('bad-token', () => identity.resolve(accessKeyId, odd));
  }
});

const user =
  (name: string, accountId = ACCOUNT) =>
  (id: string): User => ({
    id,
    accountId,
    name,
    path: '/',
    createdAtMs: NOW_MS,
    inlinePolicies: {},
    attachedPolicyArns: [],
    boundaryArn: undefined,
    groupIds: [],
    tags: [],
  });

/** A long-term API key of a new user. */
async function longTermKey(
  identity: Identity,
  name: string,
  expiresAtMs?: number,
): Promise<{ key: string; alias: string; user: User; change(changes: Partial<ApiKeyCredential>): Promise<unknown> }> {
  const { users, apiKeys } = identity.directory;
  const made = await users.create(ACCOUNT, user(name));
  const alias = `${name}-at-${ACCOUNT}`;
  const { key, keySha256Hex } = identity.newApiKey(alias);
  const { id } = await apiKeys.create(ACCOUNT, (id) => ({
    id,
    accountId: ACCOUNT,
    name: id,
    path: '/',
    createdAtMs: NOW_MS,
    userId: made.id,
    active: true,
    alias,
    expiresAtMs,
    keySha256Hex,
  }));
  return {
    key,
    alias,
    user: made,
    change: (changes) => apiKeys.update(ACCOUNT, id, (now) => ({ ...now, ...changes })),
  };
}

test('a long-term Bedrock API key is its user until it is deactivated, expires or is made anew', async () => {
  const identity = await open();
  const { key, alias, user: made, change } = await longTermKey(identity, 'BedrockAPIKey-ab12', NOW_MS + 1000);
  // What secret scanners look for.
  assert.match(key, /^ABSK[A-Za-z0-9+/]{109,269}={0,2}$/);
  const { caller, region } = identity.resolveBearer(key, 'bedrock', NOW_MS);
  assert.deepEqual([caller.kind, caller.accountId, caller.userId, region], ['user', ACCOUNT, made.id, undefined]);
  assert.equal(caller.arn, `arn:aws:iam::${ACCOUNT}:user/BedrockAPIKey-ab12`);
  assert.deepEqual([caller.accessKeyId, caller.bearer, caller.user?.name], [alias, 'LONG_TERM', made.name]);
  const restarted = await open();
  assert.deepEqual(restarted.resolveBearer(key, 'bedrock', NOW_MS).caller, caller, 'after a restart too');

  for (const other of ['s3', 'logs', 'bedrock-agent', 'bedrock-agent-runtime', undefined])
    fails('unsupported', () => identity.resolveBearer(key, other, NOW_MS));
  fails('expired-bearer', () => identity.resolveBearer(key, 'bedrock', NOW_MS + 1000));
  await change({ active: false });
  fails('bad-bearer', () => identity.resolveBearer(key, 'bedrock', NOW_MS));
  await change({ active: true });
  identity.resolveBearer(key, 'bedrock', NOW_MS);
  const anew = identity.newApiKey(alias);
  await change({ keySha256Hex: anew.keySha256Hex });
  fails('bad-bearer', () => identity.resolveBearer(key, 'bedrock', NOW_MS));
  identity.resolveBearer(anew.key, 'bedrock', NOW_MS);
});

test('a long-term key that is altered, or of another user or server, is nobody', async () => {
  const identity = await open();
  const { key, alias } = await longTermKey(identity, 'altered');
  const decoded = Buffer.from(key.slice(4), 'base64').toString();
  const encode = (text: string): string => `ABSK${Buffer.from(text).toString('base64')}`;
  assert.equal(encode(decoded), key);
  for (const bad of [
    identity.newApiKey(alias).key,
    encode(decoded.replace('altered', 'alterer')),
    encode(decoded.replace(ACCOUNT, OTHER.id)),
    encode(`${alias}:`),
    encode(alias),
    encode(':'),
    `${key}=`,
    key.replace('ABSK', 'absk'),
    key.slice(0, -4),
    'ABSK',
    'x',
    'bedrock-api-key-',
    'bedrock-api-key-AAAA',
  ]) {
    fails('bad-bearer', () => identity.resolveBearer(bad, 'bedrock', NOW_MS));
  }
  for (let round = 0; round < 2000; round += 1) {
    const at = randomInt(key.length);
    const altered = key.slice(0, at) + ('ABCxyz019+/=-_ :'[randomInt(16)] ?? '') + key.slice(at + randomInt(3));
    if (altered !== key) fails('bad-bearer', () => identity.resolveBearer(altered, 'bedrock', NOW_MS));
  }
});

test('the use of a key is told, is there after a restart, and goes with the key', async () => {
  const identity = await open();
  const { accessKeys, users } = identity.directory;
  const made = await users.create(ACCOUNT, user('user-of-keys'));
  const { id } = await accessKeys.create(ACCOUNT, (id) => ({
    id,
    accountId: ACCOUNT,
    name: id,
    path: '/',
    createdAtMs: NOW_MS,
    userId: made.id,
    active: true,
    sealedSecret: identity.sealSecret(id, 'secret'),
  }));
  assert.equal(identity.lastKeyUse(id), undefined);
  const { caller } = identity.resolve(id, undefined);
  identity.noteKeyUse(caller, 's3', 'us-east-1', NOW_MS);
  identity.noteKeyUse(caller, 'bedrock', 'eu-west-1', NOW_MS + 1);
  identity.noteKeyUse({ ...caller, accessKeyId: 'AKIANOBODY0000000001' }, 's3', 'us-east-1', NOW_MS);
  assert.equal(identity.lastKeyUse('AKIANOBODY0000000001'), undefined, 'uses of keys that are nowhere are not kept');
  const use = { service: 'bedrock', region: 'eu-west-1', atMs: NOW_MS + 1 };
  assert.deepEqual(identity.lastKeyUse(id), use);
  await identity.close();

  const restarted = await open();
  assert.deepEqual(restarted.lastKeyUse(id), use);
  await restarted.directory.accessKeys.delete(ACCOUNT, id);
  assert.equal(restarted.lastKeyUse(id), undefined);
  await restarted.close();
  assert.deepEqual(await state.all('SELECT * FROM identity_key_uses'), []);
});

class NodeHash {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

/** As aws-bedrock-token-generator makes them. */
async function shortTermKey(
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  expiresIn = 43_200,
): Promise<string> {
  const signer = new SignatureV4({ service: 'bedrock', region: 'eu-west-1', credentials, sha256: NodeHash });
  const request = {
    method: 'POST',
    protocol: 'https:',
    hostname: 'bedrock.amazonaws.com',
    path: '/',
    headers: { host: 'bedrock.amazonaws.com' },
    query: { Action: 'CallWithBearerToken' },
  };
  const { query = {} } = await signer.presign(request, { expiresIn, signingDate: new Date(NOW_MS) });
  const pairs = Object.entries(query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  const url = `bedrock.amazonaws.com/?${pairs.join('&')}&Version=1`;
  return `bedrock-api-key-${Buffer.from(url).toString('base64')}`;
}

test("a short-term key made by AWS's generator from root or session credentials is that caller, in its region", async () => {
  nowMs = NOW_MS;
  const identity = await open();
  const root = { accessKeyId: ROOT.rootAccessKeyId, secretAccessKey: ROOT.rootSecretAccessKey };
  const resolved = identity.resolveBearer(await shortTermKey(root), 'bedrock', NOW_MS + 43_199_000);
  assert.deepEqual([resolved.caller.arn, resolved.region], [`arn:aws:iam::${ACCOUNT}:root`, 'eu-west-1']);
  const role = await identity.directory.roles.create(ACCOUNT, roleNamed('Bearer'));
  const { credentials, caller } = sessionOf(identity, role, 3600);
  assert.deepEqual(identity.resolveBearer(await shortTermKey(credentials), 'bedrock', NOW_MS).caller, {
    ...caller,
    bearer: 'SHORT_TERM',
  });

  const hour = await shortTermKey(root, 3600);
  fails('expired-bearer', () => identity.resolveBearer(hour, 'bedrock', NOW_MS + 3_700_000));
  for (const bad of [
    await shortTermKey({ ...root, secretAccessKey: 'wrong' }),
    await shortTermKey({ ...root, accessKeyId: 'AKIANOBODY0000000001' }),
    await shortTermKey(root, 43_201),
    await shortTermKey({ ...credentials, sessionToken: 'x' }),
  ]) {
    fails('bad-bearer', () => identity.resolveBearer(bad, 'bedrock', NOW_MS));
  }
});

test('roles are kept apart by account and without regard to case, and are there after a restart', async () => {
  const { roles } = await Directory.open(state, randomIds);
  const made = await roles.create(ACCOUNT, (id) => ({
    ...roleNamed('Kept')(id),
    path: '/team/',
    tags: [{ key: 'a', value: 'b' }],
  }));
  assert.match(made.id, /^AROA[A-Z2-7]{17}$/);
  await assert.rejects(roles.create(ACCOUNT, roleNamed('KEPT')), new DirectoryRefusal('exists', 'role'));
  await roles.create(OTHER.id, roleNamed('Kept', OTHER.id));
  await roles.update(ACCOUNT, 'kept', (role) => ({ ...role, description: 'changed' }));
  const again = await Directory.open(state, randomIds);
  assert.deepEqual(again.roles.get(ACCOUNT, 'kEPT'), JSON.parse(JSON.stringify({ ...made, description: 'changed' })));
  assert.equal(again.roleByArn(`arn:aws:iam::${ACCOUNT}:role/team/Kept`)?.id, made.id);
  for (const arn of [`arn:aws:iam::${ACCOUNT}:role/Kept`, `arn:aws:iam::${ACCOUNT}:role/team/kept`, 'Kept']) {
    assert.equal(again.roleByArn(arn), undefined, arn);
  }
  assert.ok(again.roles.list(ACCOUNT, '/team/').length === 1 && again.roles.list(ACCOUNT).length > 1);
  await assert.rejects(
    again.roles.update(ACCOUNT, 'nobody', (role) => role),
    new DirectoryRefusal('no-such-entity', 'role'),
  );
});

test('changes made at once to one role are all kept', async () => {
  const { roles } = await Directory.open(state, randomIds);
  await roles.create(ACCOUNT, roleNamed('Busy'));
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`);
  await Promise.all(
    keys.map((key) => roles.update(ACCOUNT, 'Busy', (role) => ({ ...role, tags: [...role.tags, { key, value: '' }] }))),
  );
  const kept = (await Directory.open(state, randomIds)).roles.get(ACCOUNT, 'Busy');
  assert.deepEqual(kept?.tags.map((tag) => tag.key).toSorted(), keys.toSorted());
});
