/**
 * What somebody who wants more than they may would try: each test is one such attempt, and says that it fails. What each
 * operation needs is tested in `authorization.test.ts`, what accounts see of each other in `cross-account.test.ts`.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { after, test } from 'node:test';
import * as bedrock from '@aws-sdk/client-bedrock';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sts from '@aws-sdk/client-sts';
import { signRequest } from '#wire';
import { refusal } from '../calls.ts';
import { ACCOUNT, type Clients, destroyClients, makeClients, REGION } from '../harness.ts';
import { shareVarve } from '../shared.ts';
import { presigned } from './s3/signed-request.ts';

const { clients: root, endpoint } = await shareVarve({});

type Statement = Readonly<Record<string, unknown>>;
interface Attacker extends Clients {
  readonly name: string;
  readonly arn: string;
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const made: Clients[] = [];
after(() => made.forEach(destroyClients));
let users = 0;

/** A user whom these statements are all that speaks of. */
async function attacker(...statements: readonly Statement[]): Promise<Attacker> {
  users += 1;
  const name = `attacker-${users}`;
  await root.iam.send(new iam.CreateUserCommand({ UserName: name }));
  if (statements.length > 0) {
    await root.iam.send(
      new iam.PutUserPolicyCommand({ UserName: name, PolicyName: 'p', PolicyDocument: policy(...statements) }),
    );
  }
  return { name, arn: userArn(name), ...(await clientsOf(name)) };
}

async function clientsOf(UserName: string): Promise<Clients & Pick<Attacker, 'keys'>> {
  const { AccessKey } = await root.iam.send(new iam.CreateAccessKeyCommand({ UserName }));
  const keys = { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
  const clients = makeClients(endpoint, REGION, keys);
  made.push(clients);
  return { ...clients, keys };
}

const userArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const roleArn = (name: string): string => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const policy = (...Statement: readonly Statement[]): string => JSON.stringify({ Version: '2012-10-17', Statement });
const allow = (Action: string | string[], Resource: string | string[] = '*', Condition?: Statement): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});
const deny = (...parts: Parameters<typeof allow>): Statement => ({ ...allow(...parts), Effect: 'Deny' });
const trusting = (Principal: Statement): string => policy({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });

async function refused(call: Promise<unknown>, code: RegExp = /^AccessDenied(Exception)?$/): Promise<void> {
  const { name, message } = await refusal(call);
  assert.match(name, code, message);
}

test('IAM: a name in another case is the same thing, and denied as that', async () => {
  await root.iam.send(new iam.CreateUserCommand({ UserName: 'Admin', Path: '/top/' }));
  await root.iam.send(new iam.CreateGroupCommand({ GroupName: 'Admins', Path: '/top/' }));
  await root.iam.send(
    new iam.CreateRoleCommand({
      RoleName: 'AdminRole',
      Path: '/top/',
      AssumeRolePolicyDocument: trusting({ AWS: ACCOUNT }),
    }),
  );
  const mallory = await attacker(allow('iam:*'), deny('iam:*', `arn:aws:iam::${ACCOUNT}:*/top/*`));
  const [UserName, GroupName, RoleName] = ['aDMIN', 'aDMINS', 'aDMINrOLE'];
  const PolicyArn = 'arn:aws:iam::aws:policy/IAMReadOnlyAccess';
  await refused(mallory.iam.send(new iam.CreateAccessKeyCommand({ UserName })));
  await refused(mallory.iam.send(new iam.AttachUserPolicyCommand({ UserName, PolicyArn })));
  await refused(mallory.iam.send(new iam.AttachGroupPolicyCommand({ GroupName, PolicyArn })));
  await refused(mallory.iam.send(new iam.AddUserToGroupCommand({ GroupName, UserName: mallory.name })));
  await refused(mallory.iam.send(new iam.DeleteRoleCommand({ RoleName })));
  const PolicyDocument = trusting({ AWS: mallory.arn });
  await refused(mallory.iam.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument })));
  await refused(mallory.iam.send(new iam.UpdateUserCommand({ UserName, NewUserName: 'x' })));
  // Nor does one's own user become one of those.
  await refused(mallory.iam.send(new iam.UpdateUserCommand({ UserName: mallory.name, NewPath: '/top/' })));
});

