import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  DeleteOpenIDConnectProviderCommand,
  GetRoleCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleWithWebIdentityCommand,
  type AssumeRoleWithWebIdentityCommandInput,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts';
import { rsaKey, TestIssuer, token } from '../../src/identity/web-identity/testing/issuer.ts';
import { ACCOUNT, type InProcess, OTHER_ROOT_KEY, withServices } from './in-process.ts';
import { allow, assume, denied, fails, keysOf, makeRole, policy, roleArn, sessionOf, trust } from './sts-callers.ts';

const KEY = rsaKey('first');
const NEXT_KEY = rsaKey('next');
const ACTION = 'sts:AssumeRoleWithWebIdentity';
const SUB = 'system:serviceaccount:default:app';
const NO_KEY =
  "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements";
const notAuthorized = (action = ACTION) => fails('AccessDenied', `Not authorized to perform ${action}`, 403);

let issuer: TestIssuer;
before(async () => {
  issuer = await TestIssuer.start([KEY]);
});
after(() => issuer.stop());

const issuerName = (): string => issuer.url.replace('http://', '');
const providerArn = (): string => `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuerName()}`;
const trustIssuer = (more: object = {}, actions: string | string[] = ACTION): string =>
  trust({ Federated: providerArn() }, actions, more);
const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const claims = (changes: object = {}): Record<string, unknown> => ({
  iss: issuer.url,
  aud: 'sts.amazonaws.com',
  sub: SUB,
  iat: nowSeconds(),
  exp: nowSeconds() + 600,
  ...changes,
});
const register = (iam: IAMClient) =>
  iam.send(new CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['sts.amazonaws.com'] }));

/** As workloads do: a client without credentials. */
function bring(
  sts: InProcess['sts'],
  text = token(KEY, claims()),
  changes: Partial<AssumeRoleWithWebIdentityCommandInput> = {},
) {
  return sts().send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn('App'),
      RoleSessionName: 'pod',
      WebIdentityToken: text,
      ...changes,
    }),
  );
}

test('a token that the role trusts gives a session, which says who it is and where it came from', () =>
  withServices(async ({ iam, sts }) => {
    await register(iam());
    const Condition = {
      StringEquals: {
        [`${issuerName()}:aud`]: 'sts.amazonaws.com',
        [`${issuerName()}:sub`]: SUB,
        'sts:RoleSessionName': 'pod',
      },
    };
    const seen = {
      Condition: { StringEquals: { 'aws:FederatedProvider': providerArn(), [`${issuerName()}:sub`]: SUB } },
    };
    await makeRole(iam(), 'App', trustIssuer({ Condition }), allow('iam:GetRole', '*', seen));
    const answer = await bring(sts);
    assert.deepEqual(
      [answer.SubjectFromWebIdentityToken, answer.Audience, answer.Provider, answer.AssumedRoleUser?.Arn],
      [SUB, 'sts.amazonaws.com', providerArn(), `arn:aws:sts::${ACCOUNT}:assumed-role/App/pod`],
    );
    const keys = keysOf(answer.Credentials);
    const { UserId, Arn } = await sts(keys).send(new GetCallerIdentityCommand({}));
    assert.deepEqual([UserId, Arn], [answer.AssumedRoleUser?.AssumedRoleId, answer.AssumedRoleUser?.Arn]);
    await iam(keys).send(new GetRoleCommand({ RoleName: 'App' }));
    const other = token(KEY, claims({ sub: 'system:serviceaccount:default:other' }));
    await assert.rejects(bring(sts, other), notAuthorized());
    await assert.rejects(bring(sts, undefined, { RoleSessionName: 'other' }), notAuthorized());
  }));

