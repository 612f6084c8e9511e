import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import type { Clock } from '#base';
import type { OidcProvider } from '../directory/entities.ts';
import { WebIdentityFailure, type WebIdentityFailureReason } from './failure.ts';
import { ecKey, publicJwk, rsaKey, type SigningKey, TestIssuer, token } from './testing/issuer.ts';
import { WebIdentities } from './web-identities.ts';

const NOW_S = 1_800_000_000;
const HOUR_MS = 3_600_000;
const SHORT_FETCH_MS = 200;
const KEY = rsaKey('first');
const OTHER_KEY = rsaKey('second');

let issuer: TestIssuer;
let provider: OidcProvider;
let nowMs = NOW_S * 1000;
let webIdentities: WebIdentities;
const told: string[] = [];
const onFailure = (_: string, failure: WebIdentityFailure | undefined): number =>
  told.push(failure?.reason ?? 'fetched');
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

before(async () => {
  issuer = await TestIssuer.start([KEY]);
  provider = providerOf(issuer.url);
});
after(() => issuer.stop());
beforeEach(() => {
  nowMs = NOW_S * 1000;
  issuer.keys = [KEY];
  issuer.answer = undefined;
  issuer.discovery = {};
  issuer.asked.length = 0;
  told.length = 0;
  webIdentities = new WebIdentities({ clock, onFailure });
});

function providerOf(url: string): OidcProvider {
  return {
    id: 'OIDC1',
    accountId: '123456789012',
    name: url.replace(/^https?:\/\//, ''),
    path: '/',
    createdAtMs: 0,
    url,
    clientIds: ['sts.amazonaws.com', 'another'],
    thumbprints: [],
    tags: [],
  };
}

const claims = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  iss: issuer.url,
  aud: 'sts.amazonaws.com',
  sub: 'repo:varve:main',
  iat: NOW_S - 10,
  exp: NOW_S + 600,
  ...changes,
});
const verify = (text: string) => webIdentities.verify(text, provider);

async function refuses(reason: WebIdentityFailureReason, text: string, detail?: string | RegExp): Promise<void> {
  await assert.rejects(verify(text), (error) => {
    assert.ok(error instanceof WebIdentityFailure, String(error));
    assert.equal(error.reason, reason, error.message);
    if (typeof detail === 'string') assert.equal(error.detail, detail);
    else if (detail) assert.match(error.detail, detail);
    return true;
  });
}

test('a good token tells its subject, audience and session claims', async () => {
  const plain = await verify(token(KEY, claims()));
  assert.deepEqual(plain, {
    subject: 'repo:varve:main',
    audience: 'sts.amazonaws.com',
    originalAudiences: [],
    methods: [],
    tags: [],
    transitiveTagKeys: [],
    sourceIdentity: undefined,
  });
  const rich = await verify(
    token(
      KEY,
      claims({
        aud: ['a', 'b'],
        azp: 'another',
        amr: ['authenticated', 'mfa'],
        'https://aws.amazon.com/tags': {
          principal_tags: { Team: ['audit'], Empty: [''] },
          transitive_tag_keys: ['Team'],
        },
        'https://aws.amazon.com/tags/principal_tags/Cost': '7',
        'https://aws.amazon.com/source_identity': 'alice',
      }),
    ),
  );
  assert.deepEqual(rich, {
    subject: 'repo:varve:main',
    audience: 'another',
    originalAudiences: ['a', 'b'],
    methods: ['authenticated', 'mfa'],
    tags: [
      { key: 'Team', value: 'audit' },
      { key: 'Empty', value: '' },
      { key: 'Cost', value: '7' },
    ],
    transitiveTagKeys: ['Team'],
    sourceIdentity: 'alice',
  });
});

test('every algorithm that is taken is taken, each with its own kind of key', async () => {
  const keys: Record<string, SigningKey> = {
    RS256: KEY,
    RS384: KEY,
    RS512: KEY,
    PS256: KEY,
    ES256: ecKey('p256', 'P-256'),
    ES384: ecKey('p384', 'P-384'),
    ES512: ecKey('p521', 'P-521'),
  };
  issuer.keys = [...new Set(Object.values(keys))];
  for (const [algorithm, key] of Object.entries(keys)) await verify(token(key, claims(), algorithm));
});

