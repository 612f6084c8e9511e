import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateServiceSpecificCredentialCommand,
  CreateUserCommand,
  DeleteServiceSpecificCredentialCommand,
  type IAMClient,
  ListServiceSpecificCredentialsCommand,
  PutUserPolicyCommand,
  ResetServiceSpecificCredentialCommand,
  UpdateServiceSpecificCredentialCommand,
} from '@aws-sdk/client-iam';
import { AuthenticationFailure } from '#wire';
import { ACCOUNT, type InProcess, withServices } from './in-process.ts';
import { allow, document, noSuchUser, refuses } from './iam-refusals.ts';

const ServiceName = 'bedrock.amazonaws.com';
const DAY_MS = 86_400_000;

async function createKey(iam: IAMClient, UserName: string, CredentialAgeDays?: number) {
  const { ServiceSpecificCredential: credential } = await iam.send(
    new CreateServiceSpecificCredentialCommand({
      UserName,
      ServiceName,
      ...(CredentialAgeDays && { CredentialAgeDays }),
    }),
  );
  assert.ok(credential?.ServiceCredentialSecret && credential.ServiceSpecificCredentialId);
  return { ...credential, id: credential.ServiceSpecificCredentialId, key: credential.ServiceCredentialSecret };
}

/** Whose key it is by now, or why it is nobody's. */
function bearer({ identity }: InProcess, key: string, nowMs = Date.now()): string {
  try {
    return identity.resolveBearer(key, 'bedrock', nowMs).caller.arn;
  } catch (error) {
    if (error instanceof AuthenticationFailure) return error.reason;
    throw error;
  }
}

test("an API key is a user's, is told once, and is found again by its alias only", () =>
  withServices(async (services) => {
    const iam = services.iam();
    const UserName = 'BedrockAPIKey-ab12';
    await iam.send(new CreateUserCommand({ UserName }));
    const { key, id, ...made } = await createKey(iam, UserName, 30);
    const alias = `${UserName}-at-${ACCOUNT}`;
    assert.match(id, /^ACCA[A-Z2-7]{17}$/);
    assert.deepEqual(
      [made.ServiceName, made.UserName, made.Status, made.ServiceCredentialAlias, made.ServiceUserName],
      [ServiceName, UserName, 'Active', alias, undefined],
    );
    assert.equal(Number(made.ExpirationDate) - Number(made.CreateDate), 30 * DAY_MS);
    assert.match(key, /^ABSK/);
    const inside = Buffer.from(key.slice(4), 'base64').toString();
    assert.match(inside, new RegExp(`^${alias}:[A-Za-z0-9+/]{59}=$`));
    const arn = `arn:aws:iam::${ACCOUNT}:user/${UserName}`;
    assert.equal(bearer(services, key), arn);

    const second = await createKey(iam, UserName);
    assert.equal(second.ServiceCredentialAlias, `${UserName}+1-at-${ACCOUNT}`);
    assert.equal(second.ExpirationDate, undefined);
    assert.deepEqual([bearer(services, key), bearer(services, second.key)], [arn, arn]);
    await assert.rejects(
      createKey(iam, UserName),
      refuses('LimitExceeded', 'Cannot exceed quota for ServiceSpecificCredentialsPerUser: 2', 409),
    );
    const { ServiceSpecificCredentials: listed } = await iam.send(
      new ListServiceSpecificCredentialsCommand({ UserName }),
    );
    assert.deepEqual(
      listed?.map((one) => one.ServiceSpecificCredentialId),
      [id, second.id].toSorted(),
    );
    const kept = JSON.stringify([listed, services.identity.directory.apiKeysOfUser(made.UserName ?? '')]);
    assert.ok(!kept.includes(key) && !kept.includes(inside.slice(alias.length + 1)));

    // A name of its own that looks like another's second key takes nothing from it.
    await iam.send(new CreateUserCommand({ UserName: `${UserName}+1` }));
    const lookalike = await createKey(iam, `${UserName}+1`);
    assert.equal(lookalike.ServiceCredentialAlias, `${UserName}+1+1-at-${ACCOUNT}`);
    assert.equal(bearer(services, lookalike.key), `${arn}+1`);
  }));

