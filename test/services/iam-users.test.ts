import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  type CreateUserCommandInput,
  DeleteAccessKeyCommand,
  DeleteServiceSpecificCredentialCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListUserPoliciesCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  paginateListUsers,
  PutUserPolicyCommand,
  RemoveUserFromGroupCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { ACCOUNT, type InProcess, OTHER_ROOT_KEY, withServices } from './in-process.ts';
import { allow, document, noSuchUser, refuses } from './iam-refusals.ts';

const create = (iam: IAMClient, UserName: string, more: Partial<CreateUserCommandInput> = {}) =>
  iam.send(new CreateUserCommand({ UserName, ...more }));
const get = async (iam: IAMClient, UserName: string) => (await iam.send(new GetUserCommand({ UserName }))).User;

/** A client of a new user with these statements in a policy. */
async function clientOf({ iam: client }: InProcess, UserName: string, ...statements: object[]): Promise<IAMClient> {
  const root = client();
  await create(root, UserName);
  if (statements.length > 0) {
    const PolicyDocument = document(...statements);
    await root.send(new PutUserPolicyCommand({ UserName, PolicyName: 'p', PolicyDocument }));
  }
  const { AccessKey } = await root.send(new CreateAccessKeyCommand({ UserName }));
  return client({ accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' });
}

test('a user is made, read, renamed with all that is theirs, and deleted', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: 'Bound', PolicyDocument: document(allow('s3:*')) }),
    );
    const made = await create(iam, 'Anna', {
      Path: '/team/',
      Tags: [{ Key: 'Team', Value: 'lake' }],
      PermissionsBoundary: Policy?.Arn,
    });
    assert.match(made.User?.UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
    assert.ok(Math.abs(Date.now() - Number(made.User?.CreateDate)) < 60_000);
    const { UserId, CreateDate } = made.User ?? {};
    const whole = {
      Path: '/team/',
      UserName: 'Anna',
      UserId,
      Arn: `arn:aws:iam::${ACCOUNT}:user/team/Anna`,
      CreateDate,
      PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: Policy?.Arn },
      Tags: [{ Key: 'Team', Value: 'lake' }],
    };
    assert.deepEqual(made.User, whole);
    assert.deepEqual(await get(iam, 'anna'), whole, 'names are the same without regard to case');

    await iam.send(new CreateAccessKeyCommand({ UserName: 'Anna' }));
    await iam.send(new UpdateUserCommand({ UserName: 'ANNA', NewUserName: 'Berta', NewPath: '/' }));
    const renamed = { ...whole, Path: '/', UserName: 'Berta', Arn: `arn:aws:iam::${ACCOUNT}:user/Berta` };
    assert.deepEqual(await get(iam, 'Berta'), renamed);
    await assert.rejects(get(iam, 'Anna'), noSuchUser('Anna'));
    await iam.send(new UpdateUserCommand({ UserName: 'Berta', NewUserName: 'BERTA' }));
    assert.equal((await get(iam, 'Berta'))?.UserName, 'BERTA', 'a name may change its case');

    await assert.rejects(
      iam.send(new DeleteUserCommand({ UserName: 'Berta' })),
      refuses('DeleteConflict', /keys/, 409),
    );
    const again = await create(iam, 'Anna');
    assert.notEqual(again.User?.UserId, UserId);
    await iam.send(new DeleteUserCommand({ UserName: 'anna' }));
    await assert.rejects(get(iam, 'Anna'), noSuchUser('Anna'));
  }));

test('a name is used once in an account, also by renaming, and freely in another account', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    await create(iam, 'Anna');
    await create(iam, 'Berta');
    const exists = (name: string) => refuses('EntityAlreadyExists', `User with name ${name} already exists.`, 409);
    await assert.rejects(create(iam, 'ANNA'), exists('ANNA'));
    const renaming = iam.send(new UpdateUserCommand({ UserName: 'Berta', NewUserName: 'anna' }));
    await assert.rejects(renaming, exists('anna'));
    assert.equal((await get(iam, 'Berta'))?.UserName, 'Berta');
    await create(client(OTHER_ROOT_KEY), 'Anna');
    const [first, other] = [await get(iam, 'Anna'), await get(client(OTHER_ROOT_KEY), 'Anna')];
    assert.notEqual(first?.Arn, other?.Arn);
  }));