test('IAM: a path that an ARN invents leads to nothing', async () => {
  const { Policy } = await root.iam.send(
    new iam.CreatePolicyCommand({ PolicyName: 'guarded', PolicyDocument: policy(allow('s3:GetObject')) }),
  );
  await root.iam.send(new iam.CreateUserCommand({ UserName: 'guarded-user' }));
  const mallory = await attacker(allow('iam:*', `arn:aws:iam::${ACCOUNT}:*/dev/*`));
  const PolicyArn = `arn:aws:iam::${ACCOUNT}:policy/dev/guarded`;
  const noSuch = /^NoSuchEntity/;
  const PolicyDocument = policy(allow('*'));
  await refused(mallory.iam.send(new iam.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument })), noSuch);
  await refused(mallory.iam.send(new iam.SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' })), noSuch);
  await refused(mallory.iam.send(new iam.DeletePolicyCommand({ PolicyArn })), noSuch);
  await refused(mallory.iam.send(new iam.GetPolicyCommand({ PolicyArn })), noSuch);
  const PolicySourceArn = `arn:aws:iam::${ACCOUNT}:user/dev/guarded-user`;
  await refused(
    mallory.iam.send(new iam.SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ['s3:GetObject'] })),
    noSuch,
  );
  await root.iam.send(new iam.GetPolicyCommand({ PolicyArn: Policy?.Arn }));
});

test('IAM: who may do all with their own user reaches the keys of no other', async () => {
  const victim = await attacker();
  const mallory = await attacker(allow('iam:*', `arn:aws:iam::${ACCOUNT}:user/\${aws:username}`));
  const AccessKeyId = victim.keys.accessKeyId;
  const noSuch = /^NoSuchEntity/;
  await refused(mallory.iam.send(new iam.UpdateAccessKeyCommand({ AccessKeyId, Status: 'Inactive' })), noSuch);
  const UserName = mallory.name;
  await refused(mallory.iam.send(new iam.DeleteAccessKeyCommand({ AccessKeyId, UserName })), noSuch);
  await refused(mallory.iam.send(new iam.GetAccessKeyLastUsedCommand({ AccessKeyId })));
  await refused(mallory.iam.send(new iam.CreateAccessKeyCommand({ UserName: victim.name })));
  const { ServiceSpecificCredential: credential } = await root.iam.send(
    new iam.CreateServiceSpecificCredentialCommand({ UserName: victim.name, ServiceName: 'bedrock.amazonaws.com' }),
  );
  const ServiceSpecificCredentialId = credential?.ServiceSpecificCredentialId;
  await refused(
    mallory.iam.send(new iam.ResetServiceSpecificCredentialCommand({ ServiceSpecificCredentialId })),
    noSuch,
  );
  await victim.sts.send(new sts.GetCallerIdentityCommand({}));
});

test('IAM: who may make users within a boundary only makes none without, and frees none', async () => {
  const { Policy } = await root.iam.send(
    new iam.CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument: policy(allow(['s3:*', 'iam:*'])) }),
  );
  const PermissionsBoundary = Policy?.Arn ?? '';
  const within = { StringEquals: { 'iam:PermissionsBoundary': PermissionsBoundary } };
  const mallory = await attacker(
    allow(
      ['iam:CreateUser', 'iam:PutUserPolicy', 'iam:AttachUserPolicy', 'iam:PutUserPermissionsBoundary'],
      '*',
      within,
    ),
    allow('iam:CreateAccessKey', `arn:aws:iam::${ACCOUNT}:user/made-*`),
  );
  const everything = { PolicyName: 'all', PolicyDocument: policy(allow('*')) };
  const other = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await refused(mallory.iam.send(new iam.CreateUserCommand({ UserName: 'made-free' })));
  await refused(mallory.iam.send(new iam.CreateUserCommand({ UserName: 'made-free', PermissionsBoundary: other })));
  await refused(mallory.iam.send(new iam.PutUserPolicyCommand({ UserName: mallory.name, ...everything })));
  await mallory.iam.send(new iam.CreateUserCommand({ UserName: 'made-bound', PermissionsBoundary }));
  await mallory.iam.send(new iam.PutUserPolicyCommand({ UserName: 'made-bound', ...everything }));
  const UserName = 'made-bound';
  await refused(mallory.iam.send(new iam.DeleteUserPermissionsBoundaryCommand({ UserName })));
  await refused(mallory.iam.send(new iam.PutUserPermissionsBoundaryCommand({ UserName, PermissionsBoundary: other })));
  await refused(
    mallory.iam.send(
      new iam.CreatePolicyVersionCommand({
        PolicyArn: PermissionsBoundary,
        PolicyDocument: policy(allow('*')),
        SetAsDefault: true,
      }),
    ),
  );
  const bound = await clientsOf(UserName);
  await bound.s3.send(new s3.ListBucketsCommand({}));
  await refused(bound.logs.send(new logs.DescribeLogGroupsCommand({})));
});