test('roles that do not trust the provider, or are not there, refuse a good token', () =>
  withServices(async ({ iam, sts }) => {
    await register(iam());
    await makeRole(iam(), 'App', trust({ AWS: ACCOUNT }, 'sts:*'));
    await assert.rejects(bring(sts), notAuthorized());
    await assert.rejects(bring(sts, undefined, { RoleArn: roleArn('NotThere') }), notAuthorized());
    const other = `arn:aws:iam::${ACCOUNT}:oidc-provider/other.example`;
    await makeRole(iam(), 'Other', trust({ Federated: other }, ACTION));
    await assert.rejects(bring(sts, undefined, { RoleArn: roleArn('Other') }), notAuthorized());
    await makeRole(iam(), 'WrongAction', trustIssuer({}, 'sts:AssumeRole'));
    await assert.rejects(bring(sts, undefined, { RoleArn: roleArn('WrongAction') }), notAuthorized());
    const denying = policy(
      { Effect: 'Allow', Principal: { Federated: providerArn() }, Action: ACTION },
      { Effect: 'Deny', Principal: { Federated: providerArn() }, Action: 'sts:*' },
    );
    await makeRole(iam(), 'Denying', denying);
    await assert.rejects(bring(sts, undefined, { RoleArn: roleArn('Denying') }), notAuthorized());
    // The other way round: who is trusted as an issuer is not trusted as a caller.
    await makeRole(iam(), 'Federated', trustIssuer({}, ['sts:AssumeRole', ACTION]));
    const root = `arn:aws:iam::${ACCOUNT}:root`;
    await assert.rejects(assume(sts(), roleArn('Federated')), denied(root, roleArn('Federated')));
  }));

test('a provider counts in its own account only, and until it is deleted', () =>
  withServices(async ({ iam, sts }) => {
    await register(iam(OTHER_ROOT_KEY));
    await makeRole(iam(), 'App', trustIssuer());
    const none = fails(
      'InvalidIdentityToken',
      `No OpenIDConnect provider found in your account for ${issuer.url}`,
      400,
    );
    await assert.rejects(bring(sts), none);
    await register(iam());
    await bring(sts);
    await iam().send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn() }));
    await assert.rejects(bring(sts), none);
  }));

test("wrong, expired, future and forged tokens get AWS's errors", () =>
  withServices(async ({ iam, sts }) => {
    await register(iam());
    await makeRole(iam(), 'App', trustIssuer());
    const invalid = (message: string | RegExp) => fails('InvalidIdentityToken', message, 400);
    await assert.rejects(bring(sts, 'no token'), invalid(/^The ID Token provided is not a valid JWT\./));
    await assert.rejects(bring(sts, token(KEY, claims({ aud: 'x' }))), invalid('Incorrect token audience'));
    await assert.rejects(bring(sts, token(KEY, claims({ sub: undefined }))), invalid('Missing a required claim: sub.'));
    await assert.rejects(bring(sts, token(KEY, claims({ iat: nowSeconds() + 400 }))), invalid(/iat is in the future/));
    await assert.rejects(bring(sts, token({ ...NEXT_KEY, id: KEY.id }, claims())), invalid('Token signature invalid'));
    await assert.rejects(bring(sts, token(NEXT_KEY, claims())), invalid(NO_KEY));
    await assert.rejects(
      bring(sts, token(KEY, claims({ exp: 1_700_000_000 }))),
      fails(
        'ExpiredToken',
        /^Token expired: current date\/time \d+ must be before the expiration date\/time 1700000000$/,
        400,
      ),
    );
    await assert.rejects(
      bring(sts, undefined, { ProviderId: 'www.amazon.com' }),
      fails('ValidationError', /ProviderId/, 400),
    );
    await assert.rejects(bring(sts, 'x'.repeat(20_001)), fails('ValidationError', /webIdentityToken/, 400));
    await iam().send(
      new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn(), ClientID: 'x' }),
    );
    await bring(sts, token(KEY, claims({ aud: 'x' })));
  }));

test('the issuer may change its keys, and be down for a while', () =>
  withServices(async ({ iam, sts, advanceMs }) => {
    await register(iam());
    await makeRole(iam(), 'App', trustIssuer());
    try {
      issuer.answer = (_, response) => void response.writeHead(503).end();
      await assert.rejects(bring(sts), fails('IDPCommunicationError', NO_KEY, 400));
      issuer.answer = undefined;
      advanceMs(10_000);
      await bring(sts);
      issuer.keys = [NEXT_KEY];
      advanceMs(10_000);
      await bring(sts, token(NEXT_KEY, claims()));
      issuer.answer = (request) => void request.socket.destroy();
      advanceMs(3_600_000);
      await bring(sts, token(NEXT_KEY, claims({ exp: nowSeconds() + 7_200 })));
    } finally {
      issuer.answer = undefined;
      issuer.keys = [KEY];
    }
  }));

