import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListInstanceProfilesForRoleCommand,
  ListMFADevicesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  paginateListRoles,
  PutRolePolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
} from '@aws-sdk/client-iam';
import { ACCOUNT, OTHER_ROOT_KEY, withServices } from './in-process.ts';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'bedrock.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }],
});

const fails = (code: string, message: string | RegExp, status: number) => (error: unknown) => {
  const { name, message: text, $metadata } = error as Error & { $metadata: { httpStatusCode: number } };
  assert.deepEqual([name.replace(/Exception$/, ''), $metadata.httpStatusCode], [code, status], text);
  if (typeof message === 'string') assert.equal(text, message);
  else assert.match(text, message);
  return true;
};

const create = (iam: IAMClient, RoleName: string, changes = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...changes }));

test('a role is made, read, changed and deleted', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const made = await create(iam, 'Logging', {
      Path: '/team/',
      Description: 'what for',
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    assert.equal(made.Role?.Arn, `arn:aws:iam::${ACCOUNT}:role/team/Logging`);
    assert.match(made.Role?.RoleId ?? '', /^AROA[A-Z2-7]{17}$/);
    assert.equal(decodeURIComponent(made.Role?.AssumeRolePolicyDocument ?? ''), TRUST);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'logging' }));
    assert.deepEqual(
      [Role?.RoleName, Role?.Path, Role?.Description, Role?.MaxSessionDuration, Role?.Tags],
      ['Logging', '/team/', 'what for', 3600, [{ Key: 'a', Value: 'b' }]],
    );
    assert.ok(Math.abs(Date.now() - Number(Role?.CreateDate)) < 60_000);
    await iam.send(new UpdateRoleCommand({ RoleName: 'Logging', MaxSessionDuration: 7200 }));
    const changed = await iam.send(new UpdateRoleDescriptionCommand({ RoleName: 'Logging', Description: 'new' }));
    assert.deepEqual([changed.Role?.Description, changed.Role?.MaxSessionDuration], ['new', 7200]);
    const other = TRUST.replace('bedrock', 'logs');
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'Logging', PolicyDocument: other }));
    const again = await iam.send(new GetRoleCommand({ RoleName: 'Logging' }));
    assert.equal(decodeURIComponent(again.Role?.AssumeRolePolicyDocument ?? ''), other);
    await iam.send(new DeleteRoleCommand({ RoleName: 'Logging' }));
    await assert.rejects(
      iam.send(new GetRoleCommand({ RoleName: 'Logging' })),
      fails('NoSuchEntity', 'The role with name Logging cannot be found.', 404),
    );
  }));

test('a name is used once in an account, without regard to case, and freely in another account', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const first = await create(iam, 'Name');
    await assert.rejects(create(iam, 'NAME'), fails('EntityAlreadyExists', 'Role with name NAME already exists.', 409));
    await create(client(OTHER_ROOT_KEY), 'Name');
    await iam.send(new DeleteRoleCommand({ RoleName: 'Name' }));
    const second = await create(iam, 'Name');
    assert.notEqual(first.Role?.RoleId, second.Role?.RoleId);
  }));

test('inline policies are put, listed, read as they were put, and stand in the way of deletion', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    await create(iam, 'R');
    for (const PolicyName of ['b', 'a']) {
      await iam.send(new PutRolePolicyCommand({ RoleName: 'R', PolicyName, PolicyDocument: POLICY }));
    }
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName: 'R' }));
    assert.deepEqual(PolicyNames, ['a', 'b']);
    const read = await iam.send(new GetRolePolicyCommand({ RoleName: 'R', PolicyName: 'a' }));
    assert.equal(decodeURIComponent(read.PolicyDocument ?? ''), POLICY);
    const conflict = fails('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409);
    await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName: 'R' })), conflict);
    for (const PolicyName of ['a', 'b']) await iam.send(new DeleteRolePolicyCommand({ RoleName: 'R', PolicyName }));
    const gone = fails('NoSuchEntity', 'The role policy with name a cannot be found.', 404);
    await assert.rejects(iam.send(new GetRolePolicyCommand({ RoleName: 'R', PolicyName: 'a' })), gone);
    await assert.rejects(iam.send(new DeleteRolePolicyCommand({ RoleName: 'R', PolicyName: 'a' })), gone);
    await iam.send(new DeleteRoleCommand({ RoleName: 'R' }));
  }));

test('a trust policy names users and roles that are there, where their account is one of this server', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const trusting = (RoleName: string, AWS: string) =>
      create(iam, RoleName, {
        AssumeRolePolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS } }],
        }),
      });
    await create(iam, 'There', { Path: '/team/' });
    for (const unknown of [
      `arn:aws:iam::${ACCOUNT}:user/nobody`,
      `arn:aws:iam::${ACCOUNT}:role/There`,
      `arn:aws:sts::${ACCOUNT}:assumed-role/NotThere/me`,
    ]) {
      const sentence = `Invalid principal in policy: "AWS":"${unknown}"`;
      await assert.rejects(trusting('R', unknown), fails('MalformedPolicyDocument', sentence, 400));
    }
    await trusting('R1', `arn:aws:iam::${ACCOUNT}:role/team/There`);
    await trusting('R2', `arn:aws:sts::${ACCOUNT}:assumed-role/There/me`);
    await trusting('R3', `arn:aws:iam::999999999999:user/of-another-server`);
  }));

