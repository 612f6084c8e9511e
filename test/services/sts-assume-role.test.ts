import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { CreatePolicyCommand, GetRoleCommand, ListRolesCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { ACCOUNT, OTHER_ACCOUNT, OTHER_ROOT_KEY, withServices } from './in-process.ts';
import { allow, assume, denied, fails, makeRole, makeUser, policy, roleArn, sessionOf, trust } from './sts-callers.ts';

const USER_ARN = `arn:aws:iam::${ACCOUNT}:user/ann`;
const BOTH = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];
const noIdentityPolicy = fails('AccessDenied', /because no identity-based policy allows the iam:/, 403);
const noSessionPolicy = fails('AccessDenied', /because no session policy allows the iam:/, 403);

test('a user needs both: a policy that lets them assume the role, and a role that trusts the account', () =>
  withServices(async ({ iam, sts }) => {
    const ann = sts(await makeUser(iam(), 'ann', allow('sts:AssumeRole', roleArn('Trusts*'))));
    await makeRole(iam(), 'TrustsAccount', trust({ AWS: ACCOUNT }));
    await makeRole(iam(), 'TrustsAnn', trust({ AWS: USER_ARN }));
    await makeRole(iam(), 'TrustsOthers', trust({ AWS: OTHER_ACCOUNT }));
    await makeRole(iam(), 'Named', trust({ AWS: USER_ARN }));
    await makeRole(iam(), 'Account', trust({ AWS: ACCOUNT }));
    await assume(ann, roleArn('TrustsAccount'));
    await assume(ann, roleArn('TrustsAnn'));
    // Named by the role itself, a user of the same account needs nothing of their own.
    await assume(ann, roleArn('Named'));
    for (const name of ['TrustsOthers', 'Account', 'TrustsNobodyAsItIsNotThere']) {
      await assert.rejects(assume(ann, roleArn(name)), denied(USER_ARN, roleArn(name)));
    }
  }));

test('across accounts both sides must allow', () =>
  withServices(async ({ iam, sts }) => {
    const there = iam(OTHER_ROOT_KEY);
    const without = await makeUser(there, 'ann');
    await makeRole(iam(), 'Audit', trust({ AWS: `arn:aws:iam::${OTHER_ACCOUNT}:user/ann` }), allow('iam:GetRole'));
    const annThere = `arn:aws:iam::${OTHER_ACCOUNT}:user/ann`;
    await assert.rejects(assume(sts(without), roleArn('Audit')), denied(annThere, roleArn('Audit')));
    const bob = await makeUser(there, 'bob', allow('sts:AssumeRole'));
    await assert.rejects(
      assume(sts(bob), roleArn('Audit')),
      denied(`arn:aws:iam::${OTHER_ACCOUNT}:user/bob`, roleArn('Audit')),
    );
    await makeRole(iam(), 'ForAll', trust({ AWS: OTHER_ACCOUNT }), allow('iam:GetRole'));
    const keys = await sessionOf(sts(bob), roleArn('ForAll'));
    const { Account, Arn } = await sts(keys).send(new GetCallerIdentityCommand({}));
    assert.deepEqual([Account, Arn], [ACCOUNT, `arn:aws:sts::${ACCOUNT}:assumed-role/ForAll/me`]);
    const { Role } = await iam(keys).send(new GetRoleCommand({ RoleName: 'Audit' }));
    assert.equal(Role?.Arn, roleArn('Audit'));
    await assert.rejects(
      assume(sts(bob), roleArn('NotThere')),
      denied(`arn:aws:iam::${OTHER_ACCOUNT}:user/bob`, roleArn('NotThere')),
    );
    const unknown = roleArn('R', '999999999999');
    await assert.rejects(assume(sts(bob), unknown), denied(`arn:aws:iam::${OTHER_ACCOUNT}:user/bob`, unknown));
  }));

test('inline and managed session policies narrow what the role may, and add nothing', () =>
  withServices(async ({ iam, sts }) => {
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }), allow(['iam:GetRole', 'iam:ListRoles']));
    const { Policy } = await iam().send(
      new CreatePolicyCommand({ PolicyName: 'Reading', PolicyDocument: allow('iam:GetRole') }),
    );
    const get = new GetRoleCommand({ RoleName: 'R' });
    const list = new ListRolesCommand({});
    const inline = await assume(sts(), roleArn('R'), { Policy: allow(['iam:GetRole', 'iam:CreateUser']) });
    assert.ok((inline.PackedPolicySize ?? 0) > 0 && (inline.PackedPolicySize ?? 0) < 20);
    const managed = await sessionOf(sts(), roleArn('R'), { PolicyArns: [{ arn: Policy?.Arn ?? '' }] });
    const narrowed = iam(await sessionOf(sts(), roleArn('R'), { Policy: allow(['iam:GetRole', 'iam:CreateUser']) }));
    for (const client of [narrowed, iam(managed)]) {
      await client.send(get);
      await assert.rejects(client.send(list), noSessionPolicy);
    }
    const whole = await assume(sts(), roleArn('R'));
    assert.equal(whole.PackedPolicySize, undefined);
    await iam(await sessionOf(sts(), roleArn('R'))).send(list);
    const useless = iam(await sessionOf(sts(), roleArn('R'), { Policy: allow('iam:ListUsers') }));
    await assert.rejects(useless.send(get), noSessionPolicy);
  }));

