/**
 * Two accounts in one server: the administrator of one tries to read, change, list and delete everything of the other, in
 * every service. Nothing is allowed or seen, unless the owner's own policy lets them.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as bedrock from '@aws-sdk/client-bedrock';
import { ConverseCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { createIamService, createLogsService, createS3Service, type OperationTable } from '#services';
import { loadService, type ServiceName } from '#wire';
import { refusal } from '../calls.ts';
import { ACCOUNT as OWNER, type Clients, destroyClients, makeClients, REGION, ROOT_KEY } from '../harness.ts';
import { minimalInput } from '../protocol/minimal-values.ts';
import { shareVarve } from '../shared.ts';
import { presignedUrl } from './s3/signed-request.ts';

const STRANGER = '210987654321';
const STRANGER_ROOT_KEY = {
  accessKeyId: 'AKIAVARVETESTROOTKEY2',
  secretAccessKey: 'varve-test-secret-varve-test-secret-0002',
};
const ADMIN_ARN = `arn:aws:iam::${STRANGER}:user/admin`;

const BUCKET = 'the-owners-bucket';
const OWN_BUCKET = 'the-strangers-bucket';
const KEY = 'prompts/secret.txt';
const SECRET = 'what only the owner may read';
const GROUP = '/the-owner/prompts';
const STREAM = 'stream';
const GROUP_ARN = `arn:aws:logs:${REGION}:${OWNER}:log-group:${GROUP}`;
const ROLE_ARN = `arn:aws:iam::${OWNER}:role/owners-role`;
const POLICY_ARN = `arn:aws:iam::${OWNER}:policy/owners-policy`;
const USER_ARN = `arn:aws:iam::${OWNER}:user/owners-user`;

const { clients: owner, endpoint } = await shareVarve({
  accounts: [
    { id: OWNER, rootAccessKeyId: ROOT_KEY.accessKeyId, rootSecretAccessKey: ROOT_KEY.secretAccessKey },
    {
      id: STRANGER,
      rootAccessKeyId: STRANGER_ROOT_KEY.accessKeyId,
      rootSecretAccessKey: STRANGER_ROOT_KEY.secretAccessKey,
    },
  ],
});
const strangersRoot = makeClients(endpoint, REGION, STRANGER_ROOT_KEY);
let admin: Clients;
let adminKey = { accessKeyId: '', secretAccessKey: '' };
let ownersKeyId = '';
let uploadId = '';

before(async () => {
  await ownThings();
  await makeAdministrator();
});
after(() => {
  destroyClients(strangersRoot);
  destroyClients(admin);
});

async function ownThings(): Promise<void> {
  await owner.s3.send(new s3.CreateBucketCommand({ Bucket: BUCKET }));
  await owner.s3.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: KEY, Body: SECRET }));
  const upload = await owner.s3.send(new s3.CreateMultipartUploadCommand({ Bucket: BUCKET, Key: 'unfinished' }));
  uploadId = upload.UploadId ?? '';
  await owner.logs.send(new logs.CreateLogGroupCommand({ logGroupName: GROUP, tags: { of: 'owner' } }));
  await owner.logs.send(new logs.CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: STREAM }));
  const logEvents = [{ timestamp: Date.now(), message: SECRET }];
  await owner.logs.send(new logs.PutLogEventsCommand({ logGroupName: GROUP, logStreamName: STREAM, logEvents }));
  await owner.iam.send(new iam.CreateUserCommand({ UserName: 'owners-user' }));
  const { AccessKey } = await owner.iam.send(new iam.CreateAccessKeyCommand({ UserName: 'owners-user' }));
  ownersKeyId = AccessKey?.AccessKeyId ?? '';
  await owner.iam.send(
    new iam.CreateRoleCommand({ RoleName: 'owners-role', AssumeRolePolicyDocument: trusting(OWNER) }),
  );
  await owner.iam.send(new iam.CreatePolicyCommand({ PolicyName: 'owners-policy', PolicyDocument: everything() }));
  const loggingConfig = { s3Config: { bucketName: BUCKET }, textDataDeliveryEnabled: true };
  await owner.bedrock.send(new bedrock.PutModelInvocationLoggingConfigurationCommand({ loggingConfig }));
}

async function makeAdministrator(): Promise<void> {
  await strangersRoot.iam.send(new iam.CreateUserCommand({ UserName: 'admin' }));
  await strangersRoot.iam.send(
    new iam.PutUserPolicyCommand({ UserName: 'admin', PolicyName: 'administrator', PolicyDocument: everything() }),
  );
  const { AccessKey } = await strangersRoot.iam.send(new iam.CreateAccessKeyCommand({ UserName: 'admin' }));
  adminKey = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  admin = makeClients(endpoint, REGION, adminKey);
  await admin.s3.send(new s3.CreateBucketCommand({ Bucket: OWN_BUCKET }));
  await admin.s3.send(new s3.PutObjectCommand({ Bucket: OWN_BUCKET, Key: 'own', Body: 'own' }));
}

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}
function everything(): string {
  return policy({ Effect: 'Allow', Action: '*', Resource: '*' });
}
function trusting(account: string): string {
  return policy({ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' });
}
async function putBucketPolicy(...statements: object[]): Promise<void> {
  // The statement that Bedrock added is of another test's no concern.
  await owner.s3.send(new s3.PutBucketPolicyCommand({ Bucket: BUCKET, Policy: policy(...statements) }));
}

interface Client {
  send(command: unknown): Promise<unknown>;
}
type Commands = Record<string, new (input: unknown) => unknown>;
const NOTHING: never = new Proxy({}, { get: () => NOTHING }) as never;

/** Operations of a service that work, with the least input that each takes and what `of` puts into it. */
function tries(
  name: ServiceName,
  table: OperationTable<string>,
  of: Readonly<Record<string, unknown>>,
): { operation: string; input: Record<string, unknown> }[] {
  const service = loadService(name);
  return Object.keys(table).flatMap((operation) => {
    const shape = service.operation(operation)?.input;
    if (table[operation]?.kind !== 'implemented' || !shape || !('members' in shape)) return [];
    const members = Object.entries(of).filter(([member]) => shape.members.has(member));
    if (members.length === 0) return [];
    return [{ operation, input: { ...minimalInput(shape), ...Object.fromEntries(members) } }];
  });
}

