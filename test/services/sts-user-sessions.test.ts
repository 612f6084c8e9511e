import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import {
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  type GetFederationTokenCommandInput,
  GetSessionTokenCommand,
  type STSClient,
} from '@aws-sdk/client-sts';
import { ACCOUNT, OTHER_ACCOUNT, OTHER_ROOT_KEY, ROOT_KEY, withServices } from './in-process.ts';
import { allow, assume, denied, fails, keysOf, makeRole, makeUser, roleArn, sessionOf, trust } from './sts-callers.ts';

const stranger = fails('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
const who = async (sts: STSClient): Promise<string[]> => {
  const { UserId = '', Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
  return [UserId, Account, Arn];
};
const sessionToken = async (sts: STSClient, DurationSeconds?: number) =>
  keysOf((await sts.send(new GetSessionTokenCommand({ DurationSeconds }))).Credentials);
const federated = async (sts: STSClient, changes: Partial<GetFederationTokenCommandInput> = {}) =>
  keysOf((await sts.send(new GetFederationTokenCommand({ Name: 'guest', ...changes }))).Credentials);
const secondsLeft = (expiration: Date | undefined): number => Math.round((Number(expiration) - Date.now()) / 1000);
const around = (actual: number, expected: number): void => assert.ok(Math.abs(actual - expected) < 30, `${actual}`);

test('a session of GetSessionToken is its user; a user needs no permission for one', () =>
  withServices(async ({ iam, sts }) => {
    const keys = await makeUser(iam(), 'ann');
    const session = await sessionToken(sts(keys));
    assert.match(session.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
    assert.deepEqual(await who(sts(session)), await who(sts(keys)));
    const root = await sessionToken(sts());
    assert.deepEqual(await who(sts(root)), [ACCOUNT, ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`]);
  }));

test('GetSessionToken lasts twelve hours unless told otherwise, and an hour at most for root', () =>
  withServices(async ({ iam, sts }) => {
    const ann = sts(await makeUser(iam(), 'ann'));
    const lasts = async (client: STSClient, DurationSeconds?: number): Promise<number> =>
      secondsLeft((await client.send(new GetSessionTokenCommand({ DurationSeconds }))).Credentials?.Expiration);
    around(await lasts(ann), 43_200);
    around(await lasts(ann, 129_600), 129_600);
    around(await lasts(ann, 900), 900);
    around(await lasts(sts()), 3_600);
    around(await lasts(sts(), 129_600), 3_600);
    await assert.rejects(lasts(ann, 899), fails('ValidationError', /900/, 400));
    await assert.rejects(lasts(ann, 129_601), fails('ValidationError', /129600/, 400));
    await assert.rejects(
      ann.send(new GetSessionTokenCommand({ SerialNumber: 'arn:aws:iam::1:mfa/x', TokenCode: '123456' })),
      fails('AccessDenied', /MultiFactorAuthentication/, 403),
    );
  }));

test('sessions of GetSessionToken are strangers to IAM, and of STS have AssumeRole and GetCallerIdentity only', () =>
  withServices(async ({ iam, sts }) => {
    const keys = await makeUser(iam(), 'ann', allow('*'));
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }), allow('iam:GetRole'), { MaxSessionDuration: 43_200 });
    const session = await sessionToken(sts(keys));
    await assert.rejects(iam(session).send(new GetUserCommand({ UserName: 'ann' })), stranger);
    await assert.rejects(iam(await sessionToken(sts())).send(new GetUserCommand({ UserName: 'ann' })), stranger);
    // It is the user's own session and no chain of roles.
    const role = await sessionOf(sts(session), roleArn('R'), { DurationSeconds: 43_200 });
    await iam(role).send(new GetRoleCommand({ RoleName: 'R' }));
    const cannot = (operation: string) =>
      fails('AccessDenied', `Cannot call ${operation} with session credentials`, 403);
    await assert.rejects(sts(session).send(new GetSessionTokenCommand({})), cannot('GetSessionToken'));
    await assert.rejects(
      sts(session).send(new GetFederationTokenCommand({ Name: 'x1' })),
      cannot('GetFederationToken'),
    );
    const info = new GetAccessKeyInfoCommand({ AccessKeyId: keys.accessKeyId });
    await assert.rejects(sts(session).send(info), cannot('GetAccessKeyInfo'));
    await assert.rejects(sts(role).send(new GetSessionTokenCommand({})), cannot('GetSessionToken'));
  }));

test('a session ends with its user, and with its time', () =>
  withServices(async ({ iam, sts, advanceMs }) => {
    const keys = await makeUser(iam(), 'ann', allow('sts:*'));
    const session = await sessionToken(sts(keys));
    const guest = await federated(sts(keys), { Policy: allow('*') });
    await who(sts(session));
    advanceMs(12 * 3_600_000 + 1_000);
    await assert.rejects(who(sts(session)), fails('ExpiredToken', /is expired$/, 403));
    await assert.rejects(who(sts(guest)), fails('ExpiredToken', /is expired$/, 403));
    const fresh = [await sessionToken(sts(keys)), await federated(sts(keys), { Policy: allow('*') })];
    for (const one of fresh) await who(sts(one));
    const UserName = 'ann';
    const { AccessKeyMetadata = [] } = await iam().send(new ListAccessKeysCommand({ UserName }));
    for (const { AccessKeyId } of AccessKeyMetadata) {
      await iam().send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    }
    // Without its key the user is still there, and so are its sessions.
    for (const one of fresh) await who(sts(one));
    await iam().send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'own' }));
    await iam().send(new DeleteUserCommand({ UserName }));
    await makeUser(iam(), 'ann', allow('*'));
    for (const one of fresh) await assert.rejects(who(sts(one)), stranger);
  }));

test('a changed token, one of another key, and one that is dated ahead of the clock are refused', () =>
  withServices(async ({ iam, sts, advanceMs }) => {
    const ann = await makeUser(iam(), 'ann');
    const session = await sessionToken(sts(ann));
    const other = await sessionToken(sts(ann));
    const { sessionToken: text } = session;
    const middle = Math.floor(text.length / 2);
    const flipped = `${text.slice(0, middle)}${text[middle] === 'A' ? 'B' : 'A'}${text.slice(middle + 1)}`;
    await assert.rejects(who(sts({ ...session, sessionToken: flipped })), stranger);
    await assert.rejects(who(sts({ ...session, sessionToken: other.sessionToken })), stranger);
    await assert.rejects(
      who(sts({ ...session, secretAccessKey: other.secretAccessKey })),
      fails('SignatureDoesNotMatch', /./, 403),
    );
    advanceMs(-4 * 60_000);
    await who(sts(session));
    advanceMs(-2 * 60_000);
    await assert.rejects(who(sts(session)), stranger);
    await who(sts(ann));
  }));

test('a federated user may do what both the user and the session policies allow, and nothing without policies', () =>
  withServices(async ({ iam, sts }) => {
    const document = allow(['sts:GetFederationToken', 'sts:GetAccessKeyInfo', 'sts:AssumeRole']);
    const ann = sts(await makeUser(iam(), 'ann', document));
    const answer = await ann.send(
      new GetFederationTokenCommand({ Name: 'guest', Policy: allow(['sts:AssumeRole', 'iam:*']) }),
    );
    const guestArn = `arn:aws:sts::${ACCOUNT}:federated-user/guest`;
    assert.deepEqual(answer.FederatedUser, { FederatedUserId: `${ACCOUNT}:guest`, Arn: guestArn });
    assert.ok((answer.PackedPolicySize ?? 0) > 0);
    around(secondsLeft(answer.Credentials?.Expiration), 43_200);
    const guest = keysOf(answer.Credentials);
    assert.deepEqual(await who(sts(guest)), [`${ACCOUNT}:guest`, ACCOUNT, guestArn]);
    await assert.rejects(iam(guest).send(new GetUserCommand({ UserName: 'ann' })), stranger);
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }));
    await assert.rejects(assume(sts(guest), roleArn('R')), denied(guestArn, roleArn('R')));
    const cannot = (operation: string) =>
      fails('AccessDenied', `Cannot call ${operation} with session credentials`, 403);
    await assert.rejects(sts(guest).send(new GetSessionTokenCommand({})), cannot('GetSessionToken'));
    const info = new GetAccessKeyInfoCommand({ AccessKeyId: ROOT_KEY.accessKeyId });
    await assert.rejects(sts(guest).send(info), fails('AccessDenied', /no session policy allows/, 403));
    const bare = await federated(ann);
    await assert.rejects(sts(bare).send(info), fails('AccessDenied', /no session policy allows/, 403));
    await who(sts(bare));
  }));

test('GetFederationToken needs its action on the federated user, and sts:TagSession for tags', () =>
  withServices(async ({ iam, sts }) => {
    const onGuest = `arn:aws:sts::${ACCOUNT}:federated-user/guest`;
    const ann = sts(await makeUser(iam(), 'ann', allow('sts:GetFederationToken', onGuest)));
    const refused = (action: string, name: string) =>
      fails(
        'AccessDenied',
        `User: arn:aws:iam::${ACCOUNT}:user/ann is not authorized to perform: ${action} on resource: arn:aws:sts::${ACCOUNT}:federated-user/${name} because no identity-based policy allows the ${action} action`,
        403,
      );
    await federated(ann);
    await assert.rejects(federated(ann, { Name: 'other' }), refused('sts:GetFederationToken', 'other'));
    const Tags = [{ Key: 'Team', Value: 'audit' }];
    await assert.rejects(federated(ann, { Tags }), refused('sts:TagSession', 'guest'));
    const onTeam = { Condition: { StringEquals: { 'aws:RequestTag/Team': 'audit' } } };
    const bob = sts(await makeUser(iam(), 'bob', allow(['sts:GetFederationToken', 'sts:TagSession'], '*', onTeam)));
    await federated(bob, { Tags });
    await assert.rejects(federated(bob), fails('AccessDenied', /sts:GetFederationToken/, 403));
    await assert.rejects(federated(ann, { Policy: '{' }), fails('MalformedPolicyDocument', /JSON/, 400));
    await assert.rejects(federated(ann, { Policy: 'x'.repeat(2_049) }), fails('ValidationError', /2048/, 400));
    await assert.rejects(federated(ann, { Name: 'a' }), fails('ValidationError', /name/, 400));
    around(
      secondsLeft((await sts().send(new GetFederationTokenCommand({ Name: 'guest' }))).Credentials?.Expiration),
      3_600,
    );
  }));

test('GetAccessKeyInfo tells the account of keys of this server, and of the session that asks', () =>
  withServices(async ({ iam, sts }) => {
    const account = async (client: STSClient, AccessKeyId: string) =>
      (await client.send(new GetAccessKeyInfoCommand({ AccessKeyId }))).Account;
    const there = await makeUser(iam(OTHER_ROOT_KEY), 'ann');
    assert.equal(await account(sts(), OTHER_ROOT_KEY.accessKeyId), OTHER_ACCOUNT);
    assert.equal(await account(sts(), there.accessKeyId), OTHER_ACCOUNT);
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }), allow('sts:GetAccessKeyInfo'));
    const session = await sessionOf(sts(), roleArn('R'));
    assert.equal(await account(sts(session), session.accessKeyId), ACCOUNT);
    for (const unknown of ['AKIANOBODY0000000001', session.accessKeyId]) {
      await assert.rejects(account(sts(), unknown), fails('ValidationError', 'Invalid Access Key ID', 400));
    }
    await assert.rejects(account(sts(there), there.accessKeyId), fails('AccessDenied', /sts:GetAccessKeyInfo/, 403));
  }));