test('session tags and a source identity of the token need the trust policy too, and go down the chain', () =>
  withServices(async ({ iam, sts }) => {
    await register(iam());
    await makeRole(iam(), 'Untaggable', trustIssuer());
    const both = [ACTION, 'sts:TagSession', 'sts:SetSourceIdentity'];
    const Condition = { StringEquals: { 'aws:RequestTag/Team': 'audit', 'sts:SourceIdentity': 'ann' } };
    await makeRole(iam(), 'App', trustIssuer({ Condition }, both), allow('sts:*'));
    const seen = { Condition: { StringEquals: { 'aws:PrincipalTag/Team': 'audit', 'aws:SourceIdentity': 'ann' } } };
    const chain = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
    await makeRole(iam(), 'Second', trust({ AWS: ACCOUNT }, chain), allow('iam:GetRole', '*', seen));
    const text = token(
      KEY,
      claims({
        'https://aws.amazon.com/tags': { principal_tags: { Team: ['audit'] }, transitive_tag_keys: ['Team'] },
        'https://aws.amazon.com/source_identity': 'ann',
      }),
    );
    await assert.rejects(bring(sts, text, { RoleArn: roleArn('Untaggable') }), notAuthorized('sts:TagSession'));
    await assert.rejects(bring(sts), notAuthorized());
    const answer = await bring(sts, text);
    assert.equal(answer.SourceIdentity, 'ann');
    assert.ok((answer.PackedPolicySize ?? 0) > 0);
    const second = await sessionOf(sts(keysOf(answer.Credentials)), roleArn('Second'));
    await iam(second).send(new GetRoleCommand({ RoleName: 'App' }));
  }));

test('duration and session policies are those of the role and the request', () =>
  withServices(async ({ iam, sts }) => {
    await register(iam());
    await makeRole(iam(), 'App', trustIssuer(), allow('iam:*'));
    await assert.rejects(
      bring(sts, undefined, { DurationSeconds: 3_601 }),
      fails('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.', 400),
    );
    await assert.rejects(bring(sts, undefined, { Policy: '{' }), fails('MalformedPolicyDocument', /JSON/, 400));
    const { Credentials } = await bring(sts, undefined, { DurationSeconds: 900, Policy: allow('iam:ListRoles') });
    assert.ok(Math.abs(Number(Credentials?.Expiration) - Date.now() - 900_000) < 30_000);
    await assert.rejects(
      iam(keysOf(Credentials)).send(new GetRoleCommand({ RoleName: 'App' })),
      fails('AccessDenied', /because no session policy allows the iam:GetRole action/, 403),
    );
  }));

test('authentication methods (amr) and the authorized party can be asked for', () =>
  withServices(async ({ iam, sts }) => {
    await register(iam());
    const Condition = {
      'ForAnyValue:StringLike': { [`${issuerName()}:amr`]: 'mfa*' },
      StringEquals: { [`${issuerName()}:aud`]: 'sts.amazonaws.com', [`${issuerName()}:oaud`]: 'backend' },
    };
    await makeRole(iam(), 'App', trustIssuer({ Condition }));
    const good = { aud: 'backend', azp: 'sts.amazonaws.com', amr: ['pwd', 'mfa-key'] };
    const answer = await bring(sts, token(KEY, claims(good)));
    assert.equal(answer.Audience, 'sts.amazonaws.com');
    for (const changes of [{ amr: ['pwd'] }, { amr: undefined }, { aud: 'frontend' }, { azp: undefined }]) {
      const refused =
        'azp' in changes ? fails('InvalidIdentityToken', 'Incorrect token audience', 400) : notAuthorized();
      await assert.rejects(bring(sts, token(KEY, claims({ ...good, ...changes }))), refused);
    }
  }));
