import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Caller, CallerSession } from '#identity';
import { additionalOf, foreignIdentityOf, identityKeyOf, serviceIdentity, userIdentityOf } from './user-identity.ts';

const ACCOUNT = '111122223333';
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.example.com`;

const ROOT: Caller = {
  kind: 'root',
  accountId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:root`,
  userId: ACCOUNT,
  accessKeyId: 'AKIAROOT000000000001',
};
const USER: Caller = {
  kind: 'user',
  accountId: ACCOUNT,
  arn: `arn:aws:iam::${ACCOUNT}:user/team/ana`,
  userId: 'AIDAEXAMPLE000000001',
  accessKeyId: 'AKIAEXAMPLE000000001',
  user: { id: 'AIDAEXAMPLE000000001', name: 'ana', arn: `arn:aws:iam::${ACCOUNT}:user/team/ana` },
};
const SESSION: CallerSession = {
  name: 'night',
  issuedAtMs: Date.UTC(2026, 10, 21, 9, 30, 0, 999),
  expiresAtMs: Date.UTC(2026, 10, 21, 10, 30),
  policy: undefined,
  policyArns: [],
  tags: [],
  transitiveTagKeys: [],
  sourceIdentity: undefined,
};
const ROLE: Caller = {
  kind: 'assumed-role',
  accountId: ACCOUNT,
  arn: `arn:aws:sts::${ACCOUNT}:assumed-role/writer/night`,
  userId: 'AROAEXAMPLE000000001:night',
  accessKeyId: 'ASIAEXAMPLE000000001',
  role: { id: 'AROAEXAMPLE000000001', name: 'writer', arn: `arn:aws:iam::${ACCOUNT}:role/jobs/writer` },
  session: SESSION,
};
const ATTRIBUTES = { creationDate: '2026-11-21T09:30:00Z', mfaAuthenticated: 'false' };
const ROLE_ISSUER = {
  type: 'Role',
  principalId: 'AROAEXAMPLE000000001',
  arn: `arn:aws:iam::${ACCOUNT}:role/jobs/writer`,
  accountId: ACCOUNT,
  userName: 'writer',
};
const WEB_IDENTITY: Caller = {
  kind: 'web-identity',
  accountId: ACCOUNT,
  arn: PROVIDER,
  userId: 'token.example.com:https://app.example.com:repo:team/app:main',
  accessKeyId: '',
  webIdentity: { issuer: 'token.example.com', audience: 'https://app.example.com', subject: 'repo:team/app:main' },
};
const ANONYMOUS: Caller = { kind: 'anonymous', accountId: '', arn: '', userId: '', accessKeyId: '' };

/** Compares the order of keys too: it is that of real records. */
function assertIdentity(actual: object | undefined, expected: object): void {
  assert.equal(JSON.stringify(actual, undefined, 1), JSON.stringify(expected, undefined, 1));
}

test('root has the account as its principal and no name', () => {
  assertIdentity(userIdentityOf(ROOT), {
    type: 'Root',
    principalId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    accountId: ACCOUNT,
    accessKeyId: 'AKIAROOT000000000001',
  });
});

test('a user has a name, and with a long-term key no session', () => {
  assertIdentity(userIdentityOf(USER), {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE000000001',
    arn: `arn:aws:iam::${ACCOUNT}:user/team/ana`,
    accountId: ACCOUNT,
    accessKeyId: 'AKIAEXAMPLE000000001',
    userName: 'ana',
  });
});

test("sessions of GetSessionToken are their user's or root's, and tell when they began", () => {
  const session = { accessKeyId: 'ASIAEXAMPLE000000002', session: { ...SESSION, name: '' } };
  assertIdentity(userIdentityOf({ ...USER, ...session }), {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE000000001',
    arn: `arn:aws:iam::${ACCOUNT}:user/team/ana`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAEXAMPLE000000002',
    userName: 'ana',
    sessionContext: { attributes: ATTRIBUTES },
  });
  assertIdentity(userIdentityOf({ ...ROOT, ...session }), {
    type: 'Root',
    principalId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAEXAMPLE000000002',
    sessionContext: { attributes: ATTRIBUTES },
  });
});