test('a policy that is detached, narrowed or left with its group counts no more from then on', async () => {
  const UserName = (await attacker()).name;
  const user = await clientsOf(UserName);
  const { Policy } = await root.iam.send(
    new iam.CreatePolicyCommand({ PolicyName: 'shared', PolicyDocument: policy(allow('s3:ListAllMyBuckets')) }),
  );
  const PolicyArn = Policy?.Arn;
  const list = (): Promise<unknown> => user.s3.send(new s3.ListBucketsCommand({}));
  await refused(list());
  await root.iam.send(new iam.AttachUserPolicyCommand({ UserName, PolicyArn }));
  await list();
  const narrower = { PolicyArn, PolicyDocument: policy(allow('s3:GetObject')), SetAsDefault: true };
  await root.iam.send(new iam.CreatePolicyVersionCommand(narrower));
  await refused(list());
  await root.iam.send(new iam.SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
  await list();
  await root.iam.send(new iam.DetachUserPolicyCommand({ UserName, PolicyArn }));
  await refused(list());
  const GroupName = 'readers';
  await root.iam.send(new iam.CreateGroupCommand({ GroupName }));
  await root.iam.send(new iam.AttachGroupPolicyCommand({ GroupName, PolicyArn }));
  await root.iam.send(new iam.AddUserToGroupCommand({ GroupName, UserName }));
  await list();
  await root.iam.send(new iam.RemoveUserFromGroupCommand({ GroupName, UserName }));
  await refused(list());
  await root.iam.send(new iam.AddUserToGroupCommand({ GroupName, UserName }));
  await root.iam.send(new iam.DetachGroupPolicyCommand({ GroupName, PolicyArn }));
  await refused(list());
});

test('a trust policy means the user that was there: not the next one of that name, but the same one renamed', async () => {
  const heir = 'heir';
  await root.iam.send(new iam.CreateUserCommand({ UserName: heir }));
  const trust = trusting({ AWS: userArn(heir) });
  await root.iam.send(new iam.CreateRoleCommand({ RoleName: 'inherited', AssumeRolePolicyDocument: trust }));
  const assume = ({ sts: client }: Pick<Clients, 'sts'>): Promise<unknown> =>
    client.send(new sts.AssumeRoleCommand({ RoleArn: roleArn('inherited'), RoleSessionName: 'me' }));
  const first = await clientsOf(heir);
  await assume(first);
  await root.iam.send(new iam.UpdateUserCommand({ UserName: heir, NewUserName: 'renamed' }));
  await assume(first);
  await root.iam.send(new iam.CreateUserCommand({ UserName: heir }));
  const usurper = await clientsOf(heir);
  await refused(assume(usurper));
  await assume(first);
  // Put again, it means who has the name by now.
  await root.iam.send(new iam.UpdateAssumeRolePolicyCommand({ RoleName: 'inherited', PolicyDocument: trust }));
  await assume(usurper);
  await refused(assume(first));
});

test('a trust policy means the role that was there, for its sessions too', async () => {
  const make = (RoleName: string, AssumeRolePolicyDocument: string): Promise<unknown> =>
    root.iam.send(new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await make('gate', trusting({ AWS: ACCOUNT }));
  await make('by-role', trusting({ AWS: roleArn('gate') }));
  await make('by-session', trusting({ AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/gate/me` }));
  const mallory = await attacker(allow('sts:AssumeRole', roleArn('gate')));
  const through = async (name: string): Promise<unknown> => {
    const { Credentials: c } = await mallory.sts.send(
      new sts.AssumeRoleCommand({ RoleArn: roleArn('gate'), RoleSessionName: 'me' }),
    );
    const keys = {
      accessKeyId: c?.AccessKeyId ?? '',
      secretAccessKey: c?.SecretAccessKey ?? '',
      sessionToken: c?.SessionToken ?? '',
    };
    const session = makeClients(endpoint, REGION, keys);
    made.push(session);
    return session.sts.send(new sts.AssumeRoleCommand({ RoleArn: roleArn(name), RoleSessionName: 'there' }));
  };
  await through('by-role');
  await through('by-session');
  await root.iam.send(new iam.DeleteRoleCommand({ RoleName: 'gate' }));
  await make('gate', trusting({ AWS: ACCOUNT }));
  await refused(through('by-role'));
  await refused(through('by-session'));
});

test('Bedrock delivers with a role no further than its boundary and the policy of the group go', async () => {
  const RoleName = 'delivery';
  const { Policy } = await root.iam.send(
    new iam.CreatePolicyCommand({ PolicyName: 'no-logs', PolicyDocument: policy(allow('s3:*')) }),
  );
  const AssumeRolePolicyDocument = trusting({ Service: 'bedrock.amazonaws.com' });
  await root.iam.send(
    new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, PermissionsBoundary: Policy?.Arn }),
  );
  const PolicyDocument = policy(allow('logs:*'));
  await root.iam.send(new iam.PutRolePolicyCommand({ RoleName, PolicyName: 'p', PolicyDocument }));
  await root.logs.send(new logs.CreateLogGroupCommand({ logGroupName: '/delivered' }));
  const put = (): Promise<unknown> =>
    root.bedrock.send(
      new bedrock.PutModelInvocationLoggingConfigurationCommand({
        loggingConfig: { cloudWatchConfig: { logGroupName: '/delivered', roleArn: roleArn(RoleName) } },
      }),
    );
  await refused(put(), /^ValidationException$/);
  await root.iam.send(new iam.DeleteRolePermissionsBoundaryCommand({ RoleName }));
  await put();
  // What the group's own policy denies to the role, it denies to the service that has taken it.
  const kept = {
    policyName: 'kept',
    policyDocument: policy({
      Effect: 'Deny',
      Principal: { AWS: roleArn(RoleName) },
      Action: 'logs:PutLogEvents',
      Resource: '*',
    }),
  };
  await root.logs.send(new logs.PutResourcePolicyCommand(kept));
  await refused(put(), /^ValidationException$/);
  await root.logs.send(new logs.DeleteResourcePolicyCommand({ policyName: 'kept' }));
  await put();
  await root.bedrock.send(new bedrock.DeleteModelInvocationLoggingConfigurationCommand({}));
});

test('CloudWatch Logs: no query reads a group that its caller may not, wherever it is named', async () => {
  await root.logs.send(new logs.CreateLogGroupCommand({ logGroupName: '/open' }));
  await root.logs.send(new logs.CreateLogGroupCommand({ logGroupName: '/closed' }));
  const group = (name: string): string => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}:*`;
  // `log-group::log-stream:` stands for queries that name their groups themselves.
  const mallory = await attacker(allow('logs:StartQuery', [group('/open'), group('')]));
  const times = { startTime: Math.floor(Date.now() / 1000) - 60, endTime: Math.floor(Date.now() / 1000) };
  const start = (queryString: string, more: object = {}): Promise<unknown> =>
    mallory.logs.send(new logs.StartQueryCommand({ ...times, queryString, ...more }));
  const open = { logGroupName: '/open' };
  await start('fields @message', open);
  await start('SOURCE "/open" | fields @message');
  await refused(start('fields @message', { logGroupName: '/closed' }));
  await refused(start('fields @message', { logGroupNames: ['/open', '/closed'] }));
  await refused(start('fields @message', { logGroupIdentifiers: ['/open', group('/closed').slice(0, -2)] }));
  for (const text of [
    'SOURCE "/closed" | fields @message',
    'SOURCE logGroups(namePrefix: ["/"]) | fields @message',
    'filter @message in (SOURCE "/closed" | fields @message)',
    'fields a | join type=left left=x right=y where x.a = y.a (SOURCE "/closed" | fields a)',
    'stats count(*) as n | appendcols (SOURCE "/closed" | stats count(*) as m)',
  ]) {
    await refused(start(text, text.startsWith('SOURCE') ? {} : open));
  }
  for (const text of [
    'SELECT `@message` FROM `/closed`',
    'SELECT a.x FROM `/open` AS a JOIN `/closed` AS b ON a.x = b.x',
    'SELECT x FROM `/open` WHERE x IN (SELECT x FROM `/closed`)',
    'SELECT x FROM (SELECT x FROM `/closed`) AS t',
    "SELECT x FROM `logGroups(logGroupIdentifier: ['/open', '/closed'])`",
  ]) {
    await refused(start(text, { queryLanguage: 'SQL' }));
  }
  await start('SELECT `@message` FROM `/open`', { queryLanguage: 'SQL' });
  await refused(start('source = [lg:`/closed`] | fields x', { queryLanguage: 'PPL' }));
  await refused(
    start('source = [lg:`/open`] | where x in [ source = [lg:`/closed`] | fields x ]', { queryLanguage: 'PPL' }),
  );
  await start('source = [lg:`/open`] | fields x', { queryLanguage: 'PPL' });
});

test('CloudWatch Logs: tags whose keys differ in case only do not lead around a condition', async () => {
  const red = { StringEquals: { 'aws:RequestTag/team': 'red' } };
  const mallory = await attacker(allow(['logs:CreateLogGroup', 'logs:TagResource'], '*', red));
  const create = (logGroupName: string, tags: Record<string, string>): Promise<unknown> =>
    mallory.logs.send(new logs.CreateLogGroupCommand({ logGroupName, tags }));
  await create('/red', { team: 'red' });
  await refused(create('/not-red', { team: 'blue' }));
  await refused(create('/not-red', { Team: 'blue', team: 'red' }));
  await refused(create('/not-red', { team: 'red', Team: 'blue' }));
});

test('CloudWatch Logs: a request cannot name one group to its judge and another to its handler', async () => {
  await root.logs.send(new logs.CreateLogGroupCommand({ logGroupName: '/judged' }));
  await root.logs.send(new logs.CreateLogGroupCommand({ logGroupName: '/handled' }));
  const stream = { logStreamName: 's' };
  for (const logGroupName of ['/judged', '/handled']) {
    await root.logs.send(new logs.CreateLogStreamCommand({ logGroupName, ...stream }));
  }
  const arn = (name: string): string => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}`;
  const mallory = await attacker(allow('logs:*', `${arn('/judged')}:*`));
  await mallory.logs.send(new logs.GetLogEventsCommand({ logGroupName: '/judged', ...stream }));
  const failing = /^(AccessDenied|Validation|InvalidParameter|ResourceNotFound)(Exception)?$/;
  for (const logGroupIdentifier of [
    arn('/handled'),
    `${arn('/judged')}:*:log-group:/handled`,
    arn('/handled').replace('arn:aws:', 'arn:aws-cn:'),
  ]) {
    await refused(mallory.logs.send(new logs.GetLogEventsCommand({ logGroupIdentifier, ...stream })), failing);
    const both = { logGroupName: '/judged', logGroupIdentifier, ...stream };
    await refused(mallory.logs.send(new logs.GetLogEventsCommand(both)), failing);
  }
  // The last of a JSON member's values counts, for both.
  const target = 'Logs_20140328.DeleteLogGroup';
  const twice = '{"logGroupName":"/judged","logGroupName":"/handled"}';
  const { status } = await post(mallory, 'logs', { 'x-amz-target': target }, twice);
  assert.equal(status, 400);
  await root.logs.send(new logs.DescribeLogStreamsCommand({ logGroupName: '/handled' }));
});

test('IAM: a parameter that is given twice means the same to its judge and to its handler', async () => {
  const victim = await attacker();
  const mallory = await attacker(allow('iam:*', `arn:aws:iam::${ACCOUNT}:user/attacker-own`));
  await root.iam.send(new iam.CreateUserCommand({ UserName: 'attacker-own' }));
  const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  for (const names of [
    ['attacker-own', victim.name],
    [victim.name, 'attacker-own'],
  ]) {
    const body = `Action=TagUser&Version=2010-05-08&${names.map((name) => `UserName=${name}`).join('&')}&Tags.member.1.Key=k&Tags.member.1.Value=v`;
    await post(mallory, 'iam', form, body);
    const inQuery = `/?UserName=${names[0] ?? ''}`;
    const rest = `Action=TagUser&Version=2010-05-08&UserName=${names[1] ?? ''}&Tags.member.1.Key=k&Tags.member.1.Value=v`;
    await post(mallory, 'iam', form, rest, inQuery);
  }
  const { Tags } = await root.iam.send(new iam.ListUserTagsCommand({ UserName: victim.name }));
  assert.deepEqual(Tags, []);
  const own = await root.iam.send(new iam.ListUserTagsCommand({ UserName: 'attacker-own' }));
  assert.equal(own.Tags?.length, 1);
});

/** A request that no SDK makes. */
async function post(
  { keys }: Attacker,
  service: string,
  more: Record<string, string>,
  body: string,
  target = '/',
): Promise<{ status: number; text: string }> {
  const { host, hostname, port } = new URL(endpoint);
  const type = { 'content-type': 'application/x-amz-json-1.1', ...more };
  const headers = signRequest({
    method: 'POST',
    target,
    headers: { host, ...type },
    service,
    region: REGION,
    credentials: keys,
    bodySha256Hex: createHash('sha256').update(body).digest('hex'),
    nowMs: Date.now(),
  });
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method: 'POST', path: target, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
    });
    outgoing.on('error', reject).end(body);
  });
}

test('S3: what a presigned URL does not say cannot be added to it', async () => {
  await root.s3.send(new s3.CreateBucketCommand({ Bucket: 'presigned' }));
  await root.s3.send(new s3.PutObjectCommand({ Bucket: 'presigned', Key: 'secret', Body: 'the secret' }));
  const url = await presigned(endpoint, 'PUT', '/presigned/inbox');
  for (const headers of [
    { 'x-amz-copy-source': '/presigned/secret' },
    { 'x-amz-tagging': 'a=b' },
    { 'x-amz-security-token': 'none' },
  ]) {
    assert.ok((await fetch(url, { method: 'PUT', headers })).status >= 400);
  }
  for (const changed of [
    url.replace('/inbox?', '/secret?'),
    url.replace('/inbox?', '/inbox/../secret?'),
    url.replace('/inbox?', '/inbox?acl&'),
    url.replace('/inbox?', '/inbox?partNumber=1&uploadId=x&'),
    url.replace(REGION, 'eu-west-1'),
  ]) {
    assert.equal((await fetch(changed, { method: 'PUT', body: 'x' })).status, 403, changed);
  }
  for (const method of ['GET', 'DELETE', 'HEAD']) assert.equal((await fetch(url, { method })).status, 403);
  const { Contents } = await root.s3.send(new s3.ListObjectsV2Command({ Bucket: 'presigned' }));
  assert.deepEqual(
    Contents?.map(({ Key }) => Key),
    ['secret'],
  );
});

test('S3: dots and coded slashes in a key are part of the key, for policies and for the store', async () => {
  await root.s3.send(new s3.CreateBucketCommand({ Bucket: 'dotted' }));
  await root.s3.send(new s3.PutObjectCommand({ Bucket: 'dotted', Key: 'secret', Body: 'the secret' }));
  const mallory = await attacker(allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::dotted/public/*'));
  const get = (Key: string): Promise<unknown> => mallory.s3.send(new s3.GetObjectCommand({ Bucket: 'dotted', Key }));
  for (const Key of [
    'public/../secret',
    'public/%2e%2e/secret',
    'public/..%2Fsecret',
    './secret',
    '/secret',
    'secret',
  ]) {
    await refused(get(Key), /^(AccessDenied|NoSuchKey)$/);
  }
  for (const CopySource of [
    'dotted/secret',
    '/dotted/secret',
    'dotted%2Fsecret',
    'dotted/public/../secret',
    'dotted/secret?versionId=null',
    'dotted/secret?versionId=x?versionId=null',
    'arn:aws:s3:::dotted/secret',
  ]) {
    await refused(
      mallory.s3.send(new s3.CopyObjectCommand({ Bucket: 'dotted', Key: 'public/copy', CopySource })),
      /^(AccessDenied|NoSuch\w+|Invalid\w+|NotImplemented)$/,
    );
  }
});
