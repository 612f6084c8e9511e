/** The event history through the SDK: what is done on the endpoint is found right after it was answered. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DescribeTrailsCommand,
  type Event,
  type LookupAttribute,
  LookupEventsCommand,
} from '@aws-sdk/client-cloudtrail';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { CreateUserCommand, DeleteUserCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ACCOUNT, type Clients, makeClients, REGION, ROOT_KEY, withVarve } from '../harness.ts';
import { shareVarve } from '../shared.ts';

const MODEL = 'varve.echo-v1';
const varve = await shareVarve({ trails: { lookupPerSecond: 0 } });

async function lookup(attribute: LookupAttribute | undefined, clients: Clients = varve.clients): Promise<Event[]> {
  const { Events = [] } = await clients.cloudtrail.send(
    new LookupEventsCommand(attribute ? { LookupAttributes: [attribute] } : {}),
  );
  return Events;
}

const byName = (name: string): LookupAttribute => ({ AttributeKey: 'EventName', AttributeValue: name });

async function converse(clients: Clients = varve.clients): Promise<string> {
  const { $metadata } = await clients.runtime.send(
    new ConverseCommand({ modelId: MODEL, messages: [{ role: 'user', content: [{ text: 'a secret prompt' }] }] }),
  );
  return $metadata.requestId ?? '';
}

test('a model call is an event with all that is known of it, and nothing of its prompt', async () => {
  const before = Date.now();
  const requestId = await converse();
  const [event] = await lookup(byName('Converse'));
  assert.ok(event);
  const record = JSON.parse(event.CloudTrailEvent ?? '') as Record<string, unknown>;
  assert.deepEqual(
    [record['requestID'], record['eventID'], record['eventName'], record['readOnly'], record['awsRegion']],
    [requestId, event.EventId, 'Converse', true, REGION],
  );
  assert.doesNotMatch(event.CloudTrailEvent ?? '', /secret prompt/);
  const { EventId: _id, CloudTrailEvent: _record, EventTime, ...rest } = event;
  assert.deepEqual(rest, {
    EventName: 'Converse',
    ReadOnly: 'true',
    AccessKeyId: ROOT_KEY.accessKeyId,
    EventSource: 'bedrock.amazonaws.com',
    Username: 'root',
    Resources: [],
  });
  assert.equal(EventTime?.toISOString().slice(0, 19), String(record['eventTime']).slice(0, 19));
  assert.ok(Number(EventTime) >= before - 1000 && Number(EventTime) <= Date.now());
});

test('each attribute finds what it names, and no more', async () => {
  const bucket = 'lookup-attributes';
  await varve.clients.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await varve.clients.iam.send(new CreateUserCommand({ UserName: 'looked-up' }));
  await varve.clients.iam.send(new DeleteUserCommand({ UserName: 'looked-up' }));
  await converse();
  const [created] = await lookup(byName('CreateBucket'));
  const [made] = await lookup(byName('CreateUser'));
  assert.ok(created && made);
  const [resource] = created.Resources ?? [];
  assert.ok(resource, 'a bucket that is made is a resource of the event');
  const found = async (AttributeKey: LookupAttribute['AttributeKey'], AttributeValue = ''): Promise<Event[]> => {
    const events = await lookup({ AttributeKey, AttributeValue });
    assert.ok(events.length > 0, `${AttributeKey} finds something`);
    return events;
  };
  assert.deepEqual(await found('EventId', created.EventId), [created]);
  assert.ok((await found('EventSource', 'iam.amazonaws.com')).every(({ EventName }) => EventName?.endsWith('User')));
  assert.ok((await found('ReadOnly', 'false')).every(({ ReadOnly }) => ReadOnly === 'false'));
  assert.ok((await found('ReadOnly', 'true')).some(({ EventName }) => EventName === 'Converse'));
  assert.ok((await found('Username', 'root')).length > 3);
  assert.ok((await found('AccessKeyId', ROOT_KEY.accessKeyId)).length > 3);
  assert.deepEqual(await found('ResourceName', resource.ResourceName), [created]);
  assert.deepEqual(await found('ResourceName', bucket), [created]);
  const ofType = await found('ResourceType', resource.ResourceType);
  assert.ok(ofType.every(({ Resources }) => Resources?.some((one) => one.ResourceType === resource.ResourceType)));
  for (const [AttributeKey, AttributeValue] of [
    ['EventId', made.EventId?.replace(/./, 'x')],
    ['EventName', 'createbucket'],
    ['Username', 'roo'],
    ['AccessKeyId', 'AKIANOBODY'],
    ['ResourceName', 'lookup'],
  ] as const) {
    assert.deepEqual(await lookup({ AttributeKey, AttributeValue }), [], AttributeKey);
  }
});

test('newest first, a page at a time, without a gap or a doubled event while new ones come', async () => {
  const clients = varve.elsewhere('eu-north-1');
  const ids: string[] = [];
  for (let count = 0; count < 7; count += 1) ids.unshift(await converse(clients));
  const command = { LookupAttributes: [byName('Converse')], MaxResults: 3 };
  const found: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await clients.cloudtrail.send(new LookupEventsCommand({ ...command, NextToken }));
    const records = (page.Events ?? []).map(
      (event) => JSON.parse(event.CloudTrailEvent ?? '') as { requestID: string },
    );
    found.push(...records.map(({ requestID }) => requestID));
    assert.ok(records.length <= 3);
    ({ NextToken } = page);
    await converse(clients);
  } while (NextToken !== undefined);
  // Of the calls of one millisecond the order is not told.
  assert.deepEqual(found.toSorted(), ids.toSorted());
});

test('a token is good for the same question only', async () => {
  for (let count = 0; count < 2; count += 1) await converse();
  const ask = { LookupAttributes: [byName('Converse')], MaxResults: 1 };
  const { NextToken = '' } = await varve.clients.cloudtrail.send(new LookupEventsCommand(ask));
  assert.notEqual(NextToken, '');
  const refused = { name: 'InvalidNextTokenException', $metadata: { httpStatusCode: 400 } };
  const rejects = async (changes: object): Promise<void> => {
    const asked = varve.clients.cloudtrail.send(new LookupEventsCommand({ ...ask, NextToken, ...changes }));
    await assert.rejects(asked, (error: { name: string; $metadata: { httpStatusCode?: number } }) => {
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], [refused.name, 400], JSON.stringify(changes));
      return true;
    });
  };
  await rejects({ LookupAttributes: [byName('CreateUser')] });
  await rejects({ LookupAttributes: undefined });
  await rejects({ StartTime: new Date(0) });
  await rejects({ EndTime: new Date() });
  await rejects({ NextToken: `${NextToken}x` });
  await rejects({ NextToken: 'x' });
  await rejects({ NextToken: NextToken.replace(/^./, (first) => (first === 'W' ? 'X' : 'W')) });
  const elsewhere = varve.elsewhere('eu-west-2').cloudtrail.send(new LookupEventsCommand({ ...ask, NextToken }));
  await assert.rejects(elsewhere, { name: 'InvalidNextTokenException' });
  const { Events } = await varve.clients.cloudtrail.send(new LookupEventsCommand({ ...ask, MaxResults: 2, NextToken }));
  assert.equal(Events?.length, 2);
});

test('times include their whole second, and only the last ninety days are told', async () => {
  const clients = varve.elsewhere('ap-south-1');
  await converse(clients);
  const [event] = await lookup(byName('Converse'), clients);
  const at = Number(event?.EventTime);
  const count = async (StartTime?: number, EndTime?: number): Promise<number> => {
    const { Events = [] } = await clients.cloudtrail.send(
      new LookupEventsCommand({
        LookupAttributes: [byName('Converse')],
        ...(StartTime !== undefined && { StartTime: new Date(StartTime) }),
        ...(EndTime !== undefined && { EndTime: new Date(EndTime) }),
      }),
    );
    return Events.length;
  };
  assert.equal(await count(at, at), 1);
  assert.equal(await count(at + 999, at + 999), 1);
  assert.equal(await count(at + 1000), 0);
  assert.equal(await count(undefined, at - 1), 0);
  assert.equal(await count(0, at), 1);
});

test('a Region has its own events; those of global services are in us-east-1', async () => {
  const elsewhere = varve.elsewhere('sa-east-1');
  await elsewhere.cloudtrail.send(new DescribeTrailsCommand({}));
  await elsewhere.iam.send(new ListUsersCommand({}));
  assert.equal((await lookup(byName('DescribeTrails'), elsewhere)).length, 1);
  assert.deepEqual(await lookup(byName('DescribeTrails')), []);
  assert.deepEqual(await lookup(byName('ListUsers'), elsewhere), []);
  assert.equal((await lookup(byName('ListUsers'))).length, 1);
});

test('data events are not in the history that AWS tells, nor Insights that nobody analyses', async () => {
  await varve.clients.s3.send(new CreateBucketCommand({ Bucket: 'lookup-data' }));
  await varve.clients.s3.send(new PutObjectCommand({ Bucket: 'lookup-data', Key: 'a', Body: 'x' }));
  assert.deepEqual(await lookup(byName('PutObject')), []);
  const insights = await varve.clients.cloudtrail.send(new LookupEventsCommand({ EventCategory: 'insight' }));
  assert.deepEqual([insights.Events, insights.NextToken], [[], undefined]);
});

test("what cannot be looked up is refused with AWS's codes", async () => {
  const long = 'x'.repeat(1_001);
  const refusals: readonly [string, object][] = [
    ['InvalidLookupAttributesException', { LookupAttributes: [byName('A'), byName('B')] }],
    ['InvalidLookupAttributesException', { LookupAttributes: [{ AttributeKey: 'Nothing', AttributeValue: 'x' }] }],
    ['InvalidLookupAttributesException', { LookupAttributes: [{ AttributeKey: 'toString', AttributeValue: 'x' }] }],
    ['InvalidLookupAttributesException', { LookupAttributes: [byName('')] }],
    ['InvalidLookupAttributesException', { LookupAttributes: [byName(`${long}${long}`)] }],
    ['InvalidLookupAttributesException', { LookupAttributes: [byName('_'.repeat(1_001))] }],
    ['InvalidLookupAttributesException', { LookupAttributes: [{ AttributeKey: 'ReadOnly', AttributeValue: 'yes' }] }],
    ['InvalidTimeRangeException', { StartTime: new Date(2000), EndTime: new Date(1000) }],
    ['InvalidMaxResultsException', { MaxResults: 0 }],
    ['InvalidMaxResultsException', { MaxResults: 51 }],
    ['InvalidEventCategoryException', { EventCategory: 'data' }],
    ['InvalidNextTokenException', { NextToken: '' }],
  ];
  for (const [name, input] of refusals) {
    await assert.rejects(varve.clients.cloudtrail.send(new LookupEventsCommand(input)), (error: Error) => {
      assert.equal(error.name, name, JSON.stringify(input).slice(0, 200));
      return true;
    });
  }
  assert.deepEqual(await lookup(byName('_'.repeat(1_000))), []);
});

test('two lookups a second, an account and a Region; then the SDK is told to wait', async () => {
  let nowMs = Date.now();
  const clock = { nowMs: () => Date.now(), monotonicMs: () => nowMs };
  await withVarve(
    {},
    async ({ clients, endpoint }) => {
      const other = makeClients(endpoint, 'eu-west-1');
      const ask = (): Promise<unknown> => clients.cloudtrail.send(new LookupEventsCommand({}));
      await ask();
      await ask();
      await assert.rejects(ask(), { name: 'ThrottlingException', message: 'Rate exceeded' });
      await other.cloudtrail.send(new LookupEventsCommand({}));
      other.cloudtrail.destroy();
      nowMs += 500;
      await ask();
      await assert.rejects(ask(), { name: 'ThrottlingException' });
    },
    { clock },
  );
});

test('what was acknowledged before the server stopped is found after it has started again', async () => {
  await withVarve({ trails: { lookupPerSecond: 0 } }, async (test) => {
    const first = await converse(test.clients);
    await test.restart();
    const second = await converse(test.clients);
    await test.restart();
    const events = await lookup(byName('Converse'), test.clients);
    const ids = events.map(
      ({ CloudTrailEvent = '' }) => (JSON.parse(CloudTrailEvent) as { requestID: string }).requestID,
    );
    assert.deepEqual(ids, [second, first]);
    assert.equal((await lookup(undefined, test.clients))[0]?.EventName, 'LookupEvents');
    assert.match(events[0]?.CloudTrailEvent ?? '', new RegExp(`"recipientAccountId":"${ACCOUNT}"`));
  });
});