test("a user with anything of theirs left is not deleted, in AWS's words", () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const UserName = 'Anna';
    await create(iam, UserName);
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    await iam.send(new CreateGroupCommand({ GroupName: 'G' }));
    await iam.send(new AddUserToGroupCommand({ UserName, GroupName: 'G' }));
    const PolicyDocument = document(allow('s3:*'));
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'M', PolicyDocument }));
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: Policy?.Arn }));
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'I', PolicyDocument }));
    const { ServiceSpecificCredential: credential } = await iam.send(
      new CreateServiceSpecificCredentialCommand({ UserName, ServiceName: 'bedrock.amazonaws.com' }),
    );

    const conflict = (must: string) =>
      assert.rejects(
        iam.send(new DeleteUserCommand({ UserName })),
        refuses('DeleteConflict', `Cannot delete entity, must ${must} first.`, 409),
      );
    await conflict('delete access keys');
    await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: AccessKey?.AccessKeyId }));
    await conflict('remove users from group');
    await iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName: 'G' }));
    await conflict('detach all policies');
    await iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn: Policy?.Arn }));
    await conflict('delete policies');
    await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'I' }));
    await conflict('remove referenced objects');
    const ServiceSpecificCredentialId = credential?.ServiceSpecificCredentialId;
    await iam.send(new DeleteServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }));
    await iam.send(new DeleteUserCommand({ UserName }));
  }));

test('users are listed by name, page by page, under a path, while others come and go', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    for (let at = 0; at < 7; at += 1) {
      await create(iam, `u${at}`, { Path: at % 2 ? '/odd/' : '/even/', Tags: [{ Key: 'a', Value: 'b' }] });
    }
    const names: string[] = [];
    for await (const page of paginateListUsers({ client: iam, pageSize: 2 }, {})) {
      names.push(...(page.Users ?? []).map((user) => user.UserName ?? ''));
      if (names.length === 2) {
        await iam.send(new DeleteUserCommand({ UserName: 'u1' }));
        await create(iam, 'u3a');
        await create(iam, 'a');
      }
    }
    assert.deepEqual(names, ['u0', 'u1', 'u2', 'u3', 'u3a', 'u4', 'u5', 'u6']);
    const odd = await iam.send(new ListUsersCommand({ PathPrefix: '/odd/' }));
    assert.deepEqual(
      odd.Users?.map((user) => user.UserName),
      ['u3', 'u5'],
    );
    assert.deepEqual([odd.IsTruncated, odd.Marker, odd.Users?.[0]?.Tags], [false, undefined, undefined]);
    const partial = await iam.send(new ListUsersCommand({ PathPrefix: '/od' }));
    assert.equal(partial.Users?.length, 2);
    const none = await iam.send(new ListUsersCommand({ PathPrefix: '/nobody/' }));
    assert.deepEqual(none.Users ?? [], []);
    const bad = iam.send(new ListUsersCommand({ Marker: 'nonsense' }));
    await assert.rejects(bad, refuses('ValidationError', 'Invalid Marker.', 400));
  }));

test('tags of a user are merged without regard to case, removed, and bounded', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const UserName = 'Anna';
    await create(iam, UserName, { Tags: [{ Key: 'Team', Value: 'a' }] });
    const tag = (...Tags: { Key: string; Value: string }[]) => iam.send(new TagUserCommand({ UserName, Tags }));
    const list = async () => (await iam.send(new ListUserTagsCommand({ UserName }))).Tags ?? [];
    await tag({ Key: 'team', Value: 'b' }, { Key: 'x', Value: '' });
    assert.deepEqual(await list(), [
      { Key: 'team', Value: 'b' },
      { Key: 'x', Value: '' },
    ]);
    await iam.send(new UntagUserCommand({ UserName, TagKeys: ['TEAM', 'unknown'] }));
    assert.deepEqual(await list(), [{ Key: 'x', Value: '' }]);
    const twice = tag({ Key: 'a', Value: '' }, { Key: 'A', Value: '' });
    await assert.rejects(twice, refuses('InvalidInput', /Duplicate tag keys/, 400));
    await assert.rejects(tag({ Key: 'aws:a', Value: '' }), refuses('InvalidInput', /reserved/, 400));
    const many = Array.from({ length: 50 }, (_, at) => ({ Key: `k${at}`, Value: '' }));
    await assert.rejects(tag(...many), refuses('LimitExceeded', /TagsPerUser: 50$/, 409));
    await assert.rejects(
      create(iam, 'Berta', { Tags: [...many, { Key: 'one', Value: 'more' }] }),
      refuses('ValidationError', /tags/, 400),
    );
    const UserNameUnknown = 'nobody';
    const Tags = [{ Key: 'a', Value: 'b' }];
    await assert.rejects(iam.send(new TagUserCommand({ UserName: UserNameUnknown, Tags })), noSuchUser('nobody'));
    const untagging = iam.send(new UntagUserCommand({ UserName: UserNameUnknown, TagKeys: ['a'] }));
    await assert.rejects(untagging, noSuchUser('nobody'));
    await assert.rejects(iam.send(new ListUserTagsCommand({ UserName: UserNameUnknown })), noSuchUser('nobody'));
  }));

