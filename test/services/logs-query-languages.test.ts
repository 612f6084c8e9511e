/** OpenSearch PPL and SQL through the AWS SDK. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeQueriesCommand,
  GetQueryResultsCommand,
  MalformedQueryException,
  PutLogEventsCommand,
  StartQueryCommand,
  type StartQueryCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { ACCOUNT, REGION, withVarve } from '../harness.ts';
import { eventually } from '../records.ts';

const TRAIL = '/trail';
const CALLS = '/calls';

async function put(logs: CloudWatchLogsClient, logGroupName: string, events: readonly object[]): Promise<void> {
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: 's' }));
  const nowMs = Date.now();
  const logEvents = events.map((event, index) => ({
    timestamp: nowMs - events.length + index,
    message: JSON.stringify(event),
  }));
  await logs.send(new PutLogEventsCommand({ logGroupName, logStreamName: 's', logEvents }));
}

async function begin(logs: CloudWatchLogsClient, request: Partial<StartQueryCommandInput>): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const times = { startTime: nowSeconds - 3600, endTime: nowSeconds + 1 };
  const { queryId = '' } = await logs.send(new StartQueryCommand({ queryString: '', ...times, ...request }));
  return queryId;
}

async function rows(
  logs: CloudWatchLogsClient,
  request: Partial<StartQueryCommandInput>,
): Promise<Record<string, string | undefined>[]> {
  const queryId = await begin(logs, request);
  return eventually('the end of the query', async () => {
    const { status, results = [], queryLanguage } = await logs.send(new GetQueryResultsCommand({ queryId }));
    if (status === 'Scheduled' || status === 'Running') return undefined;
    assert.deepEqual([status, queryLanguage], ['Complete', request.queryLanguage]);
    return results.map((row) =>
      Object.fromEntries(row.flatMap(({ field = '', value }) => (field === '@ptr' ? [] : [[field, value] as const]))),
    );
  });
}

const TRAIL_EVENTS = [
  { eventTime: '2026-01-01T00:00:00Z', eventSource: 'bedrock.amazonaws.com', eventName: 'Converse', requestID: 'r1' },
  { eventTime: '2026-01-02T00:00:00Z', eventSource: 's3.amazonaws.com', eventName: 'GetObject', requestID: 'r2' },
  {
    eventTime: '2026-01-03T00:00:00Z',
    eventSource: 'bedrock.amazonaws.com',
    eventName: 'InvokeModel',
    requestID: 'r3',
  },
];
const CALL_EVENTS = [
  { requestId: 'r1', modelId: 'm1', tokens: 5 },
  { requestId: 'r9', modelId: 'm2', tokens: 7 },
];

test('SQL names its groups in FROM, by name or ARN, and joins them', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    await put(logs, TRAIL, TRAIL_EVENTS);
    await put(logs, CALLS, CALL_EVENTS);
    const joined = `SELECT ct.eventName, inv.modelId FROM \`${TRAIL}\` AS ct LEFT OUTER JOIN \`${CALLS}\` AS inv
      ON ct.requestID = inv.requestId WHERE ct.eventSource = 'bedrock.amazonaws.com' ORDER BY ct.eventTime DESC LIMIT 20`;
    assert.deepEqual(await rows(logs, { queryLanguage: 'SQL', queryString: joined }), [
      { eventName: 'InvokeModel' },
      { eventName: 'Converse', modelId: 'm1' },
    ]);
    const arn = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${CALLS}`;
    const queryString = `SELECT SUM(tokens) AS t FROM \`logGroups(logGroupIdentifier: ['${arn}', '${TRAIL}'])\``;
    assert.deepEqual(await rows(logs, { queryLanguage: 'SQL', queryString }), [{ t: '12' }]);
    const { queries = [] } = await logs.send(new DescribeQueriesCommand({ queryLanguage: 'SQL' }));
    assert.deepEqual(
      queries.map((query) => query.queryString),
      [queryString, joined],
    );
  }));

test('PPL reads the groups of the request, or those behind source', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    await put(logs, CALLS, CALL_EVENTS);
    const queryString = 'stats sum(tokens) as t by modelId | sort - t';
    const expected = [
      { t: '7', modelId: 'm2' },
      { t: '5', modelId: 'm1' },
    ];
    assert.deepEqual(await rows(logs, { queryLanguage: 'PPL', logGroupNames: [CALLS], queryString }), expected);
    const sourced = { queryLanguage: 'PPL', queryString: `source = [lg:\`${CALLS}\`] | ${queryString}` } as const;
    assert.deepEqual(await rows(logs, sourced), expected);
    const twice = rows(logs, { ...sourced, logGroupNames: [CALLS] });
    await assert.rejects(twice, { name: 'InvalidParameterException' });
  }));

test('what PPL and SQL do not have is refused with its place, a group that is not there by its name', () =>
  withVarve({}, async ({ clients: { logs } }) => {
    await put(logs, CALLS, CALL_EVENTS);
    const cases = [
      ['SQL', `SELECT a FROM \`${CALLS}\` WHERE nope(a) = 1`, 'nope'],
      ['SQL', `SELECT a, COUNT(*) FROM \`${CALLS}\``, 'a'],
      ['PPL', `source = \`${CALLS}\` | lookup t id`, 'lookup'],
    ] as const;
    for (const [queryLanguage, queryString, piece] of cases) {
      const error = await begin(logs, { queryLanguage, queryString }).catch((caught: unknown) => caught);
      assert.ok(error instanceof MalformedQueryException, queryString);
      const { startCharOffset, endCharOffset } = error.queryCompileError?.location ?? {};
      assert.equal(queryString.slice(startCharOffset, endCharOffset), piece);
    }
    const missing = begin(logs, { queryLanguage: 'SQL', queryString: 'SELECT a FROM `/none`' });
    await assert.rejects(missing, { name: 'ResourceNotFoundException', message: /^Log group '\/none' does not exist/ });
  }));
