import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteUserPermissionsBoundaryCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  type IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  type ListPoliciesCommandInput,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  ListRolesCommand,
  paginateListEntitiesForPolicy,
  paginateListPolicies,
  PutRolePermissionsBoundaryCommand,
  PutUserPermissionsBoundaryCommand,
  SetDefaultPolicyVersionCommand,
  TagPolicyCommand,
  UntagPolicyCommand,
} from '@aws-sdk/client-iam';
import { credentialsOf, fails, makeGroup, makeUser, policyOf } from './iam-entities.ts';
import { ACCOUNT, OTHER_ROOT_KEY, withServices } from './in-process.ts';

const POLICY = policyOf({ Effect: 'Allow', Action: 'logs:*', Resource: '*' });
const TRUST = policyOf({
  Effect: 'Allow',
  Principal: { Service: 'bedrock.amazonaws.com' },
  Action: 'sts:AssumeRole',
});
const ADMIN = 'arn:aws:iam::aws:policy/AdministratorAccess';
const READ_ONLY = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const arnOf = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`;

const create = (iam: IAMClient, PolicyName: string, changes = {}) =>
  iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: POLICY, ...changes }));
const createRole = (iam: IAMClient, RoleName: string, changes = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, ...changes }));
const names = (policies: { PolicyName?: string | undefined }[] = []) => policies.map(({ PolicyName }) => PolicyName);

test('a managed policy is made, read, tagged and deleted', () =>
  withServices(async ({ iam: client, advanceMs }) => {
    const iam = client();
    const made = await create(iam, 'Writer', {
      Path: '/team/',
      Description: 'what for',
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/team/Writer`;
    const { PolicyId, CreateDate, UpdateDate, ...rest } = made.Policy ?? {};
    assert.match(PolicyId ?? '', /^ANPA[A-Z2-7]{17}$/);
    assert.deepEqual(CreateDate, UpdateDate);
    assert.deepEqual(rest, {
      PolicyName: 'Writer',
      Arn: PolicyArn,
      Path: '/team/',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
      PermissionsBoundaryUsageCount: 0,
      IsAttachable: true,
      Tags: [{ Key: 'a', Value: 'b' }],
    });
    const read = await iam.send(new GetPolicyCommand({ PolicyArn }));
    assert.deepEqual(read.Policy, { ...made.Policy, Description: 'what for' });
    const version = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    assert.equal(decodeURIComponent(version.PolicyVersion?.Document ?? ''), POLICY);
    await iam.send(
      new TagPolicyCommand({
        PolicyArn,
        Tags: [
          { Key: 'A', Value: 'c' },
          { Key: 'z', Value: '' },
        ],
      }),
    );
    const { Tags } = await iam.send(new ListPolicyTagsCommand({ PolicyArn }));
    assert.deepEqual(Tags, [
      { Key: 'A', Value: 'c' },
      { Key: 'z', Value: '' },
    ]);
    await iam.send(new UntagPolicyCommand({ PolicyArn, TagKeys: ['a'] }));
    assert.deepEqual((await iam.send(new ListPolicyTagsCommand({ PolicyArn }))).Tags, [{ Key: 'z', Value: '' }]);
    const tags = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    await assert.rejects(
      iam.send(new TagPolicyCommand({ PolicyArn, Tags: tags })),
      fails('LimitExceeded', /TagsPerPolicy: 50$/, 409),
    );
    advanceMs(5_000);
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
    const gone = fails('NoSuchEntity', `Policy ${PolicyArn} was not found.`, 404);
    await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn })), gone);
    await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), gone);
    const again = await create(iam, 'Writer');
    assert.notEqual(again.Policy?.PolicyId, PolicyId);
  }));