test('a token chooses neither no signature, nor an HMAC over the public key, nor another curve', async () => {
  const p256 = ecKey('p256', 'P-256');
  issuer.keys = [KEY, p256];
  const [, body] = token(KEY, claims()).split('.');
  const named = (alg: string): string => Buffer.from(JSON.stringify({ alg, kid: KEY.id })).toString('base64url');
  await refuses('malformed', `${named('none')}.${body}.`);
  await refuses('unverifiable', `${named('none')}.${body}.AAAA`);
  const pem = KEY.publicKey.export({ format: 'pem', type: 'spki' });
  for (const secret of [pem, JSON.stringify(publicJwk(KEY))]) {
    const signed = `${named('HS256')}.${body}`;
    await refuses('unverifiable', `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`);
  }
  await refuses('unverifiable', token(p256, claims(), 'ES256', { alg: 'ES384' }));
  await refuses('unverifiable', token(p256, claims(), 'ES256', { alg: 'RS256' }));
  await refuses('unverifiable', token(KEY, claims(), 'RS256', { alg: 'ES256' }));
  await refuses('unverifiable', token(KEY, claims(), 'RS256', { crit: ['exp'] }));
  await refuses('bad-signature', token(KEY, claims(), 'RS256', { alg: 'RS512' }));
  await refuses('bad-signature', token(KEY, claims(), 'RS256', { alg: 'PS256' }));
});

test('a changed token, another key under the same id, and a key that the token brings itself are refused', async () => {
  const good = token(KEY, claims());
  const [head, , signature] = good.split('.');
  const forged = Buffer.from(JSON.stringify(claims({ sub: 'admin' }))).toString('base64url');
  await refuses('bad-signature', `${head}.${forged}.${signature}`);
  await refuses('bad-signature', token({ ...OTHER_KEY, id: KEY.id }, claims()));
  await refuses('unverifiable', token(OTHER_KEY, claims(), 'RS256', { jwk: publicJwk(OTHER_KEY), kid: 'mine' }));
  await refuses('bad-signature', good.slice(0, -8));
  assert.equal(issuer.keyFetches, 1);
});

test('what is no token is malformed and costs no request', async () => {
  const long = 'a'.repeat(20_000);
  for (const text of [
    '',
    'a',
    'a.b',
    'a.b.c.d',
    '..',
    'e30.e30.e30',
    'W10.W10.AA',
    `${long}.${long}.${long}`,
    'ä.b.c',
  ]) {
    await refuses('malformed', text);
    assert.throws(() => webIdentities.claimedIssuer(text), WebIdentityFailure);
  }
  assert.equal(issuer.asked.length, 0);
});

test('issuer, audience, times and subject must be right, and are checked before any request', async () => {
  await refuses('issuer', token(KEY, claims({ iss: `${issuer.url}/` })));
  await refuses('issuer', token(KEY, claims({ iss: 'https://example.com' })));
  await refuses('audience', token(KEY, claims({ aud: 'somebody' })));
  await refuses('audience', token(KEY, claims({ azp: 'somebody' })));
  await refuses('audiences', token(KEY, claims({ aud: ['sts.amazonaws.com', 'another'] })));
  await refuses('missing-claim', token(KEY, claims({ aud: undefined })), 'aud');
  await refuses('missing-claim', token(KEY, claims({ iss: undefined })), 'iss');
  await refuses('missing-claim', token(KEY, claims({ sub: undefined })), 'sub');
  await refuses('missing-claim', token(KEY, claims({ sub: '' })), 'sub');
  await refuses('bad-claim', token(KEY, claims({ sub: 7 })), 'sub');
  await refuses('missing-claim', token(KEY, claims({ exp: undefined })), 'exp');
  await refuses('missing-claim', token(KEY, claims({ iat: undefined })), 'iat');
  await refuses('bad-claim', token(KEY, claims({ exp: 'tomorrow' })), 'exp');
  await refuses('expired', token(KEY, claims({ exp: NOW_S })), String(NOW_S));
  await refuses('not-yet-valid', token(KEY, claims({ iat: NOW_S + 301 })), 'iat');
  await refuses('not-yet-valid', token(KEY, claims({ nbf: NOW_S + 301 })), 'nbf');
  assert.equal(issuer.asked.length, 0);
  await verify(token(KEY, claims({ iat: NOW_S + 299, nbf: NOW_S + 299, exp: NOW_S + 1 })));
});

