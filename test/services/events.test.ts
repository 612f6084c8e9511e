/** `/_varve/events`: the event history by several filters at once, in pages and as files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { CreateAccessKeyCommand, CreateUserCommand, ListUsersCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ACCOUNT, type Clients, destroyClients, makeClients, REGION, ROOT_KEY } from '../harness.ts';
import { shareVarve } from '../shared.ts';
import { signedFetch } from '../signed-fetch.ts';

const varve = await shareVarve({});

interface ToldEvent {
  readonly eventId: string;
  readonly eventName: string;
  readonly region: string;
  readonly username: string;
  readonly errorCode: string;
  readonly requestId: string;
  readonly record: Record<string, unknown>;
}

async function search(query: Record<string, string> | string): Promise<{ events: ToldEvent[]; nextToken?: string }> {
  const text = typeof query === 'string' ? query : String(new URLSearchParams(query));
  const answer = await signedFetch(varve.endpoint, 'GET', `/_varve/events?${text}`);
  const body = await answer.text();
  assert.equal(answer.status, 200, body);
  return JSON.parse(body) as { events: ToldEvent[]; nextToken?: string };
}

const namesOf = async (query: Record<string, string> | string): Promise<string[]> =>
  (await search(query)).events.map(({ eventName }) => eventName);

async function converse(clients: Clients): Promise<string> {
  const { $metadata } = await clients.runtime.send(
    new ConverseCommand({ modelId: 'varve.echo-v1', messages: [{ role: 'user', content: [{ text: 'hello' }] }] }),
  );
  return $metadata.requestId ?? '';
}

/** A user without rights and clients of theirs. */
async function someUser(name: string): Promise<{ clients: Clients; credentials: typeof ROOT_KEY }> {
  await varve.clients.iam.send(new CreateUserCommand({ UserName: name }));
  const { AccessKey } = await varve.clients.iam.send(new CreateAccessKeyCommand({ UserName: name }));
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  } as typeof ROOT_KEY;
  return { clients: makeClients(varve.endpoint, REGION, credentials), credentials };
}

test('several filters at once, data events and all Regions too', async () => {
  const { clients, credentials } = await someUser('searched');
  await varve.clients.s3.send(new CreateBucketCommand({ Bucket: 'searched' }));
  await varve.clients.s3.send(new PutObjectCommand({ Bucket: 'searched', Key: 'a/b.txt', Body: 'x' }));
  await assert.rejects(clients.s3.send(new GetObjectCommand({ Bucket: 'searched', Key: 'a/b.txt' })), /not authorized/);
  // Of the calls of one millisecond the order is not told.
  for (const nowMs = Date.now(); Date.now() <= nowMs;);
  await assert.rejects(clients.iam.send(new ListUsersCommand({})), /not authorized/);
  destroyClients(clients);
  const requestId = await converse(varve.elsewhere('eu-central-1'));
  const filters: readonly [string, string[]][] = [
    ['username=searched', ['ListUsers', 'GetObject']],
    [`accessKeyId=${credentials.accessKeyId}&category=Data`, ['GetObject']],
    ['username=searched&category=Management', ['ListUsers']],
    ['username=searched&source=s3.amazonaws.com', ['GetObject']],
    ['resource=b.txt&failed=true', ['GetObject']],
    ['resource=b.txt&failed=false', ['PutObject']],
    ['resource=b.txt&failed=false&readOnly=true', []],
    ['errorCode=AccessDenied&name=GetObject&name=PutObject', ['GetObject']],
    ['resourceType=AWS%3A%3AS3%3A%3AObject&name=PutObject', ['PutObject']],
    [`requestId=${requestId}`, ['Converse']],
    [`requestId=${requestId}&region=${REGION}`, []],
    ['region=eu-central-1', ['Converse']],
    [`identityArn=arn:aws:iam::${ACCOUNT}:user/searched&name=ListUsers`, ['ListUsers']],
    ['sourceIp=203.0.113.99', []],
    [`start=${Date.now() + 3_600_000}`, []],
    ['end=2020-01-01T00:00:00Z', []],
    ['role=searched', []],
  ];
  for (const [query, names] of filters) assert.deepEqual(await namesOf(query), names, query);
  const [event] = (await search({ requestId })).events;
  assert.ok(event);
  assert.deepEqual(
    [event.record['eventID'], event.record['requestID'], event.region, event.username],
    [event.eventId, requestId, 'eu-central-1', 'root'],
  );
  assert.deepEqual((await search({ eventId: event.eventId })).events, [event]);
});