test('names, documents and ARNs that AWS refuses are refused with its words', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    await create(iam, 'Name');
    await assert.rejects(
      create(iam, 'NAME', { Path: '/other/' }),
      fails('EntityAlreadyExists', 'A policy called NAME already exists. Duplicate names are not allowed.', 409),
    );
    await create(client(OTHER_ROOT_KEY), 'Name');
    await assert.rejects(create(iam, 'A', { PolicyDocument: '{' }), fails('MalformedPolicyDocument', /Syntax/, 400));
    await assert.rejects(
      create(iam, 'A', { PolicyDocument: TRUST }),
      fails('MalformedPolicyDocument', /principal/, 400),
    );
    const sized = (chars: number) => {
      const text = (sid: string) => policyOf({ Sid: sid, Effect: 'Allow', Action: '*', Resource: '*' });
      return text('x'.repeat(chars - text('').length));
    };
    const tooLong = fails('LimitExceeded', 'Cannot exceed quota for PolicySize: 6144', 409);
    await assert.rejects(create(iam, 'A', { PolicyDocument: sized(6145) }), tooLong);
    // White space does not count.
    await create(iam, 'A', { PolicyDocument: JSON.stringify(JSON.parse(sized(6144)), null, 40) });
    for (const PolicyArn of [`arn:aws:iam::${ACCOUNT}:user/no-policy`, 'arn:aws:s3:::a-bucket-of-mine/key']) {
      await assert.rejects(
        iam.send(new GetPolicyCommand({ PolicyArn })),
        fails('InvalidInput', `ARN ${PolicyArn} is not valid.`, 400),
      );
    }
    const wrongPath = `arn:aws:iam::${ACCOUNT}:policy/path/Name`;
    const notFound = fails('NoSuchEntity', `Policy ${wrongPath} was not found.`, 404);
    await assert.rejects(iam.send(new GetPolicyCommand({ PolicyArn: wrongPath })), notFound);
    await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn: wrongPath })), notFound);
    await assert.rejects(iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: wrongPath })), notFound);
  }));

test('versions: five at most, never a number twice, the default stays', () =>
  withServices(async ({ iam: client, advanceMs }) => {
    const iam = client();
    await create(iam, 'P');
    const PolicyArn = arnOf('P');
    const add = (SetAsDefault = false) =>
      iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: POLICY, SetAsDefault }));
    advanceMs(10_000);
    const second = await add(true);
    assert.deepEqual(
      [second.PolicyVersion?.VersionId, second.PolicyVersion?.IsDefaultVersion, second.PolicyVersion?.Document],
      ['v2', true, undefined],
    );
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    assert.equal(Policy?.DefaultVersionId, 'v2');
    assert.ok(Number(Policy?.UpdateDate) - Number(Policy?.CreateDate) >= 9_000);
    for (let index = 0; index < 3; index += 1) await add();
    await assert.rejects(add(), fails('LimitExceeded', /^A managed policy can have up to 5 versions\./, 409));
    const listed = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, MaxItems: 2 }));
    const rest = await iam.send(new ListPolicyVersionsCommand({ PolicyArn, Marker: listed.Marker }));
    const ids = [...(listed.Versions ?? []), ...(rest.Versions ?? [])].map(({ VersionId }) => VersionId);
    assert.deepEqual([ids, listed.IsTruncated, rest.IsTruncated], [['v5', 'v4', 'v3', 'v2', 'v1'], true, false]);
    const remove = (VersionId: string) => iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
    await assert.rejects(remove('v2'), fails('DeleteConflict', 'Cannot delete the default version of a policy.', 409));
    await assert.rejects(
      iam.send(new DeletePolicyCommand({ PolicyArn })),
      fails('DeleteConflict', /^This policy has more than one version\./, 409),
    );
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v5' }));
    for (const id of ['v1', 'v2', 'v3', 'v4']) await remove(id);
    const none = fails('NoSuchEntity', `Policy ${PolicyArn} version v1 does not exist or is not attachable.`, 404);
    await assert.rejects(remove('v1'), none);
    await assert.rejects(iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' })), none);
    await assert.rejects(iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' })), none);
    assert.equal((await add()).PolicyVersion?.VersionId, 'v6');
    await remove('v6');
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
  }));

