/** CloudWatch Logs through the official client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListLogGroupsCommand,
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
  paginateGetLogEvents,
  PutLogEventsCommand,
  PutLogGroupDeletionProtectionCommand,
  PutRetentionPolicyCommand,
  StartQueryCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  UntagLogGroupCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { ACCOUNT, type Clients, makeClients, REGION, type TestVarve, withVarve } from '../harness.ts';

const GROUP = '/varve/app';
const ARN = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}`;

type Logs = Clients['logs'];

function withLogs(work: (logs: Logs, varve: TestVarve) => Promise<void>): Promise<void> {
  return withVarve({}, (varve) => work(varve.clients.logs, varve));
}
async function makeStream(logs: Logs, logStreamName = 's', logGroupName = GROUP): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
}
/** The error as callers see it. */
function refusal(name: string, message?: string | RegExp): (error: Error) => boolean {
  return (error) => {
    assert.equal(error.name, name);
    if (typeof message === 'string') assert.equal(error.message, message);
    else if (message) assert.match(error.message, message);
    assert.equal((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode, 400);
    return true;
  };
}

test('what was put can be read at once by GetLogEvents and FilterLogEvents, unchanged in every character', () =>
  withLogs(async (logs) => {
    await makeStream(logs);
    const now = Date.now();
    const messages = ['plain', '{"a": 1.0, "b":"\\u00e9"}', 'tab\tnewline\n\u0000 end', '“層” 🙂 \u2028', ' '];
    const logEvents = messages.map((message, index) => ({ timestamp: now + index, message }));
    const put = await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 's', logEvents }));
    assert.match(String(put.nextSequenceToken), /^\d{56}$/);
    assert.equal(put.rejectedLogEventsInfo, undefined);
    const got = await logs.send(new GetLogEventsCommand({ logGroupIdentifier: ARN, logStreamName: 's' }));
    assert.deepEqual(
      got.events?.map(({ timestamp, message }) => ({ timestamp, message })),
      logEvents,
    );
    const filtered = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP }));
    assert.deepEqual(
      filtered.events?.map(({ message }) => message),
      messages,
    );
    assert.deepEqual(filtered.searchedLogStreams, []);
    assert.equal(filtered.nextToken, undefined);
    const [event] = filtered.events ?? [];
    assert.equal(event?.logStreamName, 's');
    assert.ok(Number(event?.ingestionTime) >= now);
  }));

test('paginators of the SDK see every event once and end', () =>
  withLogs(async (logs) => {
    await makeStream(logs);
    const now = Date.now();
    const logEvents = Array.from({ length: 25 }, (_, index) => ({
      timestamp: now + Math.floor(index / 3),
      message: `m${index}`,
    }));
    await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 's', logEvents }));
    const expected = logEvents.map(({ message }) => message);
    const seen: (string | undefined)[] = [];
    const filter = paginateFilterLogEvents({ client: logs, pageSize: 4 }, { logGroupName: GROUP });
    for await (const page of filter) seen.push(...(page.events ?? []).map(({ message }) => message));
    assert.deepEqual(seen, expected);
    const got: (string | undefined)[] = [];
    const get = paginateGetLogEvents(
      { client: logs, pageSize: 7, stopOnSameToken: true },
      { logGroupName: GROUP, logStreamName: 's', startFromHead: true },
    );
    for await (const page of get) got.push(...(page.events ?? []).map(({ message }) => message));
    assert.deepEqual(got, expected);
  }));

test('events, groups and streams are there after a restart, and a deleted group made again is empty', () =>
  withLogs(async (_logs, varve) => {
    await makeStream(varve.clients.logs);
    const put = new PutLogEventsCommand({
      logGroupName: GROUP,
      logStreamName: 's',
      logEvents: [{ timestamp: Date.now(), message: 'kept' }],
    });
    await varve.clients.logs.send(put);
    await varve.restart();
    const { logs } = varve.clients;
    const kept = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP }));
    assert.deepEqual(
      kept.events?.map(({ message }) => message),
      ['kept'],
    );
    await logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    await makeStream(logs);
    assert.deepEqual((await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP }))).events, []);
  }));

test('a stream that was deleted and made again is empty', () =>
  withLogs(async (logs) => {
    await makeStream(logs);
    const stream = { logGroupName: GROUP, logStreamName: 's' };
    const put = (message: string): Promise<unknown> =>
      logs.send(new PutLogEventsCommand({ ...stream, logEvents: [{ timestamp: Date.now(), message }] }));
    await put('old');
    await logs.send(new DeleteLogStreamCommand(stream));
    await assert.rejects(put('lost'), refusal('ResourceNotFoundException', 'The specified log stream does not exist.'));
    await logs.send(new CreateLogStreamCommand(stream));
    await put('new');
    const { events } = await logs.send(new GetLogEventsCommand(stream));
    assert.deepEqual(
      events?.map(({ message }) => message),
      ['new'],
    );
  }));