test("S3: the stranger's administrator and root are refused every operation on the bucket, in no more words than that", async () => {
  const all = tries('s3', createS3Service(NOTHING), { Bucket: BUCKET, Key: KEY, UploadId: uploadId }).filter(
    ({ input }) => 'Bucket' in input,
  );
  assert.ok(all.length > 60);
  for (const { operation, input } of all) {
    const Command = (s3 as unknown as Commands)[`${operation}Command`];
    assert.ok(Command);
    const own = 'CopySource' in input ? { CopySource: `${OWN_BUCKET}/own` } : {};
    for (const { s3: client } of [admin, strangersRoot]) {
      const call = (client as Client).send(new Command({ ...input, ...own }));
      if (operation === 'DeleteObjects') {
        const { Errors = [] } = (await call) as s3.DeleteObjectsCommandOutput;
        assert.deepEqual(
          new Set(Errors.map(({ Code, Message }) => `${Code}: ${Message}`)),
          new Set(['AccessDenied: Access Denied']),
        );
        continue;
      }
      const told = await refusal(call);
      if (operation === 'CreateBucket') assert.equal(told.name, 'BucketAlreadyExists');
      else assert.equal(told.status, 403, `${operation}: ${told.name}`);
      if (told.name === 'AccessDenied') assert.equal(told.message, 'Access Denied', operation);
    }
  }
});

test('S3: nothing is copied out of the bucket', async () => {
  const into = { Bucket: OWN_BUCKET, Key: 'stolen' };
  const { UploadId } = await admin.s3.send(new s3.CreateMultipartUploadCommand(into));
  for (const CopySource of [
    `${BUCKET}/${KEY}`,
    `/${BUCKET}/${KEY}`,
    `${BUCKET}/${encodeURIComponent(KEY)}`,
    `${BUCKET}/not-there`,
  ]) {
    const copied = await refusal(admin.s3.send(new s3.CopyObjectCommand({ ...into, CopySource })));
    assert.deepEqual([copied.name, copied.message], ['AccessDenied', 'Access Denied']);
    const part = { ...into, CopySource, UploadId, PartNumber: 1 };
    assert.equal((await refusal(admin.s3.send(new s3.UploadPartCopyCommand(part)))).name, 'AccessDenied');
  }
});

test('S3: a URL that the stranger signs opens nothing, one that the owner signs does', async () => {
  const path = `/${BUCKET}/${KEY}`;
  assert.equal((await fetch(await presignedUrl(endpoint, path, adminKey))).status, 403);
  assert.equal((await fetch(await presignedUrl(endpoint, path, STRANGER_ROOT_KEY))).status, 403);
  assert.equal(await (await fetch(await presignedUrl(endpoint, path, ROOT_KEY))).text(), SECRET);
  assert.equal((await fetch(`${endpoint}${path}`)).status, 403);
});