test('session claims that no session could have are refused', async () => {
  const tags = (principal_tags: unknown) => claims({ 'https://aws.amazon.com/tags': { principal_tags } });
  await refuses('bad-claim', token(KEY, tags({ Team: ['a', 'b'] })));
  await refuses('bad-claim', token(KEY, tags({ Team: [7] })));
  await refuses('bad-claim', token(KEY, tags({ ['k'.repeat(129)]: ['v'] })));
  await refuses('bad-claim', token(KEY, tags({ k: ['v'.repeat(257)] })));
  await refuses('bad-claim', token(KEY, tags({ 'k<': ['v'] })));
  await refuses('bad-claim', token(KEY, claims({ 'https://aws.amazon.com/source_identity': 'two words' })));
});

test('a rotated key is found once; many unknown key ids make one request each ten seconds', async () => {
  await verify(token(KEY, claims()));
  nowMs += 10_000;
  issuer.keys = [OTHER_KEY];
  await verify(token(OTHER_KEY, claims()));
  assert.equal(issuer.keyFetches, 2);
  const unknown = (kid: string): Promise<void> => refuses('unverifiable', token(KEY, claims(), 'RS256', { kid }));
  for (let round = 0; round < 3; round++) {
    nowMs += 10_000;
    await Promise.all(Array.from({ length: 50 }, (_, index) => unknown(`no-${round}-${index}`)));
  }
  assert.equal(issuer.keyFetches, 5);
  assert.equal(issuer.asked.length, 10);
});

test('tokens that come together wait for one fetch', async () => {
  await Promise.all(Array.from({ length: 20 }, () => verify(token(KEY, claims()))));
  assert.equal(issuer.asked.length, 2);
});

test('keys are used for an hour, and for a day when the issuer is down; then it is unreachable', async () => {
  const late = () => token(KEY, claims({ exp: NOW_S + 200_000 }));
  await verify(late());
  nowMs += HOUR_MS - 1;
  await verify(late());
  assert.equal(issuer.keyFetches, 1);
  nowMs += 1;
  await verify(late());
  assert.equal(issuer.keyFetches, 2);
  issuer.answer = (_, response) => void response.writeHead(503).end();
  nowMs += 24 * HOUR_MS - 1;
  await verify(late());
  nowMs += 1;
  await refuses('unreachable', late(), /503/);
  issuer.answer = undefined;
  await refuses('unreachable', late());
  nowMs += 10_000;
  await verify(late());
});

test('an issuer that is slow or silent is given up', async () => {
  webIdentities = new WebIdentities({ clock, onFailure, fetchMsMax: SHORT_FETCH_MS });
  for (const answer of [() => undefined, (_: unknown, response: ServerResponse) => void response.write('{')]) {
    nowMs += 10_000;
    issuer.answer = answer;
    await refuses('unreachable', token(KEY, claims({ exp: NOW_S + 1_000 })), /TimeoutError/);
  }
});

