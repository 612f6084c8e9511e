import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { ACCOUNT, OTHER_ROOT_KEY, ROOT_KEY, withServices } from './in-process.ts';
import { allow, document, noSuchUser, refuses } from './iam-refusals.ts';

async function createKey(iam: IAMClient, UserName?: string) {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand(UserName === undefined ? {} : { UserName }));
  assert.ok(AccessKey?.AccessKeyId && AccessKey.SecretAccessKey);
  const { AccessKeyId, SecretAccessKey } = AccessKey;
  return { ...AccessKey, AccessKeyId, credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } };
}

const noSuchKey = (id: string) => refuses('NoSuchEntity', `The Access Key with id ${id} cannot be found.`, 404);

test('a key is its user, its secret is told once, and two are the most', () =>
  withServices(async ({ iam: client, sts, identity }) => {
    const iam = client();
    const UserName = 'Anna';
    await iam.send(new CreateUserCommand({ UserName, Path: '/team/' }));
    const first = await createKey(iam, 'anna');
    assert.match(first.AccessKeyId, /^AKIA[A-Z2-7]{16}$/);
    assert.match(first.credentials.secretAccessKey, /^[A-Za-z0-9+/]{40}$/);
    assert.deepEqual([first.UserName, first.Status], [UserName, 'Active']);
    const caller = await sts(first.credentials).send(new GetCallerIdentityCommand({}));
    assert.equal(caller.Arn, `arn:aws:iam::${ACCOUNT}:user/team/Anna`);
    const wrong = { ...first.credentials, secretAccessKey: 'x'.repeat(40) };
    await assert.rejects(
      sts(wrong).send(new GetCallerIdentityCommand({})),
      refuses('SignatureDoesNotMatch', /signature/, 403),
    );

    const second = await createKey(iam, UserName);
    assert.notEqual(second.credentials.secretAccessKey, first.credentials.secretAccessKey);
    await assert.rejects(
      createKey(iam, UserName),
      refuses('LimitExceeded', 'Cannot exceed quota for AccessKeysPerUser: 2', 409),
    );
    const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName }));
    const ids = [first.AccessKeyId, second.AccessKeyId].toSorted();
    assert.deepEqual(
      AccessKeyMetadata?.map(({ AccessKeyId }) => AccessKeyId),
      ids,
    );
    for (const { credentials } of [first, second]) {
      assert.ok(!JSON.stringify(AccessKeyMetadata).includes(credentials.secretAccessKey));
      const kept = identity.directory.accessKeys.byId(credentials.accessKeyId);
      assert.ok(!JSON.stringify(kept).includes(credentials.secretAccessKey), 'not in the clear on disk');
    }
    const page = await iam.send(new ListAccessKeysCommand({ UserName, MaxItems: 1 }));
    const rest = await iam.send(new ListAccessKeysCommand({ UserName, Marker: page.Marker }));
    assert.deepEqual(
      [page, rest].map(({ AccessKeyMetadata: keys }) => keys?.[0]?.AccessKeyId),
      ids,
    );
    assert.equal((await iam.send(new ListAccessKeysCommand({ UserName: 'Anna' }))).AccessKeyMetadata?.length, 2);
  }));

test('two keys asked for at once by a user who has one do not make three', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    await iam.send(new CreateUserCommand({ UserName: 'Anna' }));
    const made = await Promise.allSettled(Array.from({ length: 6 }, () => createKey(iam, 'Anna')));
    assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 2);
  }));

test('a deactivated or deleted key is nobody from then on, and an active one works again', () =>
  withServices(async ({ iam: client, sts }) => {
    const iam = client();
    const UserName = 'Anna';
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKeyId, credentials } = await createKey(iam, UserName);
    const anna = sts(credentials);
    const who = () => anna.send(new GetCallerIdentityCommand({}));
    const set = (Status: 'Active' | 'Inactive') =>
      iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }));
    const unknown = refuses('InvalidClientTokenId', /security token/, 403);
    await who();
    await set('Inactive');
    await assert.rejects(who(), unknown);
    assert.equal((await iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata?.[0]?.Status, 'Inactive');
    await set('Active');
    await who();
    await iam.send(new UpdateUserCommand({ UserName, NewUserName: 'Berta' }));
    assert.equal((await who()).Arn, `arn:aws:iam::${ACCOUNT}:user/Berta`, 'the key follows its user');
    await iam.send(new DeleteAccessKeyCommand({ UserName: 'Berta', AccessKeyId }));
    await assert.rejects(who(), unknown);
    await iam.send(new DeleteUserCommand({ UserName: 'Berta' }));
  }));