test("S3: the bucket is not among the stranger's", async () => {
  const { Buckets = [] } = await admin.s3.send(new s3.ListBucketsCommand({ Prefix: 'the-' }));
  assert.deepEqual(
    Buckets.map(({ Name }) => Name),
    [OWN_BUCKET],
  );
});

test("CloudWatch Logs: the owner's group cannot be named, neither by name nor by ARN", async () => {
  const kmsKeyId = `arn:aws:kms:${REGION}:${OWNER}:key/12345678-1234-1234-1234-123456789012`;
  const byName = { logGroupName: GROUP, logStreamName: STREAM, kmsKeyId };
  const table = createLogsService(NOTHING);
  const named = tries('logs', table, byName).filter(({ input }) => 'logGroupName' in input);
  const byArn = [GROUP_ARN, `${GROUP_ARN}:*`].flatMap((arn) =>
    tries('logs', table, { logGroupIdentifier: arn, resourceArn: arn, logStreamName: STREAM }).filter(
      ({ input }) => 'logGroupIdentifier' in input || 'resourceArn' in input,
    ),
  );
  assert.ok(named.length > 10);
  assert.ok(byArn.length > 10);
  for (const [expected, all] of [
    [['ResourceNotFoundException'], named],
    // Some take no ARN that ends in `:*`, and those of resource policies know no resources in policies.
    [['AccessDeniedException', 'InvalidParameterException', 'ResourceNotFoundException'], byArn],
  ] as const) {
    for (const { operation, input } of all) {
      // Both name and ARN are never taken.
      if (operation === 'CreateLogGroup' || ('logGroupName' in input && 'logGroupIdentifier' in input)) continue;
      const Command = (logs as unknown as Commands)[`${operation}Command`];
      assert.ok(Command);
      for (const { logs: client } of [admin, strangersRoot]) {
        const call = (client as Client).send(new Command(input));
        if (operation === 'DescribeQueries') {
          assert.deepEqual(((await call) as { queries: unknown[] }).queries, []);
          continue;
        }
        const told = await refusal(call);
        assert.ok(
          expected.some((code) => code === told.name),
          `${operation}: ${told.name}`,
        );
      }
    }
  }
});

test("CloudWatch Logs: the owner's group is in no list, and a group of the same name is another", async () => {
  const ask = { accountIdentifiers: [OWNER], includeLinkedAccounts: true };
  for (const input of [{}, ask, { logGroupNamePrefix: GROUP }]) {
    assert.deepEqual((await admin.logs.send(new logs.DescribeLogGroupsCommand(input))).logGroups, []);
  }
  assert.deepEqual((await admin.logs.send(new logs.ListLogGroupsCommand(ask))).logGroups, []);
  await admin.logs.send(new logs.CreateLogGroupCommand({ logGroupName: GROUP }));
  const { events } = await admin.logs.send(new logs.FilterLogEventsCommand({ logGroupName: GROUP }));
  assert.deepEqual(events, []);
  await admin.logs.send(new logs.DeleteLogGroupCommand({ logGroupName: GROUP }));
});

test("IAM: the owner's users, roles and policies cannot be named, and are in no list", async () => {
  const names = { UserName: 'owners-user', RoleName: 'owners-role', PolicyArn: POLICY_ARN };
  const arns = { PolicySourceArn: USER_ARN, PermissionsBoundary: POLICY_ARN };
  const made = new Set(['CreateUser', 'CreateRole']);
  const all = tries('iam', createIamService(NOTHING), { ...names, ...arns, AccessKeyId: ownersKeyId });
  assert.ok(all.length > 40);
  for (const { operation, input } of all) {
    // A user of the same name would be the stranger's own, but with the owner's boundary it must not come to be.
    const Command = (iam as unknown as Commands)[`${operation}Command`];
    assert.ok(Command);
    for (const { iam: client } of [admin, strangersRoot]) {
      const told = await refusal((client as Client).send(new Command(input)));
      assert.ok((told.status ?? 0) >= 400 && (told.status ?? 0) < 500, `${operation}: ${told.name} ${told.status}`);
      assert.ok(!made.has(operation) || told.name !== 'EntityAlreadyExists', operation);
    }
  }
  const { Users = [] } = await admin.iam.send(new iam.ListUsersCommand({}));
  assert.deepEqual(
    Users.map(({ UserName }) => UserName),
    ['admin'],
  );
  assert.deepEqual((await admin.iam.send(new iam.ListRolesCommand({}))).Roles, []);
  assert.deepEqual((await admin.iam.send(new iam.ListPoliciesCommand({ Scope: 'Local' }))).Policies, []);
});

