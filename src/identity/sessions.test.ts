import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Clock, randomIds } from '#base';
import { openState, type State } from '#state';
import { AuthenticationFailure, type FailureReason } from '#wire';
import { Identity } from './identity.ts';
import { principalContext, principalOf } from './principal.ts';
import { PACKED_BYTES_MAX, type Session, SessionTokens, TOKEN_CHARS_MAX } from './session-tokens.ts';
import type { Caller } from './types.ts';

const ACCOUNT = '123456789012';
const SERVER_KEY = Buffer.alloc(32, 3);
const NOW_MS = Date.parse('2026-11-21T12:00:00.500Z');
const TRUST = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}';

let folder = '';
let state: State;
let identity: Identity;
let nowMs = NOW_MS;
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'varve-sessions-'));
  state = await openState(join(folder, 'state.sqlite'));
  identity = await Identity.open({
    accounts: [{ id: ACCOUNT, rootAccessKeyId: 'AKIAROOT000000000001', rootSecretAccessKey: 'the root secret' }],
    serverKey: SERVER_KEY,
    clock,
    ids: randomIds,
    state,
  });
});
after(async () => {
  await identity.close();
  await state.close();
  await rm(folder, { recursive: true });
});

const role = (name: string) =>
  identity.directory.roles.create(ACCOUNT, (id) => ({
    id,
    accountId: ACCOUNT,
    name,
    path: '/team/',
    createdAtMs: NOW_MS,
    description: undefined,
    maxSessionSeconds: 3_600,
    trustPolicy: TRUST,
    inlinePolicies: {},
    attachedPolicyArns: [],
    boundaryArn: undefined,
    tags: [
      { key: 'Team', value: 'role' },
      { key: 'Kept', value: 'yes' },
    ],
  }));

const fails = (reason: FailureReason) => (error: unknown) =>
  error instanceof AuthenticationFailure && error.reason === reason;

async function roleCaller(name: string, session: Partial<Session> = {}): Promise<Caller> {
  const { id } = await role(name);
  const { credentials } = identity.issueSession(
    { accountId: ACCOUNT, principal: { kind: 'role', roleId: id }, name: 'me', ...session },
    3_600,
  );
  return identity.resolve(credentials.accessKeyId, credentials.sessionToken, 's3').caller;
}

test("a session's context has its tags over the role's, whatever their case, and when it was issued", async () => {
  const caller = await roleCaller('Tagged', {
    tags: [{ key: 'team', value: 'session' }],
    sourceIdentity: 'ann',
  });
  const context = principalContext(caller, identity.directory);
  const arn = `arn:aws:iam::${ACCOUNT}:role/team/Tagged`;
  assert.deepEqual(context, {
    'aws:PrincipalArn': arn,
    'aws:PrincipalAccount': ACCOUNT,
    'aws:PrincipalType': 'AssumedRole',
    'aws:userid': caller.userId,
    'aws:PrincipalIsAWSService': 'false',
    'aws:ViaAWSService': 'false',
    'aws:PrincipalTag/Kept': 'yes',
    'aws:PrincipalTag/team': 'session',
    'aws:TokenIssueTime': '2026-11-21T12:00:00.500Z',
    'aws:MultiFactorAuthPresent': 'false',
    'aws:SourceIdentity': 'ann',
  });
  const plain = principalContext(await roleCaller('Plain'), identity.directory);
  assert.equal(plain['aws:PrincipalTag/Team'], 'role');
  assert.ok(!('aws:SourceIdentity' in plain));
});

test('long-term keys have no key that only sessions have', () => {
  const { caller } = identity.resolve('AKIAROOT000000000001', undefined);
  const keys = Object.keys(principalContext(caller, identity.directory));
  for (const key of [
    'aws:TokenIssueTime',
    'aws:MultiFactorAuthPresent',
    'aws:SourceIdentity',
    'aws:FederatedProvider',
  ]) {
    assert.ok(!keys.includes(key), key);
  }
});

test('a session of a web identity tells its provider; a web identity itself is a federated principal without keys', async () => {
  const webIdentity = { issuer: 'issuer.example/a', subject: 'app', audience: 'sts.amazonaws.com' };
  const context = principalContext(await roleCaller('Web', { webIdentity }), identity.directory);
  const arn = `arn:aws:iam::${ACCOUNT}:oidc-provider/issuer.example/a`;
  assert.deepEqual(
    [context['aws:FederatedProvider'], context['issuer.example/a:sub'], context['issuer.example/a:aud']],
    [arn, 'app', 'sts.amazonaws.com'],
  );
  const bearer: Caller = { kind: 'web-identity', accountId: ACCOUNT, arn, userId: 'x', accessKeyId: '' };
  assert.deepEqual(principalOf(bearer), { type: 'Federated', name: arn });
  assert.deepEqual(principalContext(bearer, identity.directory), {});
});

test('a session dated more than five minutes ahead is refused, and is good once its time has come', async () => {
  const { id } = await role('Ahead');
  nowMs = NOW_MS + 6 * 60_000;
  const { credentials } = identity.issueSession(
    { accountId: ACCOUNT, principal: { kind: 'role', roleId: id }, name: 'me' },
    900,
  );
  const resolve = () => identity.resolve(credentials.accessKeyId, credentials.sessionToken);
  nowMs = NOW_MS;
  assert.throws(resolve, fails('bad-token'));
  nowMs = NOW_MS + 60_000;
  resolve();
  nowMs = NOW_MS + 6 * 60_000 + 900_000;
  assert.throws(resolve, fails('expired-token'));
  nowMs = NOW_MS;
});

test('sessions of users and federated users are unknown to IAM; those of roles are not', async () => {
  const issue = (principal: Session['principal']) =>
    identity.issueSession({ accountId: ACCOUNT, principal, name: 'x' }, 900).credentials;
  const { id } = await role('ForIam');
  for (const federated of [false, true]) {
    const { accessKeyId, sessionToken } = issue({ kind: 'root', federated });
    assert.throws(() => identity.resolve(accessKeyId, sessionToken, 'iam'), fails('unknown-key'));
    assert.equal(identity.resolve(accessKeyId, sessionToken, 'sts').caller.accountId, ACCOUNT);
  }
  const ofRole = issue({ kind: 'role', roleId: id });
  assert.equal(identity.resolve(ofRole.accessKeyId, ofRole.sessionToken, 'iam').caller.kind, 'assumed-role');
});

test('a padded token has the length that was asked for and holds the same session', () => {
  const tokens = new SessionTokens(SERVER_KEY);
  const session: Session = {
    accountId: ACCOUNT,
    principal: { kind: 'root', federated: false },
    name: '',
    issuedAtMs: NOW_MS,
    expiresAtMs: NOW_MS + 1_000,
  };
  for (const least of [0, 100, 1_000, 1_001, 1_002, 1_003, 4_096]) {
    const { accessKeyId, sessionToken } = tokens.issue(session, randomIds, least);
    assert.ok(
      sessionToken.length >= least && sessionToken.length <= Math.max(least + 4, 400),
      `${sessionToken.length}`,
    );
    assert.deepEqual(tokens.open(accessKeyId, sessionToken), session);
  }
});

test('the largest session that may be has a token that is taken', () => {
  // Base64 of what is sealed, with version, nonce and tag.
  assert.ok(Math.ceil((PACKED_BYTES_MAX + 29) / 3) * 4 <= TOKEN_CHARS_MAX);
});