test('inline policies of a user are put, listed and read as they were put, together at most 2,048 characters', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const UserName = 'Anna';
    await create(iam, UserName);
    const put = (PolicyName: string, PolicyDocument: string) =>
      iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument }));
    const spaced = JSON.stringify(JSON.parse(document(allow('s3:Get*'))), undefined, 200).padEnd(3_000);
    await put('b', spaced);
    await put('a', document(allow('s3:Put*')));
    const { PolicyNames } = await iam.send(new ListUserPoliciesCommand({ UserName }));
    assert.deepEqual(PolicyNames, ['a', 'b']);
    const read = await iam.send(new GetUserPolicyCommand({ UserName, PolicyName: 'b' }));
    assert.equal(decodeURIComponent(read.PolicyDocument ?? ''), spaced, 'white space does not count, and is kept');
    const half = document(allow('s3:*', `arn:aws:s3:::${'x'.repeat(1_100)}`));
    await put('c', half);
    await assert.rejects(
      put('d', half),
      refuses('LimitExceeded', 'Maximum policy size of 2048 bytes exceeded for user Anna', 409),
    );
    await assert.rejects(put('d', '{'), refuses('MalformedPolicyDocument', /^Syntax errors in policy/, 400));
    await assert.rejects(
      put('d', document({ ...allow('s3:*'), Principal: '*' })),
      refuses('MalformedPolicyDocument', /should not specify a principal/, 400),
    );
    await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'c' }));
    const gone = refuses('NoSuchEntity', 'The user policy with name c cannot be found.', 404);
    await assert.rejects(iam.send(new GetUserPolicyCommand({ UserName, PolicyName: 'c' })), gone);
    await assert.rejects(iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'c' })), gone);
    const nobody = { UserName: 'nobody', PolicyName: 'a' };
    await assert.rejects(iam.send(new GetUserPolicyCommand(nobody)), noSuchUser('nobody'));
    await assert.rejects(iam.send(new DeleteUserPolicyCommand(nobody)), noSuchUser('nobody'));
    await assert.rejects(
      iam.send(new PutUserPolicyCommand({ ...nobody, PolicyDocument: spaced })),
      noSuchUser('nobody'),
    );
  }));

test('GetUser without a name is about the caller: root, a user, but no role', () =>
  withServices(async (services) => {
    const root = await services.iam().send(new GetUserCommand({}));
    assert.deepEqual(
      [root.User?.Arn, root.User?.UserId, root.User?.UserName],
      [`arn:aws:iam::${ACCOUNT}:root`, ACCOUNT, undefined],
    );
    const anna = await clientOf(
      services,
      'Anna',
      allow('iam:GetUser', `arn:aws:iam::${ACCOUNT}:user/\${aws:username}`),
    );
    assert.equal((await anna.send(new GetUserCommand({}))).User?.UserName, 'Anna');
    await create(services.iam(), 'Berta');
    await assert.rejects(get(anna, 'Berta'), refuses('AccessDenied', /iam:GetUser/, 403));
    // Hers by her name, whatever her path.
    await services.iam().send(new UpdateUserCommand({ UserName: 'Anna', NewPath: '/team/' }));
    await assert.rejects(anna.send(new GetUserCommand({})), refuses('AccessDenied', /: user Anna because/, 403));

    const AssumeRolePolicyDocument = document({
      Effect: 'Allow',
      Principal: { AWS: ACCOUNT },
      Action: 'sts:AssumeRole',
    });
    await services.iam().send(new CreateRoleCommand({ RoleName: 'R', AssumeRolePolicyDocument }));
    const { directory } = services.identity;
    const role = directory.roles.get(ACCOUNT, 'R');
    assert.ok(role);
    await directory.roles.update(ACCOUNT, 'R', (now) => ({ ...now, inlinePolicies: { p: document(allow('iam:*')) } }));
    const { credentials } = services.identity.issueSession(
      { accountId: ACCOUNT, principal: { kind: 'role', roleId: role.id }, name: 'me' },
      900,
    );
    const session = services.iam(credentials);
    const named = refuses('ValidationError', 'Must specify userName when calling with non-User credentials', 400);
    await assert.rejects(session.send(new GetUserCommand({})), named);
    await assert.rejects(session.send(new CreateAccessKeyCommand({})), named);
    assert.equal((await get(session, 'Anna'))?.UserName, 'Anna');
  }));