test('malformed and over-long policies are refused with what is wrong', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const trust = (AssumeRolePolicyDocument: string) => create(iam, 'Bad', { AssumeRolePolicyDocument });
    const json = 'This policy contains invalid Json (no JSON at line 1, column 2)';
    await assert.rejects(trust('{'), fails('MalformedPolicyDocument', json, 400));
    await assert.rejects(trust(POLICY), fails('MalformedPolicyDocument', 'Missing required field Principal', 400));
    const long = TRUST.replace('"Allow"', `"Allow","Sid":"${'x'.repeat(2048)}"`);
    await assert.rejects(trust(long), fails('LimitExceeded', 'Cannot exceed quota for ACLSizePerRole: 2048', 409));
    await create(iam, 'R');
    const put = (PolicyDocument: string, PolicyName = 'p') =>
      iam.send(new PutRolePolicyCommand({ RoleName: 'R', PolicyName, PolicyDocument }));
    await assert.rejects(
      put('{"Version":"2012-10-17"}'),
      fails('MalformedPolicyDocument', 'Syntax errors in policy. (Statement: at least one is wanted)', 400),
    );
    await assert.rejects(
      put(TRUST),
      fails('MalformedPolicyDocument', 'Policy document should not specify a principal.', 400),
    );
    const half = POLICY.replace('"*"', JSON.stringify(Array.from({ length: 300 }, (_, at) => `arn:aws:logs:::${at}`)));
    await put(half, 'one');
    await assert.rejects(
      put(half, 'two'),
      fails('LimitExceeded', 'Maximum policy size of 10240 bytes exceeded for role R', 409),
    );
    assert.deepEqual((await iam.send(new ListRolePoliciesCommand({ RoleName: 'R' }))).PolicyNames, ['one']);
  }));

test('roles are listed by name, page by page, under a path, while others come and go', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    for (let at = 0; at < 7; at += 1) await create(iam, `r${at}`, { Path: at % 2 ? '/odd/' : '/even/' });
    const names: string[] = [];
    for await (const page of paginateListRoles({ client: iam, pageSize: 2 }, {})) {
      names.push(...(page.Roles ?? []).map((role) => role.RoleName ?? ''));
      if (names.length === 2) await iam.send(new DeleteRoleCommand({ RoleName: 'r1' }));
    }
    assert.deepEqual(names, ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6']);
    const odd = await iam.send(new ListRolesCommand({ PathPrefix: '/odd/' }));
    assert.deepEqual(
      odd.Roles?.map((role) => role.RoleName),
      ['r3', 'r5'],
    );
    assert.equal(odd.IsTruncated, false);
    await assert.rejects(
      iam.send(new ListRolesCommand({ Marker: 'nonsense' })),
      fails('ValidationError', 'Invalid Marker.', 400),
    );
  }));

test('tags are merged without regard to case, removed, and bounded', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    await create(iam, 'R', { Tags: [{ Key: 'Team', Value: 'a' }] });
    const tag = (...Tags: { Key: string; Value: string }[]) => iam.send(new TagRoleCommand({ RoleName: 'R', Tags }));
    await tag({ Key: 'team', Value: 'b' }, { Key: 'x', Value: '' });
    const list = async () => (await iam.send(new ListRoleTagsCommand({ RoleName: 'R' }))).Tags;
    assert.deepEqual(await list(), [
      { Key: 'team', Value: 'b' },
      { Key: 'x', Value: '' },
    ]);
    await iam.send(new UntagRoleCommand({ RoleName: 'R', TagKeys: ['TEAM', 'unknown'] }));
    assert.deepEqual(await list(), [{ Key: 'x', Value: '' }]);
    await assert.rejects(
      tag({ Key: 'a', Value: '' }, { Key: 'A', Value: '' }),
      fails('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.', 400),
    );
    const many = Array.from({ length: 50 }, (_, at) => ({ Key: `k${at}`, Value: '' }));
    await assert.rejects(tag(...many), fails('LimitExceeded', /maximum limit/, 409));
  }));

test('what infrastructure tools ask before they delete a role is answered, and unknown roles are told', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    await create(iam, 'R');
    const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'R' }));
    assert.deepEqual(attached.AttachedPolicies ?? [], []);
    const profiles = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: 'R' }));
    assert.deepEqual(profiles.InstanceProfiles ?? [], []);
    const unknown = fails('NoSuchEntity', 'The role with name no cannot be found.', 404);
    const RoleName = 'no';
    await assert.rejects(iam.send(new ListAttachedRolePoliciesCommand({ RoleName })), unknown);
    await assert.rejects(iam.send(new ListRolePoliciesCommand({ RoleName })), unknown);
    await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName })), unknown);
    await assert.rejects(
      iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument: POLICY })),
      unknown,
    );
    await assert.rejects(iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: TRUST })), unknown);
    await assert.rejects(iam.send(new ListMFADevicesCommand({})), fails('InvalidAction', /second factors/, 400));
  }));

const GUIDE = resolve(import.meta.dirname, '../../../shared/samples/guide');
const guideMissing = !existsSync(GUIDE);
if (guideMissing && process.env['CI']) throw new Error('CI is set, and ../shared/samples/guide is missing');

test(
  "the logging guide's role is made with its policies word for word",
  { skip: guideMissing && 'no guide here' },
  () =>
    withServices(async ({ iam: client }) => {
      const iam = client();
      const text = (file: string): string =>
        readFileSync(resolve(GUIDE, file), 'utf8').replaceAll('accountId', ACCOUNT).replaceAll('region', 'us-east-1');
      await create(iam, 'BedrockLogging', { AssumeRolePolicyDocument: text('cloudwatch-trust-policy.json') });
      const PolicyDocument = text('cloudwatch-role-policy.json');
      await iam.send(new PutRolePolicyCommand({ RoleName: 'BedrockLogging', PolicyName: 'logs', PolicyDocument }));
      const read = await iam.send(new GetRolePolicyCommand({ RoleName: 'BedrockLogging', PolicyName: 'logs' }));
      assert.equal(decodeURIComponent(read.PolicyDocument ?? ''), PolicyDocument);
    }),
);