test('a key stops when it is deactivated, reset, expired or deleted, at once', () =>
  withServices(async (services) => {
    const iam = services.iam();
    const UserName = 'Anna';
    await iam.send(new CreateUserCommand({ UserName }));
    const { key, id, ServiceCredentialAlias } = await createKey(iam, UserName, 1);
    const arn = `arn:aws:iam::${ACCOUNT}:user/Anna`;
    const ServiceSpecificCredentialId = id;
    const set = (Status: 'Active' | 'Inactive') =>
      iam.send(new UpdateServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId, Status }));
    const status = async () =>
      (await services.iam().send(new ListServiceSpecificCredentialsCommand({ UserName })))
        .ServiceSpecificCredentials?.[0]?.Status;
    await set('Inactive');
    assert.deepEqual([bearer(services, key), await status()], ['bad-bearer', 'Inactive']);
    await set('Active');
    assert.deepEqual([bearer(services, key), await status()], [arn, 'Active']);

    const { ServiceSpecificCredential: anew } = await iam.send(
      new ResetServiceSpecificCredentialCommand({ UserName, ServiceSpecificCredentialId }),
    );
    const newKey = anew?.ServiceCredentialSecret ?? '';
    assert.deepEqual([anew?.ServiceCredentialAlias, anew?.ServiceSpecificCredentialId], [ServiceCredentialAlias, id]);
    assert.deepEqual([bearer(services, key), bearer(services, newKey)], ['bad-bearer', arn]);

    assert.equal(bearer(services, newKey, Date.now() + DAY_MS + 1_000), 'expired-bearer');
    services.advanceMs(DAY_MS + 1_000);
    assert.equal(await status(), 'Expired');
    const deleting = { UserName, ServiceSpecificCredentialId };
    await services.iam().send(new DeleteServiceSpecificCredentialCommand(deleting));
    assert.equal(bearer(services, newKey), 'bad-bearer');
    assert.deepEqual(services.identity.directory.apiKeyByAlias(ServiceCredentialAlias ?? ''), undefined);
    assert.equal((await createKey(services.iam(), UserName)).ServiceCredentialAlias, ServiceCredentialAlias);
  }));

test('credentials are for Bedrock; other services, users and ids are refused', () =>
  withServices(async ({ iam: client }) => {
    const iam = client();
    const UserName = 'Anna';
    for (const name of [UserName, 'Berta']) await iam.send(new CreateUserCommand({ UserName: name }));
    const of = (service: string, name = UserName) =>
      iam.send(new CreateServiceSpecificCredentialCommand({ UserName: name, ServiceName: service }));
    for (const service of ['codecommit.amazonaws.com', 'cassandra.amazonaws.com', 'logs.amazonaws.com']) {
      await assert.rejects(of(service), refuses('ServiceNotSupported', /only for Bedrock/, 404), service);
    }
    await assert.rejects(
      of('satellite.amazonaws.com'),
      refuses(
        'NoSuchEntity',
        'No such service satellite.amazonaws.com is supported for Service Specific Credentials',
        404,
      ),
    );
    await assert.rejects(of(ServiceName, 'nobody'), noSuchUser('nobody'));
    for (const CredentialAgeDays of [0, 36_601, -1]) {
      await assert.rejects(
        iam.send(new CreateServiceSpecificCredentialCommand({ UserName, ServiceName, CredentialAgeDays })),
        refuses('ValidationError', /credentialAgeDays/, 400),
      );
    }
    const { id } = await createKey(iam, UserName, 36_600);
    for (const [name, unknown] of [
      [UserName, 'ACCAIOSFODNN7EXAMPLE1'],
      ['Berta', id],
    ] as const) {
      const credential = { UserName: name, ServiceSpecificCredentialId: unknown };
      const none = refuses('NoSuchEntity', `No such credential ${unknown} exists`, 404);
      await assert.rejects(iam.send(new ResetServiceSpecificCredentialCommand(credential)), none);
      await assert.rejects(iam.send(new DeleteServiceSpecificCredentialCommand(credential)), none);
      const Status = 'Inactive' as const;
      await assert.rejects(iam.send(new UpdateServiceSpecificCredentialCommand({ ...credential, Status })), none);
    }
    const expiring = { UserName, ServiceSpecificCredentialId: id, Status: 'Expired' as const };
    await assert.rejects(
      iam.send(new UpdateServiceSpecificCredentialCommand(expiring)),
      refuses('ValidationError', /at 'status'/, 400),
    );
  }));