test("a role's session tells its role, with its path, and has no name of its own", () => {
  assertIdentity(userIdentityOf(ROLE), {
    type: 'AssumedRole',
    principalId: 'AROAEXAMPLE000000001:night',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/writer/night`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAEXAMPLE000000001',
    sessionContext: { sessionIssuer: ROLE_ISSUER, attributes: ATTRIBUTES },
  });
});

test('a role session of a web identity tells the provider, one with a source identity whose it is', () => {
  const webIdentity = { issuer: 'token.example.com', subject: 'me', audience: 'app' };
  const caller = { ...ROLE, session: { ...SESSION, webIdentity, sourceIdentity: 'ana' } };
  assertIdentity(userIdentityOf(caller).sessionContext, {
    sessionIssuer: ROLE_ISSUER,
    webIdFederationData: { federatedProvider: PROVIDER, attributes: {} },
    attributes: ATTRIBUTES,
    sourceIdentity: 'ana',
  });
});

test('a federated user tells who federated it: a user, or root', () => {
  const federated: Caller = {
    kind: 'federated-user',
    accountId: ACCOUNT,
    arn: `arn:aws:sts::${ACCOUNT}:federated-user/guest`,
    userId: `${ACCOUNT}:guest`,
    accessKeyId: 'ASIAEXAMPLE000000003',
    session: { ...SESSION, name: 'guest' },
  };
  const [user] = [USER.user];
  assert.ok(user);
  const issuer = {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE000000001',
    arn: `arn:aws:iam::${ACCOUNT}:user/team/ana`,
    accountId: ACCOUNT,
    userName: 'ana',
  };
  const root = { type: 'Root', principalId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT };
  for (const [caller, sessionIssuer] of [
    [{ ...federated, user }, issuer],
    [federated, root],
  ] as const) {
    assertIdentity(userIdentityOf(caller), {
      type: 'FederatedUser',
      principalId: `${ACCOUNT}:guest`,
      arn: `arn:aws:sts::${ACCOUNT}:federated-user/guest`,
      accountId: ACCOUNT,
      accessKeyId: 'ASIAEXAMPLE000000003',
      sessionContext: { sessionIssuer, attributes: ATTRIBUTES },
    });
  }
});

test("the bearer of another issuer's token is named as the token names it", () => {
  assertIdentity(userIdentityOf(WEB_IDENTITY), {
    type: 'WebIdentityUser',
    principalId: `${PROVIDER}:https://app.example.com:repo:team/app:main`,
    userName: 'repo:team/app:main',
    identityProvider: PROVIDER,
  });
});

test('nobody and services have identities of their own', () => {
  assertIdentity(userIdentityOf(ANONYMOUS), { type: 'AWSAccount', principalId: '', accountId: 'anonymous' });
  assertIdentity(serviceIdentity('bedrock.amazonaws.com'), { type: 'AWSService', invokedBy: 'bedrock.amazonaws.com' });
});

test("a Bedrock API key is its user's, its readable part stands for the access key, and the event says so", () => {
  const caller: Caller = {
    ...USER,
    accessKeyId: `BedrockAPIKey-ab12-at-${ACCOUNT}`,
    bearer: 'LONG_TERM',
  };
  assertIdentity(userIdentityOf(caller), {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE000000001',
    arn: `arn:aws:iam::${ACCOUNT}:user/team/ana`,
    accountId: ACCOUNT,
    accessKeyId: `BedrockAPIKey-ab12-at-${ACCOUNT}`,
    userName: 'ana',
  });
  assert.deepEqual(additionalOf(caller), { callWithBearerToken: true });
  assert.deepEqual(additionalOf({ ...ROLE, bearer: 'SHORT_TERM' }), { callWithBearerToken: true });
  assert.equal(additionalOf(ROLE), undefined);
});

test('another account learns whose account and which principal it was, and no more', () => {
  assertIdentity(foreignIdentityOf(ROLE), {
    type: 'AWSAccount',
    principalId: 'AROAEXAMPLE000000001:night',
    accountId: ACCOUNT,
  });
  assertIdentity(foreignIdentityOf(USER), {
    type: 'AWSAccount',
    principalId: 'AIDAEXAMPLE000000001',
    accountId: ACCOUNT,
  });
  assertIdentity(foreignIdentityOf(ANONYMOUS), { type: 'AWSAccount', principalId: '', accountId: 'anonymous' });
  assert.equal(foreignIdentityOf(WEB_IDENTITY).type, 'WebIdentityUser');
});

test('callers with the same key are told alike: whatever an event shows of a caller changes the key', () => {
  const webIdentity = { issuer: 'token.example.com', subject: 'sub', audience: 'aud' };
  const callers: Caller[] = [
    ROOT,
    { ...ROOT, session: SESSION },
    USER,
    { ...USER, bearer: 'LONG_TERM' },
    { ...USER, session: SESSION },
    ROLE,
    { ...ROLE, session: { ...SESSION, webIdentity, sourceIdentity: 'me' } },
    { ...ROLE, kind: 'federated-user', user: USER.user ?? { id: '', name: '', arn: '' } },
    { ...ROOT, kind: 'web-identity', arn: PROVIDER, webIdentity },
    { ...ROOT, kind: 'anonymous' },
  ];
  const tellings = (caller: Caller): string => {
    const { session } = caller;
    return JSON.stringify([userIdentityOf(caller), additionalOf(caller), session?.fromConsole]);
  };
  const seen = new Map<string, string>();
  let told = 0;
  for (const caller of callers.flatMap(variants)) {
    const key = identityKeyOf(caller);
    const telling = tellings(caller);
    assert.equal(seen.get(key) ?? telling, telling, key);
    if (!seen.has(key)) told += 1;
    seen.set(key, telling);
  }
  assert.ok(told > 60, `${told} callers that differ`);
});

/** A caller, and those that differ from it in one leaf; or lack one. */
function variants<T extends object>(value: T): T[] {
  const all: T[] = [value];
  for (const [name, member] of Object.entries(value)) {
    if (member !== null && typeof member === 'object') {
      for (const other of variants(member as object)) all.push({ ...value, [name]: other });
    } else {
      const other = typeof member === 'number' ? member + 60_000 : name === 'kind' ? member : `${String(member)}-other`;
      all.push({ ...value, [name]: other });
    }
    if (member === undefined) continue;
    const { [name as keyof T]: _, ...without } = value;
    if (['session', 'user', 'role', 'webIdentity', 'bearer', 'sourceIdentity', 'fromConsole'].includes(name))
      all.push(without as T);
  }
  return all;
}