test('policies are attached to users, groups and roles, counted, listed, and detached again', () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    await create(iam, 'P', { Path: '/team/' });
    const PolicyArn = arnOf('team/P');
    const user = await makeUser(identity, 'u', { path: '/division/' });
    const group = await makeGroup(identity, 'g');
    await createRole(iam, 'r');
    const attach = [
      () => iam.send(new AttachUserPolicyCommand({ UserName: 'u', PolicyArn })),
      () => iam.send(new AttachGroupPolicyCommand({ GroupName: 'g', PolicyArn })),
      () => iam.send(new AttachRolePolicyCommand({ RoleName: 'r', PolicyArn })),
    ];
    // Twice is once.
    for (const one of [...attach, ...attach]) await one();
    await iam.send(new AttachUserPolicyCommand({ UserName: 'U', PolicyArn: ADMIN }));
    assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount, 3);
    assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn: ADMIN }))).Policy?.AttachmentCount, 1);
    const foreign = await client(OTHER_ROOT_KEY).send(new GetPolicyCommand({ PolicyArn: ADMIN }));
    assert.equal(foreign.Policy?.AttachmentCount, 0);

    const expected = { PolicyName: 'P', PolicyArn };
    const ofUser = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'u' }));
    assert.deepEqual(ofUser.AttachedPolicies, [{ PolicyName: 'AdministratorAccess', PolicyArn: ADMIN }, expected]);
    const ofTeam = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'u', PathPrefix: '/team/' }));
    assert.deepEqual(ofTeam.AttachedPolicies, [expected]);
    const first = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'u', MaxItems: 1 }));
    const second = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'u', Marker: first.Marker }));
    assert.deepEqual([first.AttachedPolicies?.length, second.AttachedPolicies], [1, [expected]]);
    const ofGroup = await iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: 'g' }));
    assert.deepEqual(ofGroup.AttachedPolicies, [expected]);
    const ofRole = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'r' }));
    assert.deepEqual(ofRole.AttachedPolicies, [expected]);

    const entities = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    assert.deepEqual(entities.PolicyUsers, [{ UserName: 'u', UserId: user.id }]);
    assert.deepEqual(entities.PolicyGroups, [{ GroupName: 'g', GroupId: group.id }]);
    assert.deepEqual(
      entities.PolicyRoles?.map(({ RoleName }) => RoleName),
      ['r'],
    );
    const underPath = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, PathPrefix: '/division/' }));
    assert.deepEqual([underPath.PolicyUsers?.length, underPath.PolicyGroups?.length ?? 0], [1, 0]);
    const roles = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: 'Role' }));
    assert.deepEqual([roles.PolicyUsers?.length ?? 0, roles.PolicyRoles?.length], [0, 1]);

    const conflict = fails('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), conflict);
    await assert.rejects(
      iam.send(new DeleteRoleCommand({ RoleName: 'r' })),
      fails('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409),
    );
    const detach = [
      () => iam.send(new DetachUserPolicyCommand({ UserName: 'u', PolicyArn })),
      () => iam.send(new DetachGroupPolicyCommand({ GroupName: 'g', PolicyArn })),
      () => iam.send(new DetachRolePolicyCommand({ RoleName: 'r', PolicyArn })),
    ];
    for (const one of detach) {
      await one();
      await assert.rejects(one(), fails('NoSuchEntity', `Policy ${PolicyArn} was not found.`, 404));
    }
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
    await iam.send(new DeleteRoleCommand({ RoleName: 'r' }));
  }));

test('what is not there cannot be attached, nor attached to, nor can more than ten', () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    await makeUser(identity, 'u');
    const attach = (PolicyArn: string, UserName = 'u') =>
      iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    const foreign = (await create(client(OTHER_ROOT_KEY), 'P')).Policy?.Arn ?? '';
    for (const arn of [arnOf('None'), 'arn:aws:iam::aws:policy/NoSuchPolicyOfAws', foreign]) {
      const text = `Policy ${arn} does not exist or is not attachable.`;
      await assert.rejects(attach(arn), fails('NoSuchEntity', text, 404));
    }
    await assert.rejects(attach('arn:aws:iam::aws:user/u/ser'), fails('InvalidInput', /is not valid\.$/, 400));
    const missing = (kind: string) => fails('NoSuchEntity', `The ${kind} with name none cannot be found.`, 404);
    await assert.rejects(attach(ADMIN, 'none'), missing('user'));
    await assert.rejects(
      iam.send(new AttachRolePolicyCommand({ RoleName: 'none', PolicyArn: ADMIN })),
      missing('role'),
    );
    await assert.rejects(iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: 'none' })), missing('group'));
    for (let index = 0; index < 10; index += 1) {
      await create(iam, `P${index}`);
      await attach(arnOf(`P${index}`));
    }
    const full = fails('LimitExceeded', 'Cannot exceed quota for PoliciesPerUser: 10', 409);
    await assert.rejects(attach(ADMIN), full);
    await attach(arnOf('P3'));
  }));