test('session policies that are malformed, too long, too many or not there are refused', () =>
  withServices(async ({ iam, sts }) => {
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }));
    const asks = (changes: Parameters<typeof assume>[2]) => assume(sts(), roleArn('R'), changes);
    await assert.rejects(
      asks({ Policy: '{' }),
      fails('MalformedPolicyDocument', 'The policy is not in the valid JSON format.', 400),
    );
    await assert.rejects(
      asks({ Policy: policy({ Effect: 'Allow', Action: '*' }) }),
      fails('MalformedPolicyDocument', /resource/i, 400),
    );
    await assert.rejects(asks({ Policy: trust({ AWS: '*' }) }), fails('MalformedPolicyDocument', /principal/i, 400));
    const long = allow('iam:GetRole', roleArn('R'.repeat(2_000)));
    await assert.rejects(asks({ Policy: long }), fails('ValidationError', /at 'policy'.*2048/, 400));
    const arns = Array.from({ length: 11 }, (_, index) => ({ arn: `arn:aws:iam::${ACCOUNT}:policy/p${index}` }));
    await assert.rejects(asks({ PolicyArns: arns }), fails('ValidationError', /at 'policyArns'.*10/, 400));
    await assert.rejects(
      asks({ PolicyArns: arns.slice(0, 1) }),
      fails('ValidationError', `Invalid policy ARN: arn:aws:iam::${ACCOUNT}:policy/p0`, 400),
    );
    const foreign = [{ arn: `arn:aws:iam::${OTHER_ACCOUNT}:policy/p` }];
    await assert.rejects(asks({ PolicyArns: foreign }), fails('ValidationError', /Invalid policy ARN/, 400));
  }));

test('session tags need sts:TagSession on both sides, and policies see them over the tags of the role', () =>
  withServices(async ({ iam, sts }) => {
    const Tags = [{ Key: 'Team', Value: 'audit' }];
    const plain = await makeUser(iam(), 'ann', allow('sts:AssumeRole'));
    const tagger = await makeUser(iam(), 'bob', allow(['sts:AssumeRole', 'sts:TagSession']));
    const ownPolicy = allow('iam:GetRole', '*', { Condition: { StringEquals: { 'aws:PrincipalTag/team': 'audit' } } });
    const roleTags = { Tags: [{ Key: 'team', Value: 'none' }] };
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }, BOTH), ownPolicy, roleTags);
    await makeRole(iam(), 'Untaggable', trust({ AWS: ACCOUNT }));
    await assert.rejects(assume(sts(plain), roleArn('R'), { Tags }), denied(USER_ARN, roleArn('R'), 'sts:TagSession'));
    const bobArn = `arn:aws:iam::${ACCOUNT}:user/bob`;
    await assert.rejects(
      assume(sts(tagger), roleArn('Untaggable'), { Tags }),
      denied(bobArn, roleArn('Untaggable'), 'sts:TagSession'),
    );
    const get = new GetRoleCommand({ RoleName: 'R' });
    await iam(await sessionOf(sts(tagger), roleArn('R'), { Tags })).send(get);
    await assert.rejects(iam(await sessionOf(sts(tagger), roleArn('R'))).send(get), noIdentityPolicy);
  }));

test('a trust policy can ask for tags: keys, values and transitivity', () =>
  withServices(async ({ iam, sts }) => {
    const Condition = {
      StringEquals: { 'aws:RequestTag/Project': 'apollo' },
      'ForAllValues:StringEquals': { 'aws:TagKeys': ['Project', 'Cost'], 'sts:TransitiveTagKeys': ['Project'] },
    };
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }, BOTH, { Condition }));
    const Project = { Key: 'Project', Value: 'apollo' };
    const root = `arn:aws:iam::${ACCOUNT}:root`;
    await assume(sts(), roleArn('R'), { Tags: [Project], TransitiveTagKeys: ['Project'] });
    await assume(sts(), roleArn('R'), { Tags: [Project, { Key: 'Cost', Value: '7' }] });
    for (const changes of [
      {},
      { Tags: [{ Key: 'Project', Value: 'gemini' }] },
      { Tags: [Project, { Key: 'Other', Value: '' }] },
      { Tags: [Project, { Key: 'Cost', Value: '7' }], TransitiveTagKeys: ['Cost'] },
    ]) {
      await assert.rejects(assume(sts(), roleArn('R'), changes), denied(root, roleArn('R')));
    }
  }));