test("Bedrock: the owner's logging configuration is not seen, changed or borrowed", async () => {
  const get = new bedrock.GetModelInvocationLoggingConfigurationCommand({});
  assert.equal((await admin.bedrock.send(get)).loggingConfig, undefined);
  const put = (loggingConfig: bedrock.LoggingConfig) =>
    refusal(admin.bedrock.send(new bedrock.PutModelInvocationLoggingConfigurationCommand({ loggingConfig })));
  assert.equal((await put({ s3Config: { bucketName: BUCKET } })).name, 'ValidationException');
  const borrowed = await put({ cloudWatchConfig: { logGroupName: GROUP, roleArn: ROLE_ARN } });
  assert.equal(borrowed.name, 'ValidationException');
  assert.match(borrowed.message, /Failed to validate permissions for log group/);
  await admin.bedrock.send(new bedrock.DeleteModelInvocationLoggingConfigurationCommand({}));
  assert.equal((await owner.bedrock.send(get)).loggingConfig?.s3Config?.bucketName, BUCKET);
});

test("Bedrock: the owner's models, profiles and guardrails are not used", async () => {
  const arn = (resource: string): string => `arn:aws:bedrock:${REGION}:${OWNER}:${resource}`;
  for (const resource of [
    'inference-profile/us.anthropic.claude-3-haiku-20240307-v1:0',
    'application-inference-profile/abcdefghijkl',
    'provisioned-model/abcdefghijkl',
    'imported-model/abcdefghijkl',
    'custom-model-deployment/abcdefghijkl',
    'prompt-router/abcdefghijkl',
    'prompt/ABCDEFGHIJ',
  ]) {
    const call = admin.runtime.send(new InvokeModelCommand({ modelId: arn(resource), body: '{}' }));
    assert.equal((await refusal(call)).name, 'AccessDeniedException', resource);
  }
  const guarded = admin.runtime.send(
    new ConverseCommand({
      modelId: 'varve.echo-v1',
      messages: [{ role: 'user', content: [{ text: 'hello' }] }],
      guardrailConfig: { guardrailIdentifier: arn('guardrail/abcdefghijkl'), guardrailVersion: '1' },
    }),
  );
  assert.match((await refusal(guarded)).message, /bedrock:ApplyGuardrail/);
});