test('credentials are listed for a user, for the caller, for all users, and by service', () =>
  withServices(async ({ iam: client }) => {
    const root = client();
    for (const UserName of ['Anna', 'Berta', 'Carla']) await root.send(new CreateUserCommand({ UserName }));
    const ids = [await createKey(root, 'Anna'), await createKey(root, 'Anna'), await createKey(root, 'Berta')]
      .map(({ id }) => id)
      .toSorted();
    const list = async (iam: IAMClient, input: object) =>
      (await iam.send(new ListServiceSpecificCredentialsCommand(input))).ServiceSpecificCredentials ?? [];
    assert.equal((await list(root, { UserName: 'Anna' })).length, 2);
    assert.equal((await list(root, { UserName: 'Carla' })).length, 0);
    assert.equal((await list(root, { UserName: 'Anna', ServiceName })).length, 2);
    assert.equal((await list(root, { UserName: 'Anna', ServiceName: 'codecommit.amazonaws.com' })).length, 0);
    const all: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await root.send(
        new ListServiceSpecificCredentialsCommand({ AllUsers: true, MaxItems: 2, ...(Marker && { Marker }) }),
      );
      all.push(...(page.ServiceSpecificCredentials ?? []).map((one) => one.ServiceSpecificCredentialId));
      Marker = page.Marker;
    } while (Marker);
    assert.deepEqual(all, ids);
    await assert.rejects(list(root, { AllUsers: true, UserName: 'Anna' }), refuses('ValidationError', /AllUsers/, 400));
    await assert.rejects(list(root, { UserName: 'nobody' }), noSuchUser('nobody'));

    const own = 'arn:aws:iam::*:user/${aws:username}';
    const PolicyDocument = document(
      allow('iam:*ServiceSpecificCredential*', own, {
        NumericLessThanEqualsIfExists: { 'iam:ServiceSpecificCredentialAgeDays': '90' },
        StringEqualsIfExists: { 'iam:ServiceSpecificCredentialServiceName': ServiceName },
      }),
      {
        Effect: 'Deny',
        Action: 'iam:CreateServiceSpecificCredential',
        Resource: '*',
        Condition: { Null: { 'iam:ServiceSpecificCredentialAgeDays': 'true' } },
      },
    );
    await root.send(new PutUserPolicyCommand({ UserName: 'Carla', PolicyName: 'own', PolicyDocument }));
    const { AccessKey } = await root.send(new CreateAccessKeyCommand({ UserName: 'Carla' }));
    const carla = client({
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    const denied = refuses('AccessDenied', /CreateServiceSpecificCredential/, 403);
    await assert.rejects(createKey(carla, 'Carla'), denied);
    await assert.rejects(createKey(carla, 'Carla', 91), denied);
    await assert.rejects(createKey(carla, 'Anna', 90), denied);
    const { id } = await createKey(carla, 'Carla', 90);
    assert.deepEqual(
      (await list(carla, {})).map((one) => one.ServiceSpecificCredentialId),
      [id],
    );
    await assert.rejects(list(carla, { AllUsers: true }), refuses('AccessDenied', /ListServiceSpecific/, 403));
    await carla.send(
      new UpdateServiceSpecificCredentialCommand({ ServiceSpecificCredentialId: id, Status: 'Inactive' }),
    );
    await carla.send(new DeleteServiceSpecificCredentialCommand({ ServiceSpecificCredentialId: id }));
  }));