test('an issuer that hangs up, is huge, redirects or is no issuer is given up', async () => {
  const good = () => token(KEY, claims({ exp: NOW_S + 200_000 }));
  const cases: [WebIdentityFailureReason, TestIssuer['answer'], RegExp?][] = [
    ['unreachable', (request) => void request.socket.destroy()],
    ['unusable-issuer', (_, response) => void response.end(Buffer.alloc(1024 * 1024 + 1, ' ')), /larger/],
    ['unusable-issuer', (_, response) => void response.writeHead(302, { location: `${issuer.url}/x` }).end(), /302/],
    ['unusable-issuer', (_, response) => void response.writeHead(404).end(), /404/],
    ['unusable-issuer', (_, response) => void response.end('<html>'), /JSON/],
    ['unusable-issuer', (_, response) => void response.end('null')],
    ['unusable-issuer', (_, response) => void response.end('[]')],
  ];
  for (const [reason, answer, detail] of cases) {
    nowMs += 10_000;
    issuer.answer = answer;
    await refuses(reason, good(), detail);
  }
  assert.ok(!issuer.asked.includes('/x'));
});

test('an issuer that names another issuer, or keys at a place that may not be asked, is given up', async () => {
  const cases: Record<string, unknown>[] = [
    { issuer: 'https://example.com' },
    { issuer: `${issuer.url}/` },
    { jwks_uri: 'http://example.com/keys' },
    { jwks_uri: 'file:///etc/passwd' },
    { jwks_uri: issuer.url.replace('http://', 'http://user:secret@') },
    { jwks_uri: 7 },
  ];
  for (const discovery of cases) {
    nowMs += 10_000;
    issuer.discovery = discovery;
    await refuses('unusable-issuer', token(KEY, claims({ exp: NOW_S + 1_000 })));
  }
  assert.equal(issuer.keyFetches, 0);
});

test('keys that are too weak, for other uses or of other kinds are passed over; too many are refused', async () => {
  const weak = rsaKey('weak', 1_024);
  const documents =
    (keys: unknown): TestIssuer['answer'] =>
    (request, response) => {
      const discovery = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` };
      response.end(JSON.stringify(request.url === '/keys' ? { keys } : discovery));
    };
  const sets: [unknown, WebIdentityFailureReason][] = [
    [[publicJwk(weak)], 'unverifiable'],
    [[{ ...publicJwk(KEY), use: 'enc' }], 'unverifiable'],
    [[{ ...publicJwk(KEY), key_ops: ['encrypt'] }], 'unverifiable'],
    [[{ ...publicJwk(KEY), alg: 'RS512' }], 'unverifiable'],
    [[{ kty: 'oct', k: 'AAAA', kid: KEY.id }, 7, null, { kty: 'RSA', kid: KEY.id, n: '!', e: 'AQAB' }], 'unverifiable'],
    ['keys', 'unusable-issuer'],
    [Array.from({ length: 201 }, () => publicJwk(KEY)), 'unusable-issuer'],
  ];
  for (const [keys, reason] of sets) {
    nowMs += 10_000;
    issuer.answer = documents(keys);
    await refuses(reason, token(KEY, claims({ exp: NOW_S + 1_000 })));
  }
  nowMs += 10_000;
  await refuses('unusable-issuer', token(weak, claims({ exp: NOW_S + 1_000 })));
});

test('a token without a key id is tried with every key that fits', async () => {
  issuer.keys = [OTHER_KEY, ecKey('p256', 'P-256'), KEY];
  await verify(token(KEY, claims(), 'RS256', { kid: undefined }));
  await refuses('bad-signature', token(rsaKey('third'), claims(), 'RS256', { kid: undefined }));
});

test('the operator is told once when keys cannot be fetched, and once when they can again', async () => {
  const answers = [503, 503, 404, undefined, undefined];
  for (const status of answers) {
    nowMs += 10_000;
    issuer.answer = status === undefined ? undefined : (_, response) => void response.writeHead(status).end();
    await verify(token(KEY, claims({ exp: NOW_S + 1_000 }))).catch(() => undefined);
  }
  assert.deepEqual(told, ['unreachable', 'unusable-issuer', 'fetched']);
});

test('closing ends what is being fetched', async () => {
  webIdentities = new WebIdentities({ clock, onFailure });
  issuer.answer = () => undefined;
  const waiting = refuses('unreachable', token(KEY, claims()));
  setTimeout(() => webIdentities.close(), 20);
  await waiting;
});
