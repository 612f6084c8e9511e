import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteGroupPolicyCommand,
  DeleteUserCommand,
  DetachGroupPolicyCommand,
  GetGroupCommand,
  GetGroupPolicyCommand,
  type IAMClient,
  ListGroupPoliciesCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  paginateGetGroup,
  PutGroupPolicyCommand,
  RemoveUserFromGroupCommand,
  UpdateGroupCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { ACCOUNT, OTHER_ROOT_KEY, withServices } from './in-process.ts';
import { allow, document, noSuchGroup, noSuchUser, refuses } from './iam-refusals.ts';

const create = (iam: IAMClient, GroupName: string, Path?: string) =>
  iam.send(new CreateGroupCommand({ GroupName, ...(Path && { Path }) }));
const user = (iam: IAMClient, UserName: string) => iam.send(new CreateUserCommand({ UserName }));
const add = (iam: IAMClient, UserName: string, GroupName: string) =>
  iam.send(new AddUserToGroupCommand({ UserName, GroupName }));
const membersOf = async (iam: IAMClient, GroupName: string) =>
  (await iam.send(new GetGroupCommand({ GroupName }))).Users?.map(({ UserName }) => UserName) ?? [];

test('a group is made, read, renamed with its members, and deleted', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const { Group } = await create(iam, 'Team', '/lake/');
    assert.match(Group?.GroupId ?? '', /^AGPA[A-Z2-7]{17}$/);
    assert.deepEqual([Group?.Path, Group?.Arn], ['/lake/', `arn:aws:iam::${ACCOUNT}:group/lake/Team`]);
    assert.deepEqual((await iam.send(new GetGroupCommand({ GroupName: 'team' }))).Group, Group);
    await user(iam, 'Anna');
    await add(iam, 'Anna', 'Team');
    await iam.send(new UpdateGroupCommand({ GroupName: 'Team', NewGroupName: 'Crew', NewPath: '/' }));
    const renamed = (await iam.send(new GetGroupCommand({ GroupName: 'Crew' }))).Group;
    assert.deepEqual([renamed?.GroupId, renamed?.Arn], [Group?.GroupId, `arn:aws:iam::${ACCOUNT}:group/Crew`]);
    assert.deepEqual(await membersOf(iam, 'Crew'), ['Anna']);
    await assert.rejects(membersOf(iam, 'Team'), noSuchGroup('Team'));
    await create(client(OTHER_ROOT_KEY), 'Crew');
    const exists = refuses('EntityAlreadyExists', 'Group with name CREW already exists.', 409);
    await assert.rejects(create(iam, 'CREW'), exists);
    await create(iam, 'Other');
    await assert.rejects(iam.send(new UpdateGroupCommand({ GroupName: 'Other', NewGroupName: 'CREW' })), exists);
  }));

test("a group with anything left is not deleted, in AWS's words", () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const GroupName = 'G';
    await create(iam, GroupName);
    await user(iam, 'Anna');
    await add(iam, 'Anna', GroupName);
    const PolicyDocument = document(allow('s3:*'));
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'M', PolicyDocument }));
    await iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn: Policy?.Arn }));
    await iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName: 'I', PolicyDocument }));
    const conflict = (must: string) =>
      assert.rejects(
        iam.send(new DeleteGroupCommand({ GroupName })),
        refuses('DeleteConflict', `Cannot delete entity, must ${must} first.`, 409),
      );
    await conflict('remove users from group');
    await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName: 'Anna' }));
    await conflict('detach all policies');
    await iam.send(new DetachGroupPolicyCommand({ GroupName, PolicyArn: Policy?.Arn }));
    await conflict('delete policies');
    await iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName: 'I' }));
    await iam.send(new DeleteGroupCommand({ GroupName }));
    await assert.rejects(iam.send(new DeleteGroupCommand({ GroupName })), noSuchGroup(GroupName));
    await create(iam, GroupName);
    assert.deepEqual(await membersOf(iam, GroupName), [], 'a group of the same name is another');
  }));

test('members come and go, once each, and are told page by page, by their present names', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    await create(iam, 'G');
    await create(iam, 'Z');
    for (const name of ['d', 'b', 'a', 'c', 'e']) {
      await user(iam, name);
      await add(iam, name, 'G');
    }
    await add(iam, 'a', 'g');
    await add(iam, 'a', 'Z');
    await iam.send(new UpdateUserCommand({ UserName: 'b', NewUserName: 'x' }));
    const names: (string | undefined)[] = [];
    for await (const page of paginateGetGroup({ client: iam, pageSize: 2 }, { GroupName: 'G' })) {
      names.push(...(page.Users ?? []).map(({ UserName }) => UserName));
      if (names.length === 2) {
        await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'G', UserName: 'a' }));
        await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'G', UserName: 'e' }));
      }
    }
    assert.deepEqual(names, ['a', 'c', 'd', 'x']);
    const groupsOf = async (UserName: string) =>
      (await iam.send(new ListGroupsForUserCommand({ UserName }))).Groups?.map(({ GroupName }) => GroupName) ?? [];
    assert.deepEqual([await groupsOf('a'), await groupsOf('x')], [['Z'], ['G']]);
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'G', UserName: 'a' }));
    await iam.send(new RemoveUserFromGroupCommand({ GroupName: 'Z', UserName: 'a' }));
    await iam.send(new DeleteUserCommand({ UserName: 'a' }));
    assert.deepEqual(await membersOf(iam, 'Z'), []);
  }));