test("AWS's policies are read like one's own, by version too, and changed by nobody", () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: ADMIN }));
    assert.deepEqual(
      [Policy?.PolicyName, Policy?.Arn, Policy?.DefaultVersionId, Policy?.Description, Policy?.IsAttachable],
      ['AdministratorAccess', ADMIN, 'v1', 'Provides full access to AWS services and resources.', true],
    );
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: ADMIN, VersionId: 'v1' }));
    assert.deepEqual(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? '')), {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    });
    const versions = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: ADMIN }));
    assert.deepEqual(
      versions.Versions?.map(({ VersionId }) => VersionId),
      ['v1'],
    );
    const changes = [
      new DeletePolicyCommand({ PolicyArn: ADMIN }),
      new DeletePolicyVersionCommand({ PolicyArn: ADMIN, VersionId: 'v1' }),
      new CreatePolicyVersionCommand({ PolicyArn: ADMIN, PolicyDocument: POLICY }),
      new SetDefaultPolicyVersionCommand({ PolicyArn: ADMIN, VersionId: 'v1' }),
      new TagPolicyCommand({ PolicyArn: ADMIN, Tags: [{ Key: 'a', Value: 'b' }] }),
    ] as const;
    const admin = await makeUser(identity, 'admin', { attachedPolicyArns: [ADMIN] });
    const user = client(await credentialsOf(identity, admin));
    for (const change of changes) {
      await assert.rejects(iam.send(change as DeletePolicyCommand), fails('AccessDenied', /./, 403));
      await assert.rejects(user.send(change as DeletePolicyCommand), fails('AccessDenied', /./, 403));
    }
    await user.send(new GetPolicyCommand({ PolicyArn: READ_ONLY }));
  }));

test('policies are listed by scope, path and use, in pages', () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    for (const name of ['b', 'a', 'c']) await create(iam, name);
    await create(iam, 'd', { Path: '/team/', Description: 'not told here' });
    await makeUser(identity, 'u', { attachedPolicyArns: [arnOf('a'), ADMIN], boundaryArn: arnOf('b') });
    await createRole(iam, 'r', { PermissionsBoundary: READ_ONLY });
    const list = async (input: ListPoliciesCommandInput) =>
      names((await iam.send(new ListPoliciesCommand(input))).Policies);
    assert.deepEqual(await list({ Scope: 'Local' }), ['a', 'b', 'c', 'd']);
    assert.deepEqual(await list({ Scope: 'Local', PathPrefix: '/team/' }), ['d']);
    assert.deepEqual(await list({ OnlyAttached: true, PolicyUsageFilter: 'PermissionsPolicy' }), [
      'a',
      'AdministratorAccess',
    ]);
    assert.deepEqual(await list({ PolicyUsageFilter: 'PermissionsBoundary' }), ['b', 'ReadOnlyAccess']);
    assert.deepEqual(await list({ Scope: 'Local', OnlyAttached: true }), ['a', 'b']);
    const aws = await list({ Scope: 'AWS' });
    assert.ok(aws.includes('AdministratorAccess') && aws.includes('AmazonBedrockFullAccess') && !aws.includes('a'));
    const paged = [];
    for await (const page of paginateListPolicies({ client: iam, pageSize: 5 }, {})) {
      assert.ok((page.Policies?.length ?? 0) <= 5);
      paged.push(...(page.Policies ?? []));
    }
    assert.deepEqual(names(paged), [...(await list({ Scope: 'Local' })), ...aws]);
    assert.ok(paged.every(({ Description, Tags }) => Description === undefined && Tags === undefined));
    assert.deepEqual(
      await client(OTHER_ROOT_KEY)
        .send(new ListPoliciesCommand({ Scope: 'Local' }))
        .then((out) => out.Policies),
      [],
    );
  }));