test("S3: what the bucket's policy lets the stranger do, and no more, they can do, where their own policies let them too", async () => {
  const nobody = await userWithoutPolicy();
  try {
    await putBucketPolicy({
      Effect: 'Allow',
      Principal: { AWS: STRANGER },
      Action: ['s3:GetObject', 's3:GetBucketPolicy'],
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/prompts/*`],
    });
    const get = (Key: string) => new s3.GetObjectCommand({ Bucket: BUCKET, Key });
    const { Body } = await admin.s3.send(get(KEY));
    assert.equal(await Body?.transformToString(), SECRET);
    assert.equal(await (await fetch(await presignedUrl(endpoint, `/${BUCKET}/${KEY}`, adminKey))).text(), SECRET);
    await admin.s3.send(new s3.CopyObjectCommand({ Bucket: OWN_BUCKET, Key: 'given', CopySource: `${BUCKET}/${KEY}` }));
    assert.equal((await refusal(admin.s3.send(get('other')))).name, 'AccessDenied');
    // Who may not list is not told that it is not there.
    assert.equal((await refusal(admin.s3.send(get('prompts/not-there')))).name, 'AccessDenied');
    assert.equal(
      (await refusal(admin.s3.send(new s3.DeleteObjectCommand({ Bucket: BUCKET, Key: KEY })))).name,
      'AccessDenied',
    );
    assert.equal((await refusal(admin.s3.send(new s3.ListObjectsV2Command({ Bucket: BUCKET })))).name, 'AccessDenied');
    // The policy itself is its owner's, whatever it says.
    const policyOf = new s3.GetBucketPolicyCommand({ Bucket: BUCKET });
    assert.equal((await refusal(admin.s3.send(policyOf))).name, 'MethodNotAllowed');
    assert.equal((await refusal(nobody.s3.send(get(KEY)))).name, 'AccessDenied');
    await putBucketPolicy({
      Effect: 'Allow',
      Principal: { AWS: ADMIN_ARN },
      Action: 's3:*Object',
      Resource: `arn:aws:s3:::${BUCKET}/inbox/*`,
    });
    await admin.s3.send(new s3.PutObjectCommand({ Bucket: BUCKET, Key: 'inbox/a', Body: 'brought' }));
    const deleted = await admin.s3.send(
      new s3.DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: [{ Key: 'inbox/a' }, { Key: KEY }] } }),
    );
    assert.deepEqual(deleted.Deleted, [{ Key: 'inbox/a' }]);
    assert.deepEqual(deleted.Errors, [{ Key: KEY, Code: 'AccessDenied', Message: 'Access Denied' }]);
  } finally {
    destroyClients(nobody);
    await owner.s3.send(new s3.DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  }
});

async function userWithoutPolicy(): Promise<Clients> {
  await strangersRoot.iam.send(new iam.CreateUserCommand({ UserName: 'nobody' }));
  const { AccessKey } = await strangersRoot.iam.send(new iam.CreateAccessKeyCommand({ UserName: 'nobody' }));
  const credentials = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  return makeClients(endpoint, REGION, credentials);
}

test('STS: a role is taken only where its trust policy says so, and then it is of its own account', async () => {
  const assume = () => admin.sts.send(new AssumeRoleCommand({ RoleArn: ROLE_ARN, RoleSessionName: 'visit' }));
  assert.equal((await refusal(assume())).name, 'AccessDenied');
  const trust = (document: string) =>
    new iam.UpdateAssumeRolePolicyCommand({ RoleName: 'owners-role', PolicyDocument: document });
  await owner.iam.send(trust(trusting(STRANGER)));
  const { Credentials } = await assume();
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  const session = makeClients(endpoint, REGION, credentials);
  try {
    const { Account } = await session.sts.send(new GetCallerIdentityCommand({}));
    assert.equal(Account, OWNER);
    const get = new s3.GetObjectCommand({ Bucket: BUCKET, Key: KEY });
    assert.equal((await refusal(session.s3.send(get))).name, 'AccessDenied');
    const reading = policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*` });
    await owner.iam.send(
      new iam.PutRolePolicyCommand({ RoleName: 'owners-role', PolicyName: 'reading', PolicyDocument: reading }),
    );
    assert.equal(await (await session.s3.send(get)).Body?.transformToString(), SECRET);
    // It is the owner's role now: the stranger's own things are closed to it.
    const own = new s3.GetObjectCommand({ Bucket: OWN_BUCKET, Key: 'own' });
    assert.equal((await refusal(session.s3.send(own))).name, 'AccessDenied');
  } finally {
    destroyClients(session);
    await owner.iam.send(trust(trusting(OWNER)));
  }
});

test('everything of the owner is as it was', async () => {
  const { Body } = await owner.s3.send(new s3.GetObjectCommand({ Bucket: BUCKET, Key: KEY }));
  assert.equal(await Body?.transformToString(), SECRET);
  const { Uploads = [] } = await owner.s3.send(new s3.ListMultipartUploadsCommand({ Bucket: BUCKET }));
  assert.deepEqual(
    Uploads.map(({ UploadId }) => UploadId),
    [uploadId],
  );
  const { Contents = [] } = await owner.s3.send(new s3.ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'prompts/' }));
  assert.equal(Contents.length, 1);
  const { events = [] } = await owner.logs.send(new logs.FilterLogEventsCommand({ logGroupName: GROUP }));
  assert.deepEqual(
    events.map(({ message }) => message),
    [SECRET],
  );
  const { tags } = await owner.logs.send(new logs.ListTagsForResourceCommand({ resourceArn: GROUP_ARN }));
  assert.deepEqual(tags, { of: 'owner' });
  const { AccessKeyMetadata = [] } = await owner.iam.send(new iam.ListAccessKeysCommand({ UserName: 'owners-user' }));
  assert.deepEqual(
    AccessKeyMetadata.map(({ AccessKeyId, Status }) => [AccessKeyId, Status]),
    [[ownersKeyId, 'Active']],
  );
  const { AttachedPolicies } = await owner.iam.send(
    new iam.ListAttachedUserPoliciesCommand({ UserName: 'owners-user' }),
  );
  assert.deepEqual(AttachedPolicies, []);
});