test('a user is in ten groups at most, and unknown users and groups are told', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    await user(iam, 'Anna');
    for (let at = 0; at < 11; at += 1) await create(iam, `g${at}`, at % 2 ? '/odd/' : '/even/');
    for (let at = 0; at < 10; at += 1) await add(iam, 'Anna', `g${at}`);
    await assert.rejects(
      add(iam, 'Anna', 'g10'),
      refuses('LimitExceeded', 'Cannot exceed quota for GroupsPerUser: 10', 409),
    );
    await add(iam, 'Anna', 'g9');
    const { Groups, IsTruncated } = await iam.send(new ListGroupsCommand({ PathPrefix: '/odd/', MaxItems: 3 }));
    assert.deepEqual([Groups?.map(({ GroupName }) => GroupName), IsTruncated], [['g1', 'g3', 'g5'], true]);

    await assert.rejects(add(iam, 'nobody', 'g1'), noSuchUser('nobody'));
    await assert.rejects(add(iam, 'Anna', 'none'), noSuchGroup('none'));
    const remove = (UserName: string, GroupName: string) =>
      iam.send(new RemoveUserFromGroupCommand({ UserName, GroupName }));
    await assert.rejects(remove('nobody', 'g1'), noSuchUser('nobody'));
    await assert.rejects(remove('Anna', 'none'), noSuchGroup('none'));
    await remove('Anna', 'g10');
    await assert.rejects(iam.send(new ListGroupsForUserCommand({ UserName: 'nobody' })), noSuchUser('nobody'));
    await assert.rejects(iam.send(new UpdateGroupCommand({ GroupName: 'none' })), noSuchGroup('none'));
    await assert.rejects(create(iam, 'a b'), refuses('ValidationError', /groupName/, 400));
    await assert.rejects(create(iam, 'a', 'nowhere'), refuses('ValidationError', /path/, 400));
  }));

test("a group's inline policies have at most 5,120 characters together, and grant while a user is a member", () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    await create(iam, 'Readers', '/team/');
    await user(iam, 'Anna');
    const GroupName = 'Readers';
    const put = (PolicyName: string, PolicyDocument: string) =>
      iam.send(new PutGroupPolicyCommand({ GroupName, PolicyName, PolicyDocument }));
    const reading = document(allow('iam:List*'), allow('iam:AddUserToGroup', `arn:aws:iam::${ACCOUNT}:group/team/*`));
    await put('b', reading);
    await put('a', document(allow('s3:*', `arn:aws:s3:::${'x'.repeat(4_800)}`)));
    await assert.rejects(
      put('c', document(allow('s3:*', `arn:aws:s3:::${'x'.repeat(200)}`))),
      refuses('LimitExceeded', 'Maximum policy size of 5120 bytes exceeded for group Readers', 409),
    );
    await assert.rejects(put('a', '[]'), refuses('MalformedPolicyDocument', /./, 400));
    assert.deepEqual((await iam.send(new ListGroupPoliciesCommand({ GroupName }))).PolicyNames, ['a', 'b']);
    const read = await iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName: 'b' }));
    assert.deepEqual([read.GroupName, decodeURIComponent(read.PolicyDocument ?? '')], [GroupName, reading]);
    const gone = refuses('NoSuchEntity', 'The group policy with name c cannot be found.', 404);
    await assert.rejects(iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName: 'c' })), gone);
    await assert.rejects(iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName: 'c' })), gone);

    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'Anna' }));
    const anna = client({
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    const denied = refuses('AccessDenied', /is not authorized to perform: iam:/, 403);
    await assert.rejects(anna.send(new ListUsersCommand({})), denied);
    await add(iam, 'Anna', GroupName);
    await anna.send(new ListUsersCommand({}));
    await create(iam, 'Elsewhere');
    await assert.rejects(add(anna, 'Anna', 'Elsewhere'), denied);
    await add(anna, 'Anna', GroupName);
    await iam.send(new DeleteGroupPolicyCommand({ GroupName, PolicyName: 'b' }));
    await assert.rejects(anna.send(new ListUsersCommand({})), denied);
    await put('b', reading);
    await anna.send(new ListUsersCommand({}));
    await iam.send(new RemoveUserFromGroupCommand({ UserName: 'Anna', GroupName }));
    await assert.rejects(anna.send(new ListUsersCommand({})), denied);
  }));