test('a boundary is set, told, counted and taken away; it keeps the policy', () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    await create(iam, 'P');
    const PolicyArn = arnOf('P');
    const user = await makeUser(identity, 'u');
    const boundary = { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: PolicyArn };
    const made = await createRole(iam, 'r', { PermissionsBoundary: PolicyArn });
    assert.deepEqual(made.Role?.PermissionsBoundary, boundary);
    assert.deepEqual((await iam.send(new GetRoleCommand({ RoleName: 'r' }))).Role?.PermissionsBoundary, boundary);
    // AWS leaves it out of lists.
    assert.equal((await iam.send(new ListRolesCommand({}))).Roles?.[0]?.PermissionsBoundary, undefined);
    await iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'u', PermissionsBoundary: PolicyArn }));
    assert.equal(identity.directory.users.byId(user.id)?.boundaryArn, PolicyArn);
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
    assert.deepEqual([Policy?.AttachmentCount, Policy?.PermissionsBoundaryUsageCount], [0, 2]);
    const used = await iam.send(
      new ListEntitiesForPolicyCommand({ PolicyArn, PolicyUsageFilter: 'PermissionsBoundary' }),
    );
    assert.deepEqual([used.PolicyUsers?.length, used.PolicyRoles?.length], [1, 1]);
    const attached = await iam.send(
      new ListEntitiesForPolicyCommand({ PolicyArn, PolicyUsageFilter: 'PermissionsPolicy' }),
    );
    assert.deepEqual([attached.PolicyUsers?.length ?? 0, attached.PolicyRoles?.length ?? 0], [0, 0]);
    const conflict = fails('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn })), conflict);
    await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'u' }));
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'r' }));
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
    const scope = fails('NoSuchEntity', `Scope ARN: ${PolicyArn} does not exist or is not attachable.`, 404);
    await assert.rejects(
      iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'r', PermissionsBoundary: PolicyArn })),
      scope,
    );
    await assert.rejects(createRole(iam, 's', { PermissionsBoundary: PolicyArn }), scope);
    await assert.rejects(
      iam.send(new PutUserPermissionsBoundaryCommand({ UserName: 'none', PermissionsBoundary: ADMIN })),
      fails('NoSuchEntity', 'The user with name none cannot be found.', 404),
    );
    await iam.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'u' }));
  }));

test('an attachment, a new default version and a boundary count with the next request', () =>
  withServices(async ({ iam: client, identity }) => {
    const root = client();
    const user = client(await credentialsOf(identity, await makeUser(identity, 'u')));
    const list = () => user.send(new ListPoliciesCommand({ Scope: 'Local' }));
    const denied = (why: RegExp) => fails('AccessDenied', why, 403);
    await assert.rejects(list(), denied(/because no identity-based policy allows the iam:ListPolicies action$/));
    await create(root, 'P', { PolicyDocument: policyOf({ Effect: 'Allow', Action: 'iam:List*', Resource: '*' }) });
    const PolicyArn = arnOf('P');
    await root.send(new AttachUserPolicyCommand({ UserName: 'u', PolicyArn }));
    assert.deepEqual(names((await list()).Policies), ['P']);
    await root.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument: POLICY, SetAsDefault: true }));
    await assert.rejects(list(), denied(/no identity-based policy allows/));
    await root.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    await list();
    await create(root, 'Logs');
    await root.send(new PutUserPermissionsBoundaryCommand({ UserName: 'u', PermissionsBoundary: arnOf('Logs') }));
    await assert.rejects(list(), denied(/because no permissions boundary allows the iam:ListPolicies action$/));
    await root.send(new DeleteUserPermissionsBoundaryCommand({ UserName: 'u' }));
    await list();
    await root.send(new DetachUserPolicyCommand({ UserName: 'u', PolicyArn }));
    await assert.rejects(list(), denied(/no identity-based policy allows/));
  }));