test('pages end, hold every event once, and a token serves its own question', async () => {
  const ids = new Set<string>();
  for (let count = 0; count < 5; count += 1) ids.add(await converse(varve.elsewhere('eu-west-3')));
  const found: string[] = [];
  let token: string | undefined;
  let pages = 0;
  do {
    const page = await search({ region: 'eu-west-3', name: 'Converse', limit: '2', ...(token && { token }) });
    assert.ok(page.events.length <= 2);
    found.push(...page.events.map(({ requestId }) => requestId));
    token = page.nextToken;
    assert.ok((pages += 1) <= 4);
  } while (token !== undefined);
  assert.deepEqual(found.toSorted(), [...ids].toSorted());
  const { nextToken = '' } = await search({ region: 'eu-west-3', limit: '1' });
  const answer = await signedFetch(varve.endpoint, 'GET', `/_varve/events?region=eu-west-1&limit=1&token=${nextToken}`);
  assert.deepEqual(
    [answer.status, ((await answer.json()) as { code: string }).code],
    [400, 'InvalidNextTokenException'],
  );
});

test('a file holds all events in each form', async () => {
  const count = 12;
  for (let at = 0; at < count; at += 1) await converse(varve.elsewhere('ap-east-1'));
  const file = async (format: string): Promise<Response> =>
    signedFetch(varve.endpoint, 'GET', `/_varve/events?region=ap-east-1&format=${format}`);
  const json = await file('json');
  assert.equal(json.headers.get('content-disposition'), 'attachment; filename="events.json"');
  const { Records } = (await json.json()) as { Records: { eventID: string }[] };
  assert.equal(Records.length, count);
  const lines = (await (await file('ndjson')).text()).trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { eventID: string }).eventID),
    Records.map(({ eventID }) => eventID),
  );
  const csv = await file('csv');
  assert.match(csv.headers.get('content-type') ?? '', /^text\/csv/);
  const rows = (await csv.text()).trimEnd().split('\r\n');
  assert.equal(rows.length, 1 + count);
  assert.deepEqual(
    rows.slice(1).map((row) => row.split(',')[1]),
    Records.map(({ eventID }) => eventID),
  );
});

test('only who may look up events can', async () => {
  const { clients, credentials } = await someUser('auditor');
  const ask = (): Promise<Response> => signedFetch(varve.endpoint, 'GET', '/_varve/events?limit=1', credentials);
  assert.equal((await ask()).status, 403);
  await varve.clients.iam.send(
    new PutUserPolicyCommand({
      UserName: 'auditor',
      PolicyName: 'look',
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'varve:LookupEvents', Resource: '*' }],
      }),
    }),
  );
  assert.equal((await ask()).status, 200);
  destroyClients(clients);
});

test('what cannot be asked is told', async () => {
  const wrong: readonly [string, RegExp][] = [
    ['nmae=x', /nmae is no parameter here\. These are: name, /],
    ['limit=0', /1 to 1000/],
    ['limit=1001', /1 to 1000/],
    ['limit=x', /1 to 1000/],
    ['limit=1&limit=2', /once/],
    ['readOnly=yes', /true or false/],
    ['category=Insight', /Management or Data/],
    ['start=yesterday', /2026-11-21T09:30:00Z/],
    ['name=', /1 to 2000 characters/],
    ['format=xml', /json, ndjson or csv/],
    ['format=csv&limit=3', /limit is for pages/],
    [Array.from({ length: 101 }, () => 'name=x').join('&'), /100 times/],
  ];
  for (const [query, message] of wrong) {
    const answer = await signedFetch(varve.endpoint, 'GET', `/_varve/events?${query}`);
    const body = (await answer.json()) as { code: string; message: string };
    assert.deepEqual([answer.status, body.code], [400, 'ValidationException'], query);
    assert.match(body.message, message);
  }
});
