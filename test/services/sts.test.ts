import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CreateRoleCommand, DeleteRoleCommand, type IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  type STSClient,
} from '@aws-sdk/client-sts';
import { ACCOUNT, OTHER_ACCOUNT, OTHER_ROOT_KEY, ROOT_KEY, withServices } from './in-process.ts';

const HOUR_MS = 3_600_000;
const arn = (name: string, account = ACCOUNT): string => `arn:aws:iam::${account}:role/${name}`;
const policy = (...Statement: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const trusting = (Principal: unknown, more: object = {}): string =>
  policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });

async function makeRole(iam: IAMClient, RoleName: string, trust: string, changes = {}): Promise<void> {
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, ...changes }));
}

const assume = (sts: STSClient, RoleArn: string, changes: Partial<AssumeRoleCommandInput> = {}) =>
  sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', ...changes }));

async function session(sts: STSClient, role: string) {
  const { Credentials } = await assume(sts, role);
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

const fails = (code: string, message: string | RegExp, status: number) => (error: unknown) => {
  const { name, message: text, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
  assert.deepEqual([name.replace(/Exception$/, ''), $metadata.httpStatusCode], [code, status], text);
  if (typeof message === 'string') assert.equal(text, message);
  else assert.match(text, message);
  return true;
};
const denied = (caller: string, role: string) =>
  fails('AccessDenied', `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: ${role}`, 403);
const ROOT_ARN = `arn:aws:iam::${ACCOUNT}:root`;

test('GetCallerIdentity names root, and a session of a role', () =>
  withServices(async ({ iam, sts }) => {
    const { $metadata: _, ...root } = await sts().send(new GetCallerIdentityCommand({}));
    assert.deepEqual(root, { UserId: ACCOUNT, Account: ACCOUNT, Arn: ROOT_ARN });
    await makeRole(iam(), 'Reader', trusting({ AWS: ACCOUNT }), { Path: '/team/' });
    const answer = await assume(sts(), `arn:aws:iam::${ACCOUNT}:role/team/Reader`);
    const credentials = await session(sts(), `arn:aws:iam::${ACCOUNT}:role/team/Reader`);
    const me = await sts(credentials).send(new GetCallerIdentityCommand({}));
    assert.equal(me.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/Reader/me`);
    assert.equal(me.UserId, answer.AssumedRoleUser?.AssumedRoleId);
    assert.match(me.UserId ?? '', /^AROA[A-Z2-7]{17}:me$/);
  }));

test('a wrong secret, an unknown key, a missing or foreign token and a wrong clock are refused', () =>
  withServices(async ({ iam, sts, advanceMs }) => {
    const call = (credentials: Parameters<typeof sts>[0]) => sts(credentials).send(new GetCallerIdentityCommand({}));
    await assert.rejects(
      call({ ...ROOT_KEY, secretAccessKey: 'wrong' }),
      fails('SignatureDoesNotMatch', /The request signature we calculated does not match/, 403),
    );
    const invalid = fails('InvalidClientTokenId', 'The security token included in the request is invalid.', 403);
    await assert.rejects(call({ ...ROOT_KEY, accessKeyId: 'AKIANOBODY0000000001' }), invalid);
    await makeRole(iam(), 'R', trusting({ AWS: ACCOUNT }));
    const credentials = await session(sts(), arn('R'));
    const { sessionToken: _, ...withoutToken } = credentials;
    await assert.rejects(call(withoutToken), invalid);
    await assert.rejects(call({ ...credentials, sessionToken: 'forged' }), invalid);
    const early = sts();
    advanceMs(6 * 60_000);
    await assert.rejects(
      early.send(new GetCallerIdentityCommand({})),
      fails('SignatureDoesNotMatch', /^Signature expired: \d{8}T\d{6}Z is now earlier than /, 403),
    );
  }));

test('a session ends with its time, and with its role', () =>
  withServices(async ({ iam, sts, advanceMs }) => {
    await makeRole(iam(), 'R', trusting({ AWS: ACCOUNT }));
    const { Credentials } = await assume(sts(), arn('R'), { DurationSeconds: 900 });
    assert.ok(Math.abs(Number(Credentials?.Expiration) - Date.now() - 900_000) < 60_000);
    const credentials = await session(sts(), arn('R'));
    advanceMs(HOUR_MS + 1000);
    await assert.rejects(
      sts(credentials).send(new GetCallerIdentityCommand({})),
      fails('ExpiredToken', 'The security token included in the request is expired', 403),
    );
    const fresh = await session(sts(), arn('R'));
    await iam().send(new DeleteRoleCommand({ RoleName: 'R' }));
    await makeRole(iam(), 'R', trusting({ AWS: ACCOUNT }));
    await assert.rejects(sts(fresh).send(new GetCallerIdentityCommand({})), fails('InvalidClientTokenId', /./, 403));
  }));

test('a role is assumed by whom its trust policy names, and by nobody else', () =>
  withServices(async ({ iam, sts }) => {
    await makeRole(iam(), 'ForService', trusting({ Service: 'bedrock.amazonaws.com' }));
    await makeRole(iam(), 'ForOther', trusting({ AWS: OTHER_ACCOUNT }));
    await makeRole(iam(), 'ForMe', trusting({ AWS: ROOT_ARN }));
    await makeRole(
      iam(),
      'NotForMe',
      policy(
        { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' },
        { Effect: 'Deny', Principal: { AWS: ACCOUNT }, Action: 'sts:*' },
      ),
    );
    await assume(sts(), arn('ForMe'));
    for (const name of ['ForService', 'ForOther', 'NotForMe', 'NotThere']) {
      await assert.rejects(assume(sts(), arn(name)), denied(ROOT_ARN, arn(name)));
    }
    const other = await assume(sts(OTHER_ROOT_KEY), arn('ForOther'));
    assert.equal(other.AssumedRoleUser?.Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/ForOther/me`);
    const otherArn = `arn:aws:iam::${OTHER_ACCOUNT}:root`;
    await assert.rejects(assume(sts(OTHER_ROOT_KEY), arn('ForMe')), denied(otherArn, arn('ForMe')));
  }));

test('a session may assume a role that names its own role; naming the account leaves it to its policies', () =>
  withServices(async ({ iam, sts }) => {
    await makeRole(iam(), 'First', trusting({ AWS: ACCOUNT }));
    await makeRole(iam(), 'Direct', trusting({ AWS: arn('First') }));
    await makeRole(iam(), 'ByAccount', trusting({ AWS: ACCOUNT }));
    const first = sts(await session(sts(), arn('First')));
    const caller = `arn:aws:sts::${ACCOUNT}:assumed-role/First/me`;
    await assume(first, arn('Direct'));
    await assert.rejects(assume(first, arn('ByAccount')), denied(caller, arn('ByAccount')));
    const put = (Effect: string, Resource: string) =>
      iam().send(
        new PutRolePolicyCommand({
          RoleName: 'First',
          PolicyName: Effect,
          PolicyDocument: policy({ Effect, Action: 'sts:AssumeRole', Resource }),
        }),
      );
    await put('Allow', arn('By*'));
    await assume(first, arn('ByAccount'));
    await put('Deny', '*');
    for (const name of ['Direct', 'ByAccount'])
      await assert.rejects(assume(first, arn(name)), denied(caller, arn(name)));
  }));

test('an external id, a session name and a network that the trust policy asks for are checked', () =>
  withServices(async ({ iam, sts }) => {
    const Condition = {
      StringEquals: { 'sts:ExternalId': 'secret-id' },
      StringLike: { 'sts:RoleSessionName': 'ci-*' },
      IpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
    };
    await makeRole(iam(), 'R', trusting({ AWS: ACCOUNT }, { Condition }));
    await assume(sts(), arn('R'), { ExternalId: 'secret-id', RoleSessionName: 'ci-1' });
    await assert.rejects(assume(sts(), arn('R'), { RoleSessionName: 'ci-1' }), denied(ROOT_ARN, arn('R')));
    await assert.rejects(
      assume(sts(), arn('R'), { ExternalId: 'other', RoleSessionName: 'ci-1' }),
      denied(ROOT_ARN, arn('R')),
    );
    await assert.rejects(assume(sts(), arn('R'), { ExternalId: 'secret-id' }), denied(ROOT_ARN, arn('R')));
  }));

test('sessions last no longer than the role, or the chain of roles, allows', () =>
  withServices(async ({ iam, sts }) => {
    await makeRole(iam(), 'Short', trusting({ AWS: ACCOUNT }));
    await makeRole(iam(), 'Long', trusting('*'), { MaxSessionDuration: 43_200 });
    await assume(sts(), arn('Long'), { DurationSeconds: 43_200 });
    await assert.rejects(
      assume(sts(), arn('Short'), { DurationSeconds: 3601 }),
      fails('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.', 400),
    );
    const chained = sts(await session(sts(), arn('Short')));
    await assume(chained, arn('Long'), { DurationSeconds: 3600 });
    await assert.rejects(
      assume(chained, arn('Long'), { DurationSeconds: 3601 }),
      fails(
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
        400,
      ),
    );
    await assert.rejects(assume(sts(), arn('Long'), { DurationSeconds: 60 }), fails('ValidationError', /900/, 400));
    await assert.rejects(
      assume(sts(), arn('Long'), { RoleSessionName: 'a b' }),
      fails('ValidationError', /roleSessionName/, 400),
    );
  }));

test('second factors and context providers, which are not there, are refused', () =>
  withServices(async ({ iam, sts }) => {
    await makeRole(iam(), 'R', trusting({ AWS: ACCOUNT }));
    await assert.rejects(
      assume(sts(), arn('R'), { SerialNumber: 'arn:aws:iam::1:mfa/x', TokenCode: '123456' }),
      fails('AccessDenied', /MultiFactorAuthentication/, 403),
    );
    await assert.rejects(
      assume(sts(), arn('R'), { ProvidedContexts: [{ ContextAssertion: 'abcd' }] }),
      fails('ValidationError', /ProvidedContexts/, 400),
    );
    await assert.rejects(
      assume(sts(), 'arn:aws:iam::role/without-account'),
      fails('ValidationError', 'arn:aws:iam::role/without-account is invalid', 400),
    );
  }));

test('GetAccessKeyInfo gives the account of a root key of this server', () =>
  withServices(async ({ sts }) => {
    const { Account } = await sts().send(new GetAccessKeyInfoCommand({ AccessKeyId: OTHER_ROOT_KEY.accessKeyId }));
    assert.equal(Account, OTHER_ACCOUNT);
    await assert.rejects(
      sts().send(new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIANOBODY0000000001' })),
      fails('ValidationError', 'Invalid Access Key ID', 400),
    );
  }));