test('conditions on iam:PolicyARN, iam:PermissionsBoundary, paths and tags hold back a delegated administrator', () =>
  withServices(async ({ iam: client, identity }) => {
    const root = client();
    await create(root, 'Bound');
    const document = policyOf(
      {
        Effect: 'Allow',
        Action: ['iam:CreateRole', 'iam:AttachRolePolicy', 'iam:PutRolePermissionsBoundary'],
        Resource: `arn:aws:iam::${ACCOUNT}:role/team/*`,
        Condition: { StringEquals: { 'iam:PermissionsBoundary': arnOf('Bound') } },
      },
      {
        Effect: 'Deny',
        Action: 'iam:AttachRolePolicy',
        Resource: '*',
        Condition: { ArnEquals: { 'iam:PolicyARN': ADMIN } },
      },
      {
        Effect: 'Allow',
        Action: ['iam:CreatePolicy', 'iam:TagPolicy'],
        Resource: '*',
        Condition: { StringEquals: { 'aws:RequestTag/team': 'red' } },
      },
      {
        Effect: 'Allow',
        Action: 'iam:DeletePolicy',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': 'red' } },
      },
    );
    const delegate = await makeUser(identity, 'delegate', { inlinePolicies: { p: document } });
    const iam = client(await credentialsOf(identity, delegate));
    const denied = fails('AccessDenied', /is not authorized to perform: iam:/, 403);
    await assert.rejects(createRole(iam, 'r', { Path: '/team/' }), denied);
    await assert.rejects(createRole(iam, 'r', { PermissionsBoundary: arnOf('Bound') }), denied);
    await createRole(iam, 'r', { Path: '/team/', PermissionsBoundary: arnOf('Bound') });
    await createRole(root, 'free', { Path: '/team/' });
    const attach = (RoleName: string, PolicyArn: string) =>
      iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await attach('r', READ_ONLY);
    await assert.rejects(
      attach('r', ADMIN),
      fails('AccessDenied', /with an explicit deny in an identity-based policy$/, 403),
    );
    await assert.rejects(attach('free', READ_ONLY), denied);
    await assert.rejects(
      iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'r', PermissionsBoundary: ADMIN })),
      denied,
    );
    await assert.rejects(create(iam, 'Plain'), denied);
    const tagged = (team: string) => ({ Tags: [{ Key: 'team', Value: team }] });
    await assert.rejects(create(iam, 'Blue', tagged('blue')), denied);
    await create(iam, 'Red', tagged('red'));
    await create(root, 'Blue', tagged('blue'));
    await iam.send(new DeletePolicyCommand({ PolicyArn: arnOf('Red') }));
    await assert.rejects(iam.send(new DeletePolicyCommand({ PolicyArn: arnOf('Blue') })), denied);
  }));

test('a thousand users of a policy are counted at once and listed in pages', () =>
  withServices(async ({ iam: client, identity }) => {
    const iam = client();
    await create(iam, 'P');
    const PolicyArn = arnOf('P');
    const users = identity.directory.users;
    for (let index = 0; index < 1_000; index += 1) {
      users.load({
        id: `AIDA${index}`,
        accountId: ACCOUNT,
        name: `user-${index}`,
        path: '/',
        createdAtMs: 0,
        inlinePolicies: {},
        attachedPolicyArns: [PolicyArn],
        boundaryArn: undefined,
        groupIds: [],
        tags: [],
      });
    }
    assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.AttachmentCount, 1_000);
    const seen = new Set<string>();
    let pages = 0;
    for await (const page of paginateListEntitiesForPolicy({ client: iam, pageSize: 300 }, { PolicyArn })) {
      for (const { UserName = '' } of page.PolicyUsers ?? []) seen.add(UserName);
      pages += 1;
    }
    assert.deepEqual([seen.size, pages], [1_000, 4]);
  }));