test('transitive tags go down the whole chain and cannot be set again; others end with their session', () =>
  withServices(async ({ iam, sts }) => {
    const anyone = trust({ AWS: ACCOUNT }, BOTH);
    for (const name of ['First', 'Second']) await makeRole(iam(), name, anyone, allow('sts:*'));
    const Condition = {
      StringEquals: { 'aws:PrincipalTag/Project': 'apollo' },
      Null: { 'aws:PrincipalTag/Cost': 'true' },
    };
    await makeRole(iam(), 'Third', anyone, allow('iam:GetRole', '*', { Condition }));
    const first = sts(
      await sessionOf(sts(), roleArn('First'), {
        Tags: [
          { Key: 'Project', Value: 'apollo' },
          { Key: 'Cost', Value: '7' },
        ],
        TransitiveTagKeys: ['project'],
      }),
    );
    const second = sts(await sessionOf(first, roleArn('Second'), { Tags: [{ Key: 'Cost', Value: '8' }] }));
    const third = await assume(second, roleArn('Third'));
    assert.ok((third.PackedPolicySize ?? 0) > 0);
    await iam(await sessionOf(second, roleArn('Third'))).send(new GetRoleCommand({ RoleName: 'First' }));
    for (const Key of ['Project', 'PROJECT']) {
      await assert.rejects(
        assume(second, roleArn('Third'), { Tags: [{ Key, Value: 'gemini' }] }),
        fails('InvalidParameterValue', /conflicts with a transitive tag key from the calling session\.$/, 400),
      );
    }
    await makeRole(iam(), 'Untaggable', trust({ AWS: ACCOUNT }));
    await assert.rejects(
      assume(second, roleArn('Untaggable')),
      denied(`arn:aws:sts::${ACCOUNT}:assumed-role/Second/me`, roleArn('Untaggable'), 'sts:TagSession'),
    );
  }));

test("tags that are there twice, reserved, too many, too long or transitive without being there get AWS's errors", () =>
  withServices(async ({ iam, sts }) => {
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }, BOTH));
    const asks = (changes: Parameters<typeof assume>[2]) => assume(sts(), roleArn('R'), changes);
    const tag = (Key: string, Value = 'v') => ({ Key, Value });
    await assert.rejects(
      asks({ Tags: [tag('Team'), tag('team')] }),
      fails('InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.', 400),
    );
    await assert.rejects(asks({ Tags: [tag('aws:x')] }), fails('InvalidParameterValue', /reserved/, 400));
    await assert.rejects(
      asks({ Tags: [tag('Team')], TransitiveTagKeys: ['Other'] }),
      fails('InvalidParameterValue', 'The specified transitive tag key must be included in the requested tags.', 400),
    );
    await assert.rejects(
      asks({ Tags: Array.from({ length: 51 }, (_, index) => tag(`k${index}`)) }),
      fails('ValidationError', /at 'tags'.*50/, 400),
    );
    await assert.rejects(asks({ Tags: [tag('k'.repeat(129))] }), fails('ValidationError', /128/, 400));
    await assert.rejects(asks({ Tags: [tag('k', 'v'.repeat(257))] }), fails('ValidationError', /256/, 400));
  }));

test('what does not fit into a token is PackedPolicyTooLarge, with the percentage', () =>
  withServices(async ({ iam, sts }) => {
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }, BOTH));
    // Not to be compressed.
    const noise = (): string => randomBytes(186).toString('base64');
    const tags = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ Key: `key${index}`, Value: noise() }));
    const { PackedPolicySize } = await assume(sts(), roleArn('R'), { Tags: tags(5) });
    assert.ok(PackedPolicySize !== undefined && PackedPolicySize > 5 && PackedPolicySize <= 100, `${PackedPolicySize}`);
    await assert.rejects(
      assume(sts(), roleArn('R'), { Tags: tags(50) }),
      fails('PackedPolicyTooLarge', /^Packed size of session tags consumes \d{3}% of allotted space\.$/, 400),
    );
  }));