test('DescribeLogGroups shows what AWS shows, by prefix, pattern and page', () =>
  withLogs(async (logs) => {
    for (const logGroupName of [GROUP, '/varve/b', '/other', 'Varve'])
      await logs.send(new CreateLogGroupCommand({ logGroupName }));
    const found = async (input: object): Promise<(string | undefined)[]> => {
      const names: (string | undefined)[] = [];
      for await (const page of paginateDescribeLogGroups({ client: logs, pageSize: 2 }, input)) {
        names.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName));
      }
      return names;
    };
    assert.deepEqual(await found({}), ['/other', GROUP, '/varve/b', 'Varve']);
    assert.deepEqual(await found({ logGroupNamePrefix: '/varve' }), [GROUP, '/varve/b']);
    assert.deepEqual(await found({ logGroupNamePattern: 'varve' }), [GROUP, '/varve/b']);
    await assert.rejects(
      found({ logGroupNamePattern: 'a', logGroupNamePrefix: 'a' }),
      refusal(
        'InvalidParameterException',
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      ),
    );
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 14 }));
    const [group] = (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: GROUP }))).logGroups ?? [];
    assert.deepEqual(
      { ...group, creationTime: typeof group?.creationTime },
      {
        logGroupName: GROUP,
        creationTime: 'number',
        retentionInDays: 14,
        metricFilterCount: 0,
        arn: `${ARN}:*`,
        logGroupArn: ARN,
        storedBytes: 0,
        logGroupClass: 'STANDARD',
        deletionProtectionEnabled: false,
      },
    );
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: GROUP }));
    const [without] = (await logs.send(new DescribeLogGroupsCommand({ logGroupIdentifiers: [ARN] }))).logGroups ?? [];
    assert.equal(without && 'retentionInDays' in without, false);
    const listed = await logs.send(new ListLogGroupsCommand({ logGroupNamePattern: '^/varve|^Varve', limit: 2 }));
    assert.deepEqual(
      listed.logGroups?.map(({ logGroupName }) => logGroupName),
      [GROUP, '/varve/b'],
    );
    const rest = await logs.send(
      new ListLogGroupsCommand({ logGroupNamePattern: '^/varve|^Varve', nextToken: listed.nextToken }),
    );
    assert.deepEqual(
      rest.logGroups?.map(({ logGroupName }) => logGroupName),
      ['Varve'],
    );
  }));

test('DescribeLogStreams tells the first and last events and orders by them', () =>
  withLogs(async (logs) => {
    await makeStream(logs, 'a');
    const now = Date.now();
    for (const [logStreamName, at] of [
      ['b', 5],
      ['c', 3],
    ] as const) {
      await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName }));
      const logEvents = [
        { timestamp: now, message: 'x' },
        { timestamp: now + at, message: 'y' },
      ];
      await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName, logEvents }));
    }
    const byTime = new DescribeLogStreamsCommand({ logGroupName: GROUP, orderBy: 'LastEventTime', descending: true });
    const { logStreams = [] } = await logs.send(byTime);
    assert.deepEqual(
      logStreams.map(({ logStreamName }) => logStreamName),
      ['b', 'c', 'a'],
    );
    const [b, , a] = logStreams;
    assert.deepEqual(
      [b?.firstEventTimestamp, b?.lastEventTimestamp, b?.arn, b?.storedBytes],
      [now, now + 5, `${ARN}:log-stream:b`, 0],
    );
    assert.equal(a?.lastEventTimestamp, undefined);
    const byPrefix = await logs.send(
      new DescribeLogStreamsCommand({ logGroupIdentifier: ARN, logStreamNamePrefix: 'b' }),
    );
    assert.equal(byPrefix.logStreams?.length, 1);
    await assert.rejects(
      logs.send(new DescribeLogStreamsCommand({ logGroupName: GROUP, logGroupIdentifier: ARN })),
      refusal('ValidationException', 'LogGroup name and LogGroup ARN are mutually exclusive parameters.'),
    );
    await assert.rejects(
      logs.send(
        new DescribeLogStreamsCommand({ logGroupName: GROUP, orderBy: 'LastEventTime', logStreamNamePrefix: 'a' }),
      ),
      refusal('InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.'),
    );
  }));

test('tags of both generations of operations, as Terraform uses them', () =>
  withLogs(async (logs) => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP, tags: { a: '1' } }));
    await logs.send(new TagResourceCommand({ resourceArn: ARN, tags: { b: '2' } }));
    await logs.send(new TagLogGroupCommand({ logGroupName: GROUP, tags: { c: '3' } }));
    await logs.send(new UntagResourceCommand({ resourceArn: ARN, tagKeys: ['a'] }));
    assert.deepEqual((await logs.send(new ListTagsForResourceCommand({ resourceArn: ARN }))).tags, { b: '2', c: '3' });
    await logs.send(new UntagLogGroupCommand({ logGroupName: GROUP, tags: ['b'] }));
    assert.deepEqual((await logs.send(new ListTagsLogGroupCommand({ logGroupName: GROUP }))).tags, { c: '3' });
    await assert.rejects(
      logs.send(new ListTagsForResourceCommand({ resourceArn: `${ARN}x` })),
      refusal('ResourceNotFoundException'),
    );
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']));
    await assert.rejects(
      logs.send(new TagResourceCommand({ resourceArn: ARN, tags: many })),
      refusal('TooManyTagsException'),
    );
  }));