test('a user without a name in the request is the caller; for root it is the key of the configuration', () =>
  withServices(async ({ iam: client }) => {
    const root = client();
    await root.send(new CreateUserCommand({ UserName: 'Anna' }));
    const own = 'arn:aws:iam::*:user/${aws:username}';
    const PolicyDocument = document(allow(['iam:*AccessKey*', 'iam:GetUser'], own));
    await root.send(new PutUserPolicyCommand({ UserName: 'Anna', PolicyName: 'own', PolicyDocument }));
    const anna = client((await createKey(root, 'Anna')).credentials);
    const second = await createKey(anna);
    assert.equal(second.UserName, 'Anna');
    assert.equal((await anna.send(new ListAccessKeysCommand({}))).AccessKeyMetadata?.length, 2);
    const { AccessKeyId } = second;
    await anna.send(new UpdateAccessKeyCommand({ AccessKeyId, Status: 'Inactive' }));
    await anna.send(new DeleteAccessKeyCommand({ AccessKeyId }));
    assert.equal((await anna.send(new ListAccessKeysCommand({}))).AccessKeyMetadata?.length, 1);

    await root.send(new CreateUserCommand({ UserName: 'Berta' }));
    const berta = await createKey(root, 'Berta');
    const denied = refuses('AccessDenied', /on resource: user Berta because/, 403);
    await assert.rejects(createKey(anna, 'Berta'), denied);
    await assert.rejects(anna.send(new ListAccessKeysCommand({ UserName: 'Berta' })), denied);
    // Neither her name nor his opens his key to her.
    await assert.rejects(
      anna.send(new DeleteAccessKeyCommand({ AccessKeyId: berta.AccessKeyId })),
      noSuchKey(berta.AccessKeyId),
    );
    const lastUsed = (AccessKeyId: string) => anna.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
    await assert.rejects(lastUsed(berta.AccessKeyId), denied);

    const { AccessKeyMetadata } = await root.send(new ListAccessKeysCommand({}));
    assert.deepEqual(
      AccessKeyMetadata?.map(({ AccessKeyId: id }) => id),
      [ROOT_KEY.accessKeyId],
    );
    const named = refuses('ValidationError', 'Must specify userName when calling with non-User credentials', 400);
    await assert.rejects(createKey(root), named);
    await assert.rejects(root.send(new DeleteAccessKeyCommand({ AccessKeyId: ROOT_KEY.accessKeyId })), named);
  }));

test('unknown users, keys of others, and statuses that do not exist are told', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    for (const UserName of ['Anna', 'Berta']) await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKeyId } = await createKey(iam, 'Anna');
    const stranger = client(OTHER_ROOT_KEY);
    await stranger.send(new CreateUserCommand({ UserName: 'Anna' }));

    await assert.rejects(createKey(iam, 'nobody'), noSuchUser('nobody'));
    await assert.rejects(iam.send(new ListAccessKeysCommand({ UserName: 'nobody' })), noSuchUser('nobody'));
    const none = 'AKIAIOSFODNN7EXAMPLE';
    for (const [who, UserName, id] of [
      [iam, 'Anna', none],
      [iam, 'Berta', AccessKeyId],
      [stranger, 'Anna', AccessKeyId],
    ] as const) {
      const key = { UserName, AccessKeyId: id };
      await assert.rejects(who.send(new UpdateAccessKeyCommand({ ...key, Status: 'Inactive' })), noSuchKey(id));
      await assert.rejects(who.send(new DeleteAccessKeyCommand(key)), noSuchKey(id));
    }
    for (const Status of ['Expired', 'active', ''] as const) {
      const updating = iam.send(
        new UpdateAccessKeyCommand({ UserName: 'Anna', AccessKeyId, Status: Status as 'Active' }),
      );
      await assert.rejects(updating, refuses('ValidationError', /at 'status'/, 400), Status);
    }
    const arn = (account: string): string => `arn:aws:iam::${account}:root`;
    const asking = (who: IAMClient, id: string) => who.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
    for (const [who, account, id] of [
      [iam, ACCOUNT, none],
      [stranger, '210987654321', AccessKeyId],
    ] as const) {
      const message = `User: ${arn(account)} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key ${id}`;
      await assert.rejects(asking(who, id), refuses('AccessDenied', message, 403));
    }
    const unused = await asking(iam, AccessKeyId);
    assert.deepEqual([unused.UserName, unused.AccessKeyLastUsed], ['Anna', { ServiceName: 'N/A', Region: 'N/A' }]);
    assert.equal((await iam.send(new GetUserCommand({ UserName: 'Anna' }))).User?.UserName, 'Anna');
  }));