test('a session token has the size that was asked for at least, and is good', () =>
  withServices(async ({ iam, sts }) => {
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }));
    const small = await assume(sts(), roleArn('R'));
    assert.equal(small.SessionTokenSize, small.Credentials?.SessionToken?.length);
    const large = await assume(sts(), roleArn('R'), { MinimumSessionTokenSize: 4_000 });
    const size = large.Credentials?.SessionToken?.length ?? 0;
    assert.ok(size >= 4_000 && size < 4_010, `${size}`);
    assert.equal(large.SessionTokenUtilization, Math.ceil((100 * size) / 8_192));
    const keys = await sessionOf(sts(), roleArn('R'), { MinimumSessionTokenSize: 4_096 });
    await sts(keys).send(new GetCallerIdentityCommand({}));
  }));

test('a source identity needs sts:SetSourceIdentity, is seen by policies and stays for the whole chain', () =>
  withServices(async ({ iam, sts }) => {
    const SourceIdentity = 'ann@example.com';
    const Condition = { StringEquals: { 'sts:SourceIdentity': SourceIdentity } };
    await makeRole(iam(), 'First', trust({ AWS: ACCOUNT }, BOTH, { Condition }), allow('sts:*'));
    const seen = { Condition: { StringEquals: { 'aws:SourceIdentity': SourceIdentity } } };
    await makeRole(iam(), 'Second', trust({ AWS: ACCOUNT }, BOTH, seen), allow('iam:GetRole', '*', seen));
    await makeRole(iam(), 'Unsettable', trust({ AWS: ACCOUNT }));
    const root = `arn:aws:iam::${ACCOUNT}:root`;
    await assert.rejects(assume(sts(), roleArn('First')), denied(root, roleArn('First')));
    await assert.rejects(
      assume(sts(), roleArn('Unsettable'), { SourceIdentity }),
      denied(root, roleArn('Unsettable'), 'sts:SetSourceIdentity'),
    );
    const answer = await assume(sts(), roleArn('First'), { SourceIdentity });
    assert.equal(answer.SourceIdentity, SourceIdentity);
    const first = sts(await sessionOf(sts(), roleArn('First'), { SourceIdentity }));
    const firstArn = `arn:aws:sts::${ACCOUNT}:assumed-role/First/me`;
    const chained = await assume(first, roleArn('Second'));
    assert.equal(chained.SourceIdentity, SourceIdentity);
    await iam(await sessionOf(first, roleArn('Second'))).send(new GetRoleCommand({ RoleName: 'First' }));
    await assert.rejects(
      assume(first, roleArn('Second'), { SourceIdentity: 'bob@example.com' }),
      denied(firstArn, roleArn('Second'), 'sts:SetSourceIdentity'),
    );
    await assert.rejects(
      assume(first, roleArn('Unsettable')),
      denied(firstArn, roleArn('Unsettable'), 'sts:SetSourceIdentity'),
    );
  }));

test('AWSRevokeOlderSessions: a deny by time of issue ends the sessions of before', () =>
  withServices(async ({ iam, sts, advanceMs }) => {
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }), allow('iam:GetRole'));
    const before = await sessionOf(sts(), roleArn('R'));
    const get = new GetRoleCommand({ RoleName: 'R' });
    await iam(before).send(get);
    advanceMs(60_000);
    const Condition = { DateLessThan: { 'aws:TokenIssueTime': new Date(Date.now() + 59_000).toISOString() } };
    await iam().send(
      new PutRolePolicyCommand({
        RoleName: 'R',
        PolicyName: 'AWSRevokeOlderSessions',
        PolicyDocument: policy({ Effect: 'Deny', Action: ['*'], Resource: ['*'], Condition }),
      }),
    );
    await assert.rejects(
      iam(before).send(get),
      fails('AccessDenied', /with an explicit deny in an identity-based policy/, 403),
    );
    await iam(await sessionOf(sts(), roleArn('R'))).send(get);
  }));

test('temporary credentials were made without a second factor; long-term keys do not know the key at all', () =>
  withServices(async ({ iam, sts }) => {
    const withKey = (value: string) => ({ Condition: { Bool: { 'aws:MultiFactorAuthPresent': value } } });
    await makeRole(iam(), 'R', trust({ AWS: ACCOUNT }), allow('iam:GetRole', '*', withKey('false')));
    await makeRole(iam(), 'Strict', trust({ AWS: ACCOUNT }), allow('iam:GetRole', '*', withKey('true')));
    const get = new GetRoleCommand({ RoleName: 'R' });
    await iam(await sessionOf(sts(), roleArn('R'))).send(get);
    await assert.rejects(iam(await sessionOf(sts(), roleArn('Strict'))).send(get), noIdentityPolicy);
    const ann = await makeUser(iam(), 'ann', allow('iam:GetRole', '*', withKey('false')));
    await assert.rejects(iam(ann).send(get), noIdentityPolicy);
  }));