test('a protected group is not deleted until its protection is taken away', () =>
  withLogs(async (logs) => {
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP, deletionProtectionEnabled: true }));
    await assert.rejects(logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP })), refusal('ValidationException'));
    await logs.send(
      new PutLogGroupDeletionProtectionCommand({ logGroupIdentifier: ARN, deletionProtectionEnabled: false }),
    );
    await logs.send(new DeleteLogGroupCommand({ logGroupName: GROUP }));
    assert.deepEqual((await logs.send(new DescribeLogGroupsCommand({}))).logGroups, []);
  }));

test('refusals have the codes and words of AWS', () =>
  withLogs(async (logs, { endpoint }) => {
    await makeStream(logs);
    const invalid = 'InvalidParameterException';
    const notFound = 'ResourceNotFoundException';
    const stream = { logGroupName: GROUP, logStreamName: 's' };
    const cases: [() => Promise<unknown>, string, (string | RegExp)?][] = [
      [
        () => logs.send(new CreateLogGroupCommand({ logGroupName: GROUP })),
        'ResourceAlreadyExistsException',
        'The specified log group already exists',
      ],
      [
        () => logs.send(new CreateLogStreamCommand(stream)),
        'ResourceAlreadyExistsException',
        'The specified log stream already exists',
      ],
      [
        () => logs.send(new CreateLogStreamCommand({ ...stream, logGroupName: 'none' })),
        notFound,
        'The specified log group does not exist.',
      ],
      [
        () => logs.send(new DeleteLogGroupCommand({ logGroupName: 'none' })),
        notFound,
        'The specified log group does not exist.',
      ],
      [
        () => logs.send(new DeleteLogStreamCommand({ ...stream, logStreamName: 'none' })),
        notFound,
        'The specified log stream does not exist.',
      ],
      [
        () => logs.send(new GetLogEventsCommand({ ...stream, logStreamName: 'none' })),
        notFound,
        'The specified log stream does not exist.',
      ],
      [
        () => logs.send(new FilterLogEventsCommand({ logGroupName: 'none' })),
        notFound,
        'The specified log group does not exist.',
      ],
      [
        () => logs.send(new GetLogEventsCommand({ ...stream, nextToken: 'foobar' })),
        invalid,
        'The specified nextToken is invalid.',
      ],
      [
        () => logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, nextToken: 'foobar' })),
        invalid,
        'The specified nextToken is invalid.',
      ],
      [
        () => logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, limit: 10_001 })),
        invalid,
        "1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
      ],
      [
        () => logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: 'a.b' })),
        'InvalidParameterException',
        "Invalid character(s) in term '.' at position 2",
      ],
      [() => logs.send(new CreateLogGroupCommand({ logGroupName: 'x'.repeat(513) })), invalid],
      [() => logs.send(new CreateLogGroupCommand({ logGroupName: 'aws/x' })), invalid],
      [
        () =>
          logs.send(
            new CreateLogGroupCommand({ logGroupName: 'k', kmsKeyId: `arn:aws:kms:${REGION}:${ACCOUNT}:alias/a` }),
          ),
        invalid,
        /KMS/,
      ],
      [() => logs.send(new PutRetentionPolicyCommand({ logGroupName: GROUP, retentionInDays: 2 })), invalid],
      [
        () =>
          logs.send(
            new PutLogEventsCommand({
              ...stream,
              logEvents: [
                { timestamp: Date.now(), message: 'a' },
                { timestamp: Date.now() - 1000, message: 'b' },
              ],
            }),
          ),
        invalid,
        'Log events in a single PutLogEvents request must be in chronological order.',
      ],
    ];
    for (const [call, name, message] of cases) await assert.rejects(call(), refusal(name, message));
    await assert.rejects(
      logs.send(
        new StartQueryCommand({ queryString: 'fields @message', startTime: 0, endTime: 1, logGroupName: GROUP }),
      ),
    );
    const elsewhere = makeClients(endpoint, 'eu-west-1').logs;
    assert.deepEqual((await elsewhere.send(new DescribeLogGroupsCommand({}))).logGroups, []);
    elsewhere.destroy();
  }));

test('events that are too new or too old are told and left out', () =>
  withLogs(async (logs) => {
    await makeStream(logs);
    const day = 86_400_000;
    const put = (...ages: number[]): Promise<{ rejectedLogEventsInfo?: unknown }> => {
      const logEvents = ages.map((age) => ({ timestamp: Date.now() - age, message: String(age) }));
      return logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: 's', logEvents }));
    };
    assert.deepEqual((await put(0, -3 * 3_600_000)).rejectedLogEventsInfo, { tooNewLogEventStartIndex: 1 });
    assert.deepEqual((await put(15 * day, 14.5 * day, 14.2 * day)).rejectedLogEventsInfo, {
      tooOldLogEventEndIndex: 3,
    });
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP }));
    assert.deepEqual(
      events?.map(({ message }) => message),
      ['0'],
    );
  }));
