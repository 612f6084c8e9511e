/** What the audit trail tells of requests to a whole server: done, refused, malformed, of two accounts, of model calls. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateTrailCommand, StartLoggingCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { CreateBucketCommand, GetObjectCommand, PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { type AuditEvent, renderAuditEvent } from '#records';
import { converse, converseStream, ECHO, refusal } from '../calls.ts';
import { ACCOUNT, destroyClients, makeClients, REGION, ROOT_KEY, type TestVarve, withVarve } from '../harness.ts';
import { auditBegins, auditEvents } from '../journal-entries.ts';
import { policy } from '../logging.ts';
import { signedFetch } from '../signed-fetch.ts';
import { makeTrailBucket } from '../trails.ts';

const OTHER = '210987654321';
const OTHER_KEY = { accessKeyId: 'AKIAVARVEOTHERROOTKY', secretAccessKey: 'varve-test-secret-varve-test-secret-0002' };
const TWO_ACCOUNTS = {
  accounts: [
    { id: ACCOUNT, rootAccessKeyId: ROOT_KEY.accessKeyId, rootSecretAccessKey: ROOT_KEY.secretAccessKey },
    { id: OTHER, rootAccessKeyId: OTHER_KEY.accessKeyId, rootSecretAccessKey: OTHER_KEY.secretAccessKey },
  ],
};

function named(events: readonly AuditEvent[], name: string): AuditEvent[] {
  return events.filter(({ eventName }) => eventName === name);
}

async function makeUser(
  { clients }: TestVarve,
  UserName: string,
): Promise<{ accessKeyId: string; secretAccessKey: string }> {
  await clients.iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await clients.iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

test('a call leaves one event under the request id that its caller sees; what changes something a begin before it', () =>
  withVarve({}, async (running) => {
    const { clients } = running;
    const who = await clients.sts.send(new GetCallerIdentityCommand({}));
    const made = await clients.iam.send(new CreateUserCommand({ UserName: 'ada' }));
    const begins = await auditBegins(running);
    const events = await auditEvents(running);
    assert.deepEqual(
      events.map(({ eventName, requestId, readOnly }) => ({ eventName, requestId, readOnly })),
      [
        { eventName: 'GetCallerIdentity', requestId: who.$metadata.requestId, readOnly: true },
        { eventName: 'CreateUser', requestId: made.$metadata.requestId, readOnly: false },
      ],
    );
    assert.deepEqual(
      begins.map(({ eventId }) => eventId),
      [events[1]?.eventId],
    );
    const record = JSON.parse(renderAuditEvent(events[1] as AuditEvent));
    assert.equal(record.eventSource, 'iam.amazonaws.com');
    assert.deepEqual(record.requestParameters, { userName: 'ada' });
    assert.equal(record.responseElements.user.userName, 'ada');
    assert.equal(record.userIdentity.type, 'Root');
    assert.equal(record.sourceIPAddress, '127.0.0.1');
    assert.match(record.userAgent, /aws-sdk-js/);
    assert.equal(record.recipientAccountId, ACCOUNT);
  }));

test('what is refused stands in the trail of whoever asked, under its error; an unproven caller leaves nothing', () =>
  withVarve({}, async (running) => {
    const key = await makeUser(running, 'eve');
    const eve = makeClients(running.endpoint, REGION, key);
    const forged = makeClients(running.endpoint, REGION, { ...key, secretAccessKey: 'a guess'.padEnd(40, '!') });
    const denied = await refusal(
      eve.iam.send(
        new AttachUserPolicyCommand({ UserName: 'eve', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
      ),
    );
    await refusal(forged.iam.send(new CreateUserCommand({ UserName: 'mallory' })));
    await refusal(running.clients.iam.send(new CreateUserCommand({ UserName: 'no such name!' })));
    await refusal(running.clients.iam.send(new CreateUserCommand({ UserName: 'eve' })));
    destroyClients(eve);
    destroyClients(forged);
    const events = await auditEvents(running);
    const [attach] = named(events, 'AttachUserPolicy');
    assert.equal(attach?.errorCode, 'AccessDenied');
    assert.equal(attach.errorMessage, denied.message);
    assert.equal(attach.identity.userName, 'eve');
    assert.deepEqual(attach.requestParameters, {
      policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      userName: 'eve',
    });
    assert.equal(attach.responseElements, null);
    assert.deepEqual(
      named(events, 'CreateUser').map(({ errorCode }) => errorCode),
      [undefined, 'ValidationError', 'EntityAlreadyExistsException'],
    );
    assert.ok(!JSON.stringify(events).includes('mallory'));
    assert.ok(!JSON.stringify(events).includes(key.secretAccessKey));
  }));

test('a model call carries its event in its record: the model, never what was said', () =>
  withVarve({}, async (running) => {
    const { runtime } = running.clients;
    const told = await converse(runtime, 'a secret prompt');
    const stream = await converseStream(runtime, 'another secret');
    for await (const _ of stream.events);
    const refused = await refusal(
      runtime.send(new InvokeModelCommand({ modelId: 'nobody.answers-v1', body: '{"prompt":"a third secret"}' })),
    );
    const events = await auditEvents(running);
    assert.deepEqual(
      events.map(({ eventName, requestId, errorCode, readOnly, requestParameters }) => ({
        eventName,
        requestId,
        errorCode,
        readOnly,
        requestParameters,
      })),
      [
        {
          eventName: 'Converse',
          requestId: told.$metadata.requestId,
          errorCode: undefined,
          readOnly: true,
          requestParameters: { modelId: ECHO },
        },
        {
          eventName: 'ConverseStream',
          requestId: stream.requestId,
          errorCode: undefined,
          readOnly: true,
          requestParameters: { modelId: ECHO },
        },
        {
          eventName: 'InvokeModel',
          requestId: refused.requestId,
          errorCode: 'ValidationException',
          readOnly: true,
          requestParameters: { modelId: 'nobody.answers-v1' },
        },
      ],
    );
    assert.ok(!JSON.stringify(events).includes('secret'));
    assert.deepEqual(await auditBegins(running), []);
  }));

test('a call on another account’s thing leaves an event with each, tied together; what was denied only with its caller', () =>
  withVarve(TWO_ACCOUNTS, async (running) => {
    const { clients } = running;
    const other = makeClients(running.endpoint, REGION, OTHER_KEY);
    const key = await makeUser(running, 'bob');
    const bob = makeClients(running.endpoint, REGION, key);
    const roleArn = `arn:aws:iam::${OTHER}:role/guest`;
    await other.iam.send(
      new CreateRoleCommand({
        RoleName: 'guest',
        AssumeRolePolicyDocument: policy({
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/bob` },
          Action: 'sts:AssumeRole',
        }),
      }),
    );
    await refusal(bob.sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'early' })));
    await clients.iam.send(
      new PutUserPolicyCommand({
        UserName: 'bob',
        PolicyName: 'p',
        PolicyDocument: policy({ Effect: 'Allow', Action: ['sts:AssumeRole', 's3:GetObject'], Resource: '*' }),
      }),
    );
    await bob.sts.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'bobs' }));
    await other.s3.send(new CreateBucketCommand({ Bucket: 'theirs' }));
    await other.s3.send(new PutObjectCommand({ Bucket: 'theirs', Key: 'a', Body: 'x' }));
    await other.s3.send(
      new PutBucketPolicyCommand({
        Bucket: 'theirs',
        Policy: policy({
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/bob` },
          Action: 's3:GetObject',
          Resource: 'arn:aws:s3:::theirs/*',
        }),
      }),
    );
    await (await bob.s3.send(new GetObjectCommand({ Bucket: 'theirs', Key: 'a' }))).Body?.transformToString();
    destroyClients(other);
    destroyClients(bob);
    const events = await auditEvents(running);
    for (const name of ['AssumeRole', 'GetObject']) {
      const done = named(events, name).filter(({ errorCode }) => errorCode === undefined);
      assert.deepEqual(done.map(({ accountId }) => accountId).toSorted(), [ACCOUNT, OTHER], name);
      const [mine, theirs] = done.toSorted((a, b) => a.accountId.localeCompare(b.accountId));
      assert.ok(mine?.sharedEventId, name);
      assert.equal(mine.sharedEventId, theirs?.sharedEventId);
      assert.notEqual(mine.eventId, theirs?.eventId);
      assert.equal(mine.identity.type, 'IAMUser');
      assert.equal(theirs?.identity.type, 'AWSAccount');
      assert.equal(theirs.identity.userName, undefined, 'the owner is not told the name of another account’s user');
      assert.ok(
        mine.resources?.some(({ accountId }) => accountId === OTHER),
        `${name} names the owner`,
      );
    }
    const early = named(events, 'AssumeRole').filter(({ errorCode }) => errorCode === 'AccessDenied');
    assert.deepEqual(
      early.map(({ accountId }) => accountId),
      [ACCOUNT],
    );
    assert.equal(early[0]?.sharedEventId, undefined, 'nobody shares it');
    assert.ok(!JSON.stringify(named(events, 'AssumeRole')).includes('SecretAccessKey'));
    assert.ok(!/secretAccessKey|sessionToken/.test(JSON.stringify(named(events, 'AssumeRole'))));
  }));

test('the console’s calls say so', () =>
  withVarve({}, async (running) => {
    const answer = await signedFetch(running.endpoint, 'POST', '/_varve/console-session', ROOT_KEY);
    assert.equal(answer.status, 200);
    const { expiration, ...session } = (await answer.json()) as {
      accessKeyId: string;
      secretAccessKey: string;
      sessionToken: string;
      expiration: string;
    };
    assert.ok(Date.parse(expiration) > Date.now());
    const console = makeClients(running.endpoint, REGION, session);
    await console.sts.send(new GetCallerIdentityCommand({}));
    destroyClients(console);
    const events = await auditEvents(running);
    const [call] = named(events, 'GetCallerIdentity');
    assert.equal(JSON.parse(renderAuditEvent(call as AuditEvent)).sessionCredentialFromConsole, 'true');
    assert.deepEqual(
      named(events, 'OpenConsole').map(({ eventSource }) => eventSource),
      ['varve'],
    );
    assert.ok(!JSON.stringify(events).includes(session.secretAccessKey));
  }));

test('a model that is a prompt of Prompt management leaves an event of its rendering besides', () =>
  withVarve({}, async (running) => {
    const modelId = `arn:aws:bedrock:${REGION}:${ACCOUNT}:prompt/PROMPT1234:3`;
    const told = await refusal(converse(running.clients.runtime, 'hello', undefined, modelId));
    const events = await auditEvents(running);
    assert.deepEqual(
      events
        .map(({ eventName, category, requestId }) => ({ eventName, category, requestId }))
        .toSorted((a, b) => a.eventName.localeCompare(b.eventName)),
      [
        { eventName: 'Converse', category: 'Management', requestId: told.requestId },
        { eventName: 'RenderPrompt', category: 'Data', requestId: told.requestId },
      ],
    );
    assert.equal(new Set(events.map(({ eventId }) => eventId)).size, 2);
  }));

test('who looks at the audit trail through Varve’s own paths stands in it; a refused look too', () =>
  withVarve({}, async (running) => {
    const key = await makeUser(running, 'nosy');
    const asked = '/_varve/events?limit=3&name=CreateUser&name=DeleteUser';
    assert.equal((await signedFetch(running.endpoint, 'GET', asked)).status, 200);
    assert.equal((await signedFetch(running.endpoint, 'GET', '/_varve/alerts', key)).status, 403);
    assert.equal((await signedFetch(running.endpoint, 'GET', '/_varve/denials/none-such')).status, 404);
    const own = (await auditEvents(running)).filter(({ eventSource }) => eventSource === 'varve');
    assert.deepEqual(
      own.map(({ eventName, readOnly, errorCode, requestParameters }) => [
        eventName,
        readOnly,
        errorCode,
        requestParameters,
      ]),
      [
        ['LookupEvents', true, undefined, { limit: '3', name: ['CreateUser', 'DeleteUser'] }],
        ['ListAlerts', true, 'AccessDenied', null],
        ['ExplainDenial', true, 'NoSuchDenial', { requestId: 'none-such' }],
      ],
    );
    assert.equal(own[1]?.identity.userName, 'nosy');
    assert.deepEqual(
      (await auditBegins(running)).filter(({ eventSource }) => eventSource === 'varve'),
      [],
      'to look changes nothing',
    );
  }));

test('calls that are alike have events of their own: what differs between them is never another call’s', () =>
  withVarve({}, async (running) => {
    const { clients, endpoint } = running;
    const other = makeClients(endpoint, 'eu-west-1', await makeUser(running, 'ben'));
    const mine = [await converse(clients.runtime, 'a'), await converse(clients.runtime, 'b')];
    await assert.rejects(converse(other.runtime, 'not allowed'));
    await assert.rejects(converse(clients.runtime, 'c', undefined, 'no.such-model'));
    await makeTrailBucket(clients, 'alike-trail');
    const { TrailARN } = await clients.cloudtrail.send(
      new CreateTrailCommand({ Name: 'alike', S3BucketName: 'alike-trail' }),
    );
    await clients.cloudtrail.send(new StartLoggingCommand({ Name: TrailARN }));
    mine.push(await converse(clients.runtime, 'd'));
    await clients.cloudtrail.send(new StopLoggingCommand({ Name: TrailARN }));
    mine.push(await converse(clients.runtime, 'e'));
    destroyClients(other);
    const calls = named(await auditEvents(running), 'Converse');
    assert.deepEqual(
      calls.map(({ identity, region, errorCode, requestParameters, routes }) => [
        identity.userName ?? identity.type,
        region,
        errorCode,
        requestParameters,
        routes.length,
      ]),
      [
        ['Root', REGION, undefined, { modelId: ECHO }, 0],
        ['Root', REGION, undefined, { modelId: ECHO }, 0],
        ['ben', 'eu-west-1', 'AccessDenied', { modelId: ECHO }, 0],
        ['Root', REGION, 'ValidationException', { modelId: 'no.such-model' }, 0],
        ['Root', REGION, undefined, { modelId: ECHO }, 1],
        ['Root', REGION, undefined, { modelId: ECHO }, 0],
      ],
    );
    const ids = mine.map(({ $metadata }) => $metadata.requestId);
    assert.deepEqual(
      calls.filter(({ errorCode }) => errorCode === undefined).map(({ requestId }) => requestId),
      ids,
    );
    assert.equal(new Set(calls.map(({ eventId }) => eventId)).size, calls.length);
  }));