test('names and paths that IAM does not take are refused', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const bad = (what: string) => refuses('ValidationError', new RegExp(what), 400);
    for (const name of ['', 'ü', 'a b', 'a/b', 'a*', 'x'.repeat(65)]) {
      await assert.rejects(create(iam, name), bad('userName'), name);
    }
    await create(iam, 'x'.repeat(64));
    await create(iam, '_+=,.@-');
    for (const Path of ['', 'team', '/team', 'team/', '/te am/', `/${'x'.repeat(511)}/`]) {
      await assert.rejects(create(iam, 'Anna', { Path }), bad('path'), Path);
    }
    await create(iam, 'Anna', { Path: `/${'x'.repeat(510)}/` });
    await assert.rejects(iam.send(new UpdateUserCommand({ UserName: 'Anna', NewPath: 'nowhere' })), bad('newPath'));
    await assert.rejects(
      create(iam, 'Berta', { PermissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/none` }),
      refuses(
        'NoSuchEntity',
        `Scope ARN: arn:aws:iam::${ACCOUNT}:policy/none does not exist or is not attachable.`,
        404,
      ),
    );
    await assert.rejects(
      create(iam, 'Berta', { PermissionsBoundary: 'a boundary without an ARN' }),
      refuses('InvalidInput', 'ARN a boundary without an ARN is not valid.', 400),
    );
    await assert.rejects(get(iam, 'Berta'), noSuchUser('Berta'));
    for (const command of [
      new UpdateUserCommand({ UserName: 'nobody' }),
      new DeleteUserCommand({ UserName: 'nobody' }),
      new ListUserPoliciesCommand({ UserName: 'nobody' }),
    ]) {
      await assert.rejects(iam.send(command as UpdateUserCommand), noSuchUser('nobody'));
    }
  }));

test("what may be done with a user hangs on their path, tags and boundary, and on the request's", () =>
  withServices(async (services) => {
    const root = services.iam();
    const arnOf = (path: string): string => `arn:aws:iam::${ACCOUNT}:user${path}`;
    const { Policy } = await root.send(
      new CreatePolicyCommand({ PolicyName: 'Bound', PolicyDocument: document(allow('s3:*')) }),
    );
    const PermissionsBoundary = Policy?.Arn;
    const admin = await clientOf(
      services,
      'Admin',
      allow(['iam:CreateUser', 'iam:PutUserPolicy'], arnOf('/team/*'), {
        StringEquals: { 'iam:PermissionsBoundary': PermissionsBoundary },
      }),
      allow(['iam:TagUser'], arnOf('/team/*'), { StringEquals: { 'aws:RequestTag/team': 'lake' } }),
      allow(['iam:UpdateUser', 'iam:ListUsers'], arnOf('/team/*')),
      allow('iam:DeleteUser', '*', { StringEquals: { 'iam:ResourceTag/team': 'lake' } }),
    );
    const denied = (action: string, resource: string) =>
      refuses(
        'AccessDenied',
        `User: ${arnOf('/Admin')} is not authorized to perform: iam:${action} on resource: ${resource} because no identity-based policy allows the iam:${action} action`,
        403,
      );
    await assert.rejects(create(admin, 'Anna', { PermissionsBoundary }), denied('CreateUser', arnOf('/Anna')));
    await assert.rejects(create(admin, 'Anna', { Path: '/team/' }), denied('CreateUser', arnOf('/team/Anna')));
    const Tags = [{ Key: 'team', Value: 'sea' }];
    const tagged = create(admin, 'Anna', { Path: '/team/', PermissionsBoundary, Tags });
    await assert.rejects(tagged, denied('TagUser', arnOf('/team/Anna')));
    await create(admin, 'Anna', { Path: '/team/', PermissionsBoundary, Tags: [{ Key: 'team', Value: 'lake' }] });

    const PolicyDocument = document(allow('*'));
    await admin.send(new PutUserPolicyCommand({ UserName: 'Anna', PolicyName: 'p', PolicyDocument }));
    await create(root, 'Berta', { Path: '/team/' });
    const unbounded = admin.send(new PutUserPolicyCommand({ UserName: 'Berta', PolicyName: 'p', PolicyDocument }));
    await assert.rejects(unbounded, denied('PutUserPolicy', 'user Berta'));

    const away = admin.send(new UpdateUserCommand({ UserName: 'Berta', NewPath: '/' }));
    await assert.rejects(away, denied('UpdateUser', 'user Berta'));
    await admin.send(new UpdateUserCommand({ UserName: 'Berta', NewUserName: 'Carla' }));
    await assert.rejects(admin.send(new ListUsersCommand({})), denied('ListUsers', arnOf('/')));
    assert.equal((await admin.send(new ListUsersCommand({ PathPrefix: '/team/' }))).Users?.length, 2);

    const untagged = admin.send(new DeleteUserCommand({ UserName: 'Carla' }));
    await assert.rejects(untagged, denied('DeleteUser', 'user Carla'));
    // Nobody learns who is there and who is not.
    const nobody = admin.send(new DeleteUserCommand({ UserName: 'nobody' }));
    await assert.rejects(nobody, denied('DeleteUser', 'user nobody'));
    await root.send(new DeleteUserPolicyCommand({ UserName: 'Anna', PolicyName: 'p' }));
    await admin.send(new DeleteUserCommand({ UserName: 'Anna' }));
  }));
